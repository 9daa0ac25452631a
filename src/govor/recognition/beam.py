"""Prefix beam search over CTC log-probabilities with a word language model and an open vocabulary.

Rule 1: a hypothesis is what still matters of a text: the language model's state and the letters of the word
        begun. Two texts that agree in both are one hypothesis and keep the history of the better.
Rule 2: its probability is that of all alignments, in two parts: those that end in a blank and those that end
        in its last symbol; both include the language so far.
Rule 3: a word that leaves the prefix tree goes on as a stranger, letter by letter, at a price.
Rule 4: hot words change the score of a text by what they are worth (hot_words.py), and nothing else.
Rule 5: all hypotheses of a frame, of several waves, are arrays (hypotheses.py); nothing here loops over them.
"""

import copy
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from govor.recognition import hot_words
from govor.recognition.hot_words import HotWords
from govor.recognition.hypotheses import (
    WAVES_MAX,
    Hypotheses,
    Numbers,
    Scores,
    best_rows,
    empty_texts,
    floors,
    joined,
    letter_keys,
    merged,
    rows_of,
    word_keys,
)
from govor.recognition.language_file import Language
from govor.recognition.language_model import END, NATS, UNKNOWN
from govor.recognition.lexicon import ROOT
from govor.recognition.vocabulary import Vocabulary

READINGS_MAX = 8  # different texts returned; the others tell how sure the best is
ROWS_READ = 32  # the best rows read back for them
HOT_LISTS_MAX = 4  # automata kept, of 3 MB for a thousand names: what belongs together expects the same
STAYS = -1  # in the trace: no symbol was added in this frame


@dataclass(frozen=True, kw_only=True, slots=True)
class BeamSettings:
    """Tuned on a development set; config.json of a model may change them."""

    hypotheses: int = 64  # kept of each wave after each frame
    range_nats: float = 12.0  # hypotheses this much worse than the best are dropped
    symbol_range_nats: float = 9.0  # symbols this much less likely than the best of the frame are not tried
    blank_skip: float = 0.98  # frames at least this surely blank add nothing
    blank_penalty: float = 0.5  # nats taken off the blank in the others: it is too sure of itself
    language_weight: float = 0.6
    word_bonus: float = 0.5  # nats for each word; a language model alone prefers few
    stranger_bonus: float = -1.0  # nats for each word that is in no list
    end_weight: float = 0.5  # of the sentence end; segments often stop before it
    hot_price_nats: float = -6.0  # hot words that cost more than this are raised to it: common words do
    hot_bonus: float = 0.5  # nats for each hot word on top


@dataclass(frozen=True, slots=True)
class Reading:
    """One text with its score: a natural logarithm, comparable only within one wave."""

    text: str
    symbols: tuple[int, ...]  # without blanks
    score: float


@dataclass(frozen=True, slots=True)
class Moment:
    """The next spoken frame of each wave that still has one: waves 0 .. n - 1."""

    frame: Scores  # log p [waves, symbols]
    tried: Scores  # the same, -inf where a symbol is not worth trying
    rested: NDArray[np.bool_]  # surely blank frames lie before it


@dataclass(frozen=True, slots=True)
class Step:
    """What a moment made of the hypotheses: for each of the new ones the old row and the symbol added."""

    parents: Numbers
    symbols: Numbers


