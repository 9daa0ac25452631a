"""The state of a beam search over several waves at once: hypotheses as columns. No search here, see beam.py.

Rows are in the order of their waves. Nothing mixes rows of different waves, and the order of the rows of a
wave does not depend on the others: a wave comes out the same, bit for bit, whatever is searched beside it.
"""

from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from govor.recognition.language_model import START
from govor.recognition.lexicon import ROOT

Kind = TypeVar("Kind", np.int64, np.float64)
Scores = NDArray[np.float64]
Numbers = NDArray[np.int64]

# Products of int64 arrays wrap around, as a hash should. All factors are odd: no key is lost to zero bits.
LETTER_FACTOR = np.int64(6364136223846793005)
STATE_FACTOR = np.int64(-7046029254386353131)
HOT_FACTOR = np.int64(-4417276706812531889)
KEY_BITS = 56  # of a hash that are compared; the other bits of a number hold the wave
KEY_MASK = (1 << KEY_BITS) - 1
WAVES_MAX = 1 << (63 - KEY_BITS)


@dataclass(frozen=True, slots=True)
class Hypotheses:
    """What still matters of each text. Columns: [7, rows] and [4, rows], so that one take moves them all."""

    numbers: Numbers
    scores: Scores

    @property
    def waves(self) -> Numbers:
        """Which wave the row belongs to."""
        return row(self.numbers, 0)

    @property
    def keys(self) -> Numbers:
        """Hash of the state and of the letters begun; equal keys are one hypothesis."""
        return row(self.numbers, 1)

    @property
    def last(self) -> Numbers:
        """Last symbol; a blank before the first."""
        return row(self.numbers, 2)

    @property
    def states(self) -> Numbers:
        """State of the language model after the finished words."""
        return row(self.numbers, 3)

    @property
    def nodes(self) -> Numbers:
        """Node of the prefix tree for the letters begun."""
        return row(self.numbers, 4)

    @property
    def contexts(self) -> Numbers:
        """Context of the spelling model after them."""
        return row(self.numbers, 5)

    @property
    def hot(self) -> Numbers:
        """Node of the hot words for the text so far; 0 without any."""
        return row(self.numbers, 6)

    @property
    def blank(self) -> Scores:
        """log-probability, language included, of the alignments that end in a blank."""
        return row(self.scores, 0)

    @property
    def letter(self) -> Scores:
        """log-probability, language included, of the alignments that end in the last symbol."""
        return row(self.scores, 1)

    @property
    def spelled(self) -> Scores:
        """log-probability of the spelling of the letters begun."""
        return row(self.scores, 2)

    @property
    def partial(self) -> Scores:
        """What the language has charged for them so far."""
        return row(self.scores, 3)

    @property
    def totals(self) -> Scores:
        """log-probability of all alignments."""
        sums: Scores = np.logaddexp(self.scores[0], self.scores[1])
        return sums

    def take(self, rows: Numbers) -> "Hypotheses":
        """These rows, in this order."""
        return Hypotheses(self.numbers.take(rows, axis=1), self.scores.take(rows, axis=1))

    def rested(self, waves: NDArray[np.bool_]) -> "Hypotheses":
        """The same after a surely blank frame in these waves."""
        if not waves.any():
            return self
        rested, scores = waves[self.waves], self.scores.copy()
        scores[0] = np.where(rested, self.totals, self.blank)
        scores[1] = np.where(rested, -np.inf, self.letter)
        return Hypotheses(self.numbers, scores)


def row(matrix: NDArray[Kind], index: int) -> NDArray[Kind]:
    """One row of a matrix, not a copy."""
    chosen: NDArray[Kind] = matrix[index]
    return chosen


def rows_of(
    *, waves: Numbers, keys: Numbers, last: Numbers, states: Numbers, nodes: Numbers, contexts: Numbers,
    hot: Numbers, letter: Scores, spelled: Scores, partial: Scores,
) -> Hypotheses:  # fmt: skip
    """Rows that have just got a symbol: no alignment ends in a blank."""
    return Hypotheses(
        np.array([waves, keys, last, states, nodes, contexts, hot]),
        np.array([np.full(len(letter), -np.inf), letter, spelled, partial]),
    )


def joined(parts: list[Hypotheses]) -> Hypotheses:
    """The rows of all parts, no longer in the order of waves."""
    return Hypotheses(
        np.concatenate([part.numbers for part in parts], axis=1),
        np.concatenate([part.scores for part in parts], axis=1),
    )


def empty_texts(waves: int, blank_symbol: int, hot: int = 0) -> Hypotheses:
    """The only hypothesis of each wave before its first frame."""
    key = int(word_keys(np.array([START]), np.array([hot]))[0])
    start = np.array([0, key, blank_symbol, START, ROOT, 0, hot])
    numbers = np.tile(start[:, None], waves)
    numbers[0] = np.arange(waves)
    scores = np.tile(np.array([0, -np.inf, 0, 0])[:, None], waves)
    return Hypotheses(numbers, scores)


def word_keys(states: Numbers, hot: Numbers) -> Numbers:
    """Keys where no word is begun."""
    return (states + 1) * STATE_FACTOR + hot * HOT_FACTOR


def letter_keys(keys: Numbers, letters: Numbers) -> Numbers:
    """Keys with one more letter."""
    return keys * LETTER_FACTOR + letters


def merged(rows: Hypotheses) -> tuple[Numbers, Scores]:
    """Add up rows of equal wave and key: the best row of each, and its new `blank` and `letter` [2, rows]."""
    sorted_by = rows.waves << KEY_BITS | rows.keys & KEY_MASK
    order = sorted_by.argsort(kind="stable")
    first = begins(sorted_by.take(order))
    starts = first.nonzero()[0]
    if len(starts) == len(order):
        return np.arange(len(order)), rows.scores[:2]
    totals = rows.totals.take(order)
    group = first.cumsum() - 1
    is_best = (totals == np.maximum.reduceat(totals, starts).take(group)).nonzero()[0]
    chosen = order.take(is_best.take(np.searchsorted(group.take(is_best), np.arange(len(starts)))))
    return chosen, np.logaddexp.reduceat(rows.scores[:2].take(order, axis=1), starts, axis=1)


def begins(values: Numbers) -> NDArray[np.bool_]:
    """Where a value differs from the one before it; the first does."""
    first = np.empty(len(values), bool)
    first[:1] = True
    np.not_equal(values[1:], values[:-1], out=first[1:])
    return first


def floors(rows: Hypotheses, *, count: int, range_nats: float) -> Scores:
    """For each row (in the order of waves) the total that no hypothesis to be kept can be under.

    That is `range_nats` under the best of its wave or, where the wave has `count` rows already, the worst.
    """
    totals, waves = rows.totals, rows.waves
    first = begins(waves)
    starts = first.nonzero()[0]
    full = np.append(starts[1:], len(waves)) - starts >= count
    worst = np.where(full, np.minimum.reduceat(totals, starts), -np.inf)
    best = np.maximum.reduceat(totals, starts)
    return np.maximum(best - range_nats, worst).take(first.cumsum() - 1)


def best_rows(totals: Scores, waves: Numbers, *, count: int, range_nats: float) -> Numbers:
    """Of each wave the `count` best rows within `range_nats` of its best; in the order of waves, best first.

    Rows of equal total keep their order.
    """
    order = np.lexsort((-totals, waves))
    ordered_waves, ordered = waves.take(order), totals.take(order)
    first = np.searchsorted(ordered_waves, ordered_waves)
    good = (np.arange(len(order)) - first < count) & (ordered > ordered.take(first) - range_nats)
    return order[good]
