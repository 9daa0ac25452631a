"""A three-word back-off language model in flat sorted arrays, looked up for many hypotheses at once.

Rule 1: a word is an id; 0 is any word the model does not know, 1 the start and 2 the end of a sentence.
Rule 2: a state is what the model remembers of the past: `word` after one word, or `words + bigram` after a
        pair of words that some three-word entry begins with. Equal states have equal futures.
Rule 3: log-probabilities are natural, stored as 8-bit codes; absent entries back off: p(w|uv) = b(uv) p(w|v).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Ids = NDArray[np.int64]
ShortIds = NDArray[np.int32]
Floats = NDArray[np.float32]
Codes = NDArray[np.uint8]

UNKNOWN, START, END = 0, 1, 2
SPECIAL_WORDS = 3

# 8-bit codes: quantisation error of at most half a step, far under what tells two sentences apart.
STEP_NATS = 0.08
ZERO_CODE = 20  # back-off weights may exceed 1 a little: codes below this are positive logarithms
NATS = ((ZERO_CODE - np.arange(256)) * STEP_NATS).astype(np.float32)
NO_BACKOFF = ZERO_CODE  # the code of weight 1: no entry begins with these words


def coded(nats: NDArray[np.floating]) -> Codes:
    """Natural logarithms → the nearest 8-bit codes, clipped to what 8 bits hold (-18.8 to 1.6)."""
    codes: Codes = np.clip(np.rint(ZERO_CODE - nats / STEP_NATS), 0, 255).astype(np.uint8)
    return codes


@dataclass(frozen=True, kw_only=True, slots=True)
class LanguageModel:
    """`words` counts the ids. Trigram keys are sorted: bigram index x words + word.

    The words after word `w` are `bigram_words[bigram_starts[w] : bigram_starts[w + 1]]`, sorted: half the
    memory of keys, and the two words of a pair are at hand.
    """

    words: int
    unigrams: Codes  # [words]
    unigram_backoffs: Codes  # [words]
    bigram_starts: ShortIds  # [words + 1]
    bigram_words: ShortIds  # [bigrams]
    bigrams: Codes
    bigram_backoffs: Codes
    trigram_keys: Ids  # [trigrams]
    trigrams: Codes

    def score(self, states: Ids, words: Ids) -> tuple[Floats, Ids]:
        """log p(word | state) of each pair, and the state after it: ([n], [n])."""
        pair = states - self.words  # negative where the state is one word
        is_pair = pair >= 0
        before = np.maximum(pair, 0)
        last = np.where(is_pair, self.bigram_words.take(before), states)
        two, found_two = found_after(self.bigram_starts, self.bigram_words, last, words)
        three, found_three = found(self.trigram_keys, np.where(is_pair, pair * self.words + words, -1))
        nats = np.where(
            found_two,
            NATS.take(self.bigrams.take(two)),
            NATS.take(self.unigram_backoffs.take(last)) + NATS.take(self.unigrams.take(words)),
        )
        backed_off = nats + NATS.take(np.where(is_pair, self.bigram_backoffs.take(before), NO_BACKOFF))
        nats = np.where(found_three, NATS.take(self.trigrams.take(three)), backed_off)
        leads_on = found_two & (self.bigram_backoffs.take(two) != NO_BACKOFF)
        return nats, np.where(leads_on, self.words + two, words)

    def unigram_nats(self) -> Floats:
        """log p(word) of every id."""
        return NATS[self.unigrams]

    def bigram_keys(self) -> Ids:
        """Previous word x words + word of each bigram, sorted."""
        return np.repeat(np.arange(self.words), np.diff(self.bigram_starts)) * self.words + self.bigram_words


def by_context(keys: Ids, words: int) -> tuple[ShortIds, ShortIds]:
    """Sorted keys previous word x words + word → `bigram_starts`, `bigram_words`."""
    contexts, followers = np.divmod(keys, words)
    starts = np.searchsorted(contexts, np.arange(words + 1))
    return starts.astype(np.int32), followers.astype(np.int32)


def found_after(
    starts: ShortIds, followers: ShortIds, contexts: Ids, wanted: Ids
) -> tuple[Ids, NDArray[np.bool_]]:
    """Where each wanted word is among the sorted followers of its context, and whether it is there at all.

    A binary search for all of them at once; the place of one that is absent is any valid index.
    """
    low, end = starts.take(contexts).astype(np.int64), starts.take(contexts + 1).astype(np.int64)
    high = end
    for _ in range(int((end - low).max(initial=0)).bit_length()):
        middle = (low + high) >> 1
        less = (followers.take(middle, mode="clip") < wanted) & (low < high)
        low, high = np.where(less, middle + 1, low), np.where(less, high, middle)
    there = (low < end) & (followers.take(low, mode="clip") == wanted)
    return np.minimum(low, len(followers) - 1), there


def found(keys: Ids, wanted: Ids) -> tuple[Ids, NDArray[np.bool_]]:
    """Where each wanted key is, and whether it is there at all (else the place is any valid index).

    `keys` are sorted and not empty.
    """
    places = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
    return places, keys.take(places) == wanted