class BeamSearch:
    """The search for one vocabulary and language."""

    def __init__(self, vocabulary: Vocabulary, language: Language, settings: BeamSettings) -> None:
        self.vocabulary = vocabulary
        self.language = language
        self.settings = settings
        self.hot: HotWords | None = None
        self.hot_lists: dict[tuple[str, ...], HotWords | None] = {}
        number = {letter: i for i, letter in enumerate(language.alphabet, start=1)}
        self.letter_numbers = np.array([number.get(symbol, 0) for symbol in vocabulary.symbols])
        self.grows = self.letter_numbers > 0  # symbols that add to a text
        self.grows[vocabulary.space] = True
        unknown = float(language.model.unigram_nats()[UNKNOWN]) + language.stranger_nats
        self.stranger_partial = settings.language_weight * unknown + settings.stranger_bonus

    def expecting(self, phrases: Sequence[str]) -> "BeamSearch":
        """The same search with these phrases (lower case, single spaces) raised."""
        wanted = tuple(phrases)
        if wanted not in self.hot_lists:
            if len(self.hot_lists) >= HOT_LISTS_MAX:
                self.hot_lists.clear()
            self.hot_lists[wanted] = hot_words.build(wanted, self.language.alphabet, self.hot_worth)
        expecting = copy.copy(self)
        expecting.hot = self.hot_lists[wanted]
        return expecting

    def hot_worth(self, word: str) -> float:
        """How many nats raise a word to a common one: whatever its own price is."""
        return max(0.0, self.settings.hot_price_nats - self.price(word)) + self.settings.hot_bonus

    def price(self, word: str) -> float:
        """What the language charges for a word by itself, in nats, without the bonus for every word."""
        tree, node, context, spelled = self.language.tree, np.array([ROOT]), np.array([0]), 0.0
        for letter in word:
            number = np.array([self.language.alphabet.index(letter) + 1])
            node = tree.children(node, number)
            nats, context = self.language.spelling.score(context, number)
            spelled += float(nats[0])
        known = int(tree.words[node[0]])
        if known >= 0 and node[0] != tree.lost:
            nats_of_word = float(self.language.model.unigram_nats()[known]) + float(
                NATS[tree.shares[node[0]]]
            )
            return self.settings.language_weight * nats_of_word
        spelled += float(self.language.spelling.ends(context)[0])
        return self.stranger_partial + self.settings.language_weight * spelled

    def readings(self, waves: Sequence[NDArray[np.float32]]) -> list[list[Reading]]:
        """log p [frames, symbols] of each wave → its different texts, best first; never an empty list."""
        found: list[list[Reading]] = []
        for first in range(0, len(waves), WAVES_MAX):
            found += self.search(waves[first : first + WAVES_MAX])
        return found

    def search(self, waves: Sequence[NDArray[np.float32]]) -> list[list[Reading]]:
        """At most WAVES_MAX waves, the longest first so that those still going are always 0 .. n - 1."""
        spoken = [self.spoken(wave) for wave in waves]
        order = sorted(range(len(waves)), key=lambda wave: -len(spoken[wave]))
        hot = self.hot.start if self.hot else 0
        now, trace = empty_texts(len(waves), self.vocabulary.blank, hot), list[Step]()
        readings: list[list[Reading]] = [[] for _ in waves]
        going = len(waves)
        for moment in self.moments([waves[i] for i in order], [spoken[i] for i in order]):
            if going != len(moment.frame):
                going = len(moment.frame)
                now = self.leave(now, going, trace, order, readings)
            now, step = self.step(now, moment)
            trace.append(step)
        self.leave(now, 0, trace, order, readings)
        return readings

    def leave(
        self, now: Hypotheses, going: int, trace: list[Step], order: list[int], readings: list[list[Reading]]
    ) -> Hypotheses:
        """Read back the waves that are at their end; return the rows of the `going` others."""
        bounds = np.searchsorted(now.waves, np.arange(going, len(order) + 1))
        for wave, begin, end in zip(order[going:], bounds[:-1].tolist(), bounds[1:].tolist(), strict=True):
            if begin < end:
                ended = now.take(np.arange(begin, end))
                readings[wave] = self.texts(self.final_scores(ended), begin, trace)
        return now.take(np.arange(bounds[0]))

    def spoken(self, wave: NDArray[np.float32]) -> Numbers:
        """The frames of a wave that are not surely blank."""
        limit = np.log(self.settings.blank_skip)
        return np.flatnonzero(wave[:, self.vocabulary.blank] < limit)

    def moments(self, waves: Sequence[NDArray[np.float32]], spoken: Sequence[Numbers]) -> Iterator[Moment]:
        """The spoken frames of all waves side by side; waves with most of them first."""
        steps = len(spoken[0]) if waves else 0
        frames = np.zeros((steps, len(waves), len(self.grows)))
        rested = np.zeros((steps, len(waves)), bool)
        for wave, (log_probs, chosen) in enumerate(zip(waves, spoken, strict=True)):
            frames[: len(chosen), wave] = log_probs[chosen]
            rested[: len(chosen), wave] = np.diff(chosen, prepend=-1) > 1
        frames[..., self.vocabulary.blank] -= self.settings.blank_penalty
        least = frames.max(axis=2, keepdims=True) - self.settings.symbol_range_nats
        tried = np.where((frames > least) & self.grows, frames, -np.inf)
        counts = np.array([len(chosen) for chosen in spoken])
        for step in range(steps):
            going = int(np.count_nonzero(counts > step))
            yield Moment(frames[step, :going], tried[step, :going], rested[step, :going])

    def step(self, now: Hypotheses, moment: Moment) -> tuple[Hypotheses, Step]:
        """The hypotheses after one more frame."""
        now = now.rested(moment.rested)
        stay = self.stayed(now, moment)
        floor = floors(stay, count=self.settings.hypotheses, range_nats=self.settings.range_nats)
        grown = now.totals[:, None] + moment.tried.take(now.waves, axis=0)
        every = np.arange(len(floor))
        # A symbol is repeated only with a blank between.
        grown[every, now.last] = now.blank + moment.tried[now.waves, now.last]
        rows, symbols = np.nonzero(grown > floor[:, None])
        scores = grown[rows, symbols]
        begins = symbols != self.vocabulary.space
        ends = ~begins & (now.nodes[rows] != ROOT)
        letters, letter_rows = self.lettered(now, rows[begins], symbols[begins], scores[begins], floor)
        words, word_rows = self.worded(now, rows[ends], scores[ends], floor)
        parents = np.concatenate([every, letter_rows, word_rows])
        added = np.concatenate([np.full(len(every), STAYS), letters.last, words.last])
        together = joined([stay, letters, words])
        chosen, sums = merged(together)
        kept = best_rows(
            np.logaddexp(sums[0], sums[1]),
            together.waves.take(chosen),
            count=self.settings.hypotheses,
            range_nats=self.settings.range_nats,
        )
        rows = chosen.take(kept)
        following = together.take(rows)
        following.scores[:2] = sums.take(kept, axis=1)
        return following, Step(parents.take(rows), added.take(rows))

    def stayed(self, now: Hypotheses, moment: Moment) -> Hypotheses:
        """Nothing is added: a blank, or the last symbol goes on."""
        frame, waves = moment.frame, now.waves
        scores = now.scores.copy()
        scores[0] = now.totals + frame[:, self.vocabulary.blank][waves]
        scores[1] += frame[waves, now.last]
        root = np.flatnonzero(now.nodes == ROOT)  # where no word is begun a further space adds nothing
        space = now.blank[root] + frame[:, self.vocabulary.space][waves[root]]
        scores[0, root] = np.logaddexp(scores[0, root], space)
        return Hypotheses(now.numbers, scores)

    def lettered(
        self, now: Hypotheses, rows: Numbers, symbols: Numbers, scores: Scores, floor: Scores
    ) -> tuple[Hypotheses, Numbers]:
        """A letter is added to these rows; those that stay above the floor, and the rows they came from."""
        tree, letters = self.language.tree, self.letter_numbers.take(symbols)
        nodes = tree.children(now.nodes.take(rows), letters)
        nats, contexts = self.language.spelling.score(now.contexts.take(rows), letters)
        spelled = now.spelled.take(rows) + nats
        stranger = self.stranger_partial + self.settings.language_weight * spelled
        best = self.settings.language_weight * tree.best.take(nodes).astype(np.float64)
        partial = np.where(nodes == tree.lost, stranger, best)
        scores = scores + partial - now.partial.take(rows)
        hot = now.hot.take(rows)
        if self.hot:
            worth, hot = self.hot.lettered(hot, letters)
            scores += worth
        alive = (scores > floor.take(rows)).nonzero()[0]
        rows = rows.take(alive)
        return rows_of(
            hot=hot.take(alive),
            waves=now.waves.take(rows),
            keys=letter_keys(now.keys.take(rows), letters.take(alive)),
            last=symbols.take(alive),
            states=now.states.take(rows),
            nodes=nodes.take(alive),
            contexts=contexts.take(alive),
            letter=scores.take(alive),
            spelled=spelled.take(alive),
            partial=partial.take(alive),
        ), rows

    def worded(
        self, now: Hypotheses, rows: Numbers, scores: Scores, floor: Scores
    ) -> tuple[Hypotheses, Numbers]:
        """The word begun in these rows is finished by a space; otherwise as `lettered`."""
        charge, states = self.word_charge(now.take(rows))
        scores = scores + charge - now.partial.take(rows)
        hot = now.hot.take(rows)
        if self.hot:
            worth, hot = self.hot.worded(hot)
            scores += worth
        alive = (scores > floor.take(rows)).nonzero()[0]
        rows, states, hot = rows.take(alive), states.take(alive), hot.take(alive)
        zero = np.zeros(len(rows), np.int64)
        return rows_of(
            waves=now.waves.take(rows),
            hot=hot,
            keys=word_keys(states, hot),
            last=zero + self.vocabulary.space,
            states=states,
            nodes=zero + ROOT,
            contexts=zero,
            letter=scores.take(alive),
            spelled=zero.astype(np.float64),
            partial=zero.astype(np.float64),
        ), rows

    def word_charge(self, begun: Hypotheses) -> tuple[Scores, Numbers]:
        """What the language charges for the words begun, and the states after them."""
        tree, settings, nodes = self.language.tree, self.settings, begun.nodes
        words = tree.words.take(nodes).astype(np.int64)
        strange = (words < 0) | (nodes == tree.lost)
        nats, states = self.language.model.score(begun.states, np.maximum(words, UNKNOWN))
        spelled = begun.spelled + self.language.spelling.ends(begun.contexts)
        shares = NATS.take(tree.shares.take(nodes))
        nats = nats + np.where(strange, self.language.stranger_nats + spelled, shares)
        bonus = settings.word_bonus + settings.stranger_bonus * strange
        return settings.language_weight * nats + bonus, states

    def final_scores(self, last: Hypotheses) -> Scores:
        """Scores after the last frame: words begun are finished, and so is the sentence."""
        begun = np.flatnonzero(last.nodes != ROOT)
        scores, states = last.totals, last.states.copy()
        charge, states[begun] = self.word_charge(last.take(begun))
        scores[begun] += charge - last.partial[begun]
        if self.hot:
            scores += self.hot.ended(last.hot, last.nodes != ROOT)
        ends, _ = self.language.model.score(states, np.full(len(states), END))
        return scores + self.settings.end_weight * ends

    def texts(self, scores: Scores, first_row: int, trace: Sequence[Step]) -> list[Reading]:
        """Read a wave's last rows back from the trace; a text with and without a last space is one."""
        best: dict[str, Reading] = {}
        rows = np.argsort(-scores, kind="stable")[:ROWS_READ]
        for row, symbols in zip(rows.tolist(), symbols_of(trace, first_row + rows).T, strict=True):
            path = tuple(symbols[symbols != STAYS].tolist())
            text = self.vocabulary.text(path)
            known = best.setdefault(text, Reading(text, path, -np.inf))
            score = float(np.logaddexp(known.score, scores[row]))
            best[text] = Reading(text, known.symbols, score)
        return sorted(best.values(), key=lambda reading: -reading.score)[:READINGS_MAX]


def symbols_of(trace: Sequence[Step], rows: Numbers) -> Numbers:
    """The symbols, or STAYS, that each step added on the way to these rows: [steps, rows]."""
    added = np.full((len(trace), len(rows)), STAYS)
    for number, step in zip(range(len(trace) - 1, -1, -1), reversed(trace), strict=True):
        added[number] = step.symbols[rows]
        rows = step.parents[rows]
    return added
