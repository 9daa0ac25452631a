"""Modified Kneser-Ney smoothing of words, pairs and triples, with pruning (Chen and Goodman 1998). No I/O.

Rule 1: a table is sorted keys (context x words + word) beside counts; the context of a triple is the index
        of its pair.
Rule 2: lower orders count the different words that came before, not occurrences.
Rule 3: a pruned entry gives its mass to the back-off weight of its context, so every context sums to 1.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from govor.recognition.language_model import START, Ids, LanguageModel, by_context, coded, found

Floats = NDArray[np.float64]
DISCOUNT_CLASSES = 3  # counts of 1, of 2, and of 3 or more have discounts of their own


@dataclass(frozen=True, slots=True)
class Table:
    """The entries of one order."""

    keys: Ids
    counts: Ids  # as Rule 2 has them
    occurrences: Ids  # how often each was really seen
    words: int

    @property
    def contexts(self) -> Ids:
        """What comes before the last word."""
        return self.keys // self.words

    @property
    def last(self) -> Ids:
        """The last word."""
        return self.keys % self.words

    def only(self, kept: NDArray[np.bool_], contexts: Ids) -> "Table":
        """The entries kept, their contexts renumbered to `contexts`."""
        keys = contexts[kept] * self.words + self.last[kept]
        return Table(keys, self.counts[kept], self.occurrences[kept], self.words)


@dataclass(frozen=True, kw_only=True, slots=True)
class Estimate:
    """Exact probabilities and back-off weights."""

    words: int
    unigrams: Floats
    unigram_weights: Floats
    bigram_keys: Ids
    bigrams: Floats
    bigram_weights: Floats
    trigram_keys: Ids
    trigrams: Floats

    def model(self) -> LanguageModel:
        """In 8 bits."""
        starts, followers = by_context(self.bigram_keys, self.words)
        with np.errstate(divide="ignore"):  # START has probability 0
            return LanguageModel(
                words=self.words,
                unigrams=coded(np.log(self.unigrams)),
                unigram_backoffs=coded(np.log(self.unigram_weights)),
                bigram_starts=starts,
                bigram_words=followers,
                bigrams=coded(np.log(self.bigrams)),
                bigram_backoffs=coded(np.log(self.bigram_weights)),
                trigram_keys=self.trigram_keys,
                trigrams=coded(np.log(self.trigrams)),
            )


def estimate(tokens: Ids, words: int, *, bigram_loss: float, trigram_loss: float) -> Estimate:
    """Sentences in one array, START w1 w2 … END START …, of ids below `words` → probabilities.

    An entry is dropped when that costs the training text less than `…_loss` nats in all (its occurrences
    times what its log-probability loses); below 0 keeps everything.
    """
    twos, threes = count(tokens, words)
    unigrams = unigram_probabilities(twos)
    whole_two = Smoothing(totals(twos, words), discounts(twos.counts))
    whole_three = Smoothing(totals(threes, len(twos.keys)), discounts(threes.counts))
    bigrams, weights = whole_two.interpolate(twos, unigrams[twos.last])
    after = twos.last[threes.contexts] * words + threes.last  # the last two words of each triple
    lower = bigrams[found(twos.keys, after)[0]]
    trigrams, bigram_weights = whole_three.interpolate(threes, lower)

    losses = threes.occurrences * np.log(trigrams / (bigram_weights[threes.contexts] * lower))
    keep_three = losses >= min(trigram_loss, losses.max())
    losses = twos.occurrences * np.log(bigrams / (weights[twos.contexts] * unigrams[twos.last]))
    keep_two = losses >= bigram_loss
    keep_two[threes.contexts[keep_three]] = True  # a triple needs the pair it begins with

    pairs = twos.only(keep_two, twos.contexts)
    triples = threes.only(keep_three, (np.cumsum(keep_two) - 1)[threes.contexts])
    bigrams, weights = whole_two.interpolate(pairs, unigrams[pairs.last])
    lower = backed_off(pairs, bigrams, weights, unigrams, pairs.last[triples.contexts], triples.last)
    pruned = Smoothing(whole_three.totals[keep_two], whole_three.discounts)
    trigrams, bigram_weights = pruned.interpolate(triples, lower)
    bigram_weights[np.bincount(triples.contexts, minlength=len(pairs.keys)) == 0] = 1
    return Estimate(
        words=words,
        unigrams=unigrams,
        unigram_weights=weights,
        bigram_keys=pairs.keys,
        bigrams=bigrams,
        bigram_weights=bigram_weights,
        trigram_keys=triples.keys,
        trigrams=trigrams,
    )


@dataclass(frozen=True, slots=True)
class Smoothing:
    """What turns the counts of an order into probabilities, before or after pruning."""

    totals: Floats  # counts of each context before pruning
    discounts: Floats  # taken from counts 0, 1, 2, 3 and more

    def interpolate(self, table: Table, lower: Floats) -> tuple[Floats, Floats]:
        """p(word | context) of every entry, given p(word | shorter context); and the weight of the latter."""
        taken = self.discounts[np.minimum(table.counts, DISCOUNT_CLASSES)]
        seen = (table.counts - taken) / self.totals[table.contexts]
        weights: Floats = 1 - np.bincount(table.contexts, seen, len(self.totals)).astype(np.float64)
        probabilities: Floats = seen + weights[table.contexts] * lower
        return probabilities, weights


def totals(table: Table, contexts: int) -> Floats:
    """The sum of the counts of each context."""
    return np.bincount(table.contexts, table.counts, contexts).astype(np.float64)


def count(tokens: Ids, words: int) -> tuple[Table, Table]:
    """Pairs and triples within sentences."""
    inside = tokens[1:] != START
    keys, seen = np.unique((tokens[:-1] * words + tokens[1:])[inside], return_counts=True)
    pair_at = found(keys, tokens[:-1] * words + tokens[1:])[0]
    inside = inside[:-1] & inside[1:]
    triple_keys, triple_seen = np.unique((pair_at[:-1] * words + tokens[2:])[inside], return_counts=True)
    after = keys[triple_keys // words] % words * words + triple_keys % words
    before = np.bincount(found(keys, after)[0], minlength=len(keys))  # different words before each pair
    counts = np.where(keys // words == START, seen, before)  # nothing comes before a sentence
    return Table(keys, counts, seen, words), Table(triple_keys, triple_seen, triple_seen, words)


def unigram_probabilities(pairs: Table) -> Floats:
    """p(word): in how many pairs it stands last, mixed with the same for every word but START."""
    counts = np.bincount(pairs.last, minlength=pairs.words)
    taken = discounts(counts)[np.minimum(counts, DISCOUNT_CLASSES)]
    seen: Floats = (counts - taken) / counts.sum(dtype=np.float64)
    seen += (1 - seen.sum()) / (pairs.words - 1)
    seen[START] = 0
    return seen


def discounts(counts: Ids) -> Floats:
    """What to take from counts of 0, 1, 2 and more (their equation 26), each within 0 and the count."""
    ones, twos, threes, fours = (int(np.count_nonzero(counts == n)) or 1 for n in (1, 2, 3, 4))
    y = ones / (ones + 2 * twos)
    raw = [0, 1 - 2 * y * twos / ones, 2 - 3 * y * threes / twos, 3 - 4 * y * fours / threes]
    return np.clip(raw, [0, 0.1, 0.1, 0.1], [0, 0.9, 1.9, 2.9])


def backed_off(
    pairs: Table, bigrams: Floats, weights: Floats, unigrams: Floats, before: Ids, words: Ids
) -> Floats:
    """p(word | word before) whether the pair was kept or not."""
    places, known = found(pairs.keys, before * pairs.words + words)
    backed: Floats = np.where(known, bigrams[places], weights[before] * unigrams[words])
    return backed
