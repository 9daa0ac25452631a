"""Punctuation of a row of words: a small convolutional network, and the pauses between the words.

Rule 1: a word sees `reach` words on either side and nothing further, so the text is worked through in windows
        of WINDOW words that overlap by that much: any length, the same result, memory that does not grow.
Rule 2: a pause is evidence beside the words: its log-likelihood is added to what the network says of a mark.
Rule 3: whoever has no times (typed text) gets what the words alone tell.
"""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import ThreadpoolController

from govor.text import word_features
from govor.text.punctuation_file import Layer, Matrix, Weights

MARKS = ("", ",", ".", "?")  # in the order of the network's outputs
ENDS = frozenset({".", "?"})  # after these a sentence begins
WINDOW = 250  # words; what is longer is no better and what is shorter wastes the overlap

# A last sentence is a question only if that is this much likelier (natural logarithm): single words, "да" or
# "понятно", are seldom asked, and the books that the network read have few of them.
LAST_QUESTION_ODDS = 0.75

# How much likelier a pause of so many ms is at a comma, or at the end of a sentence, than between two words
# that belong together (natural logarithm). Set by hand from what is known of read Russian: within a phrase
# few reach 0.1 s, at commas they last 0.1-0.5 s, between sentences 0.4-1.5 s; people also stop to think.
PAUSE_MS = (0, 100, 250, 400, 700, 1_500, 3_000)
COMMA_EVIDENCE = (-0.5, -0.2, 0.7, 1.1, 1.0, 0.8, 0.8)
END_EVIDENCE = (-1.5, -1.2, -0.3, 0.9, 2.0, 3.2, 4.5)


@dataclass(frozen=True, slots=True)
class Styled:
    """What a reader sees of a word beside its letters."""

    mark: str  # one of MARKS, after the word
    capital: bool  # it begins a sentence or is a name


@dataclass(frozen=True, slots=True)
class Punctuator:
    """Puts marks and capitals on words; one model, any number of threads."""

    weights: Weights
    rows_kept_max: int = 100_000  # words, about 20 MB; then the memory of them begins anew
    _rows: dict[str, tuple[int, ...]] = field(default_factory=dict, repr=False)  # of the words met so far

    def styled(self, words: Sequence[str], pauses_ms: Sequence[int] | None = None) -> list[Styled]:
        """Marks and capitals of `words`, which are one speaker's, in order; the last one ends a sentence.

        `pauses_ms` are the silences after each word but the last. Never fails and never gives up: a text of
        any length is read in windows.
        """
        if not words:
            return []
        with one_thread():
            marks, names = self._scores(words)
        marks[:-1] += self.weights.mark_biases
        if pauses_ms is not None:
            marks[:-1] += evidence(pauses_ms)
        marks[-1, :2] = -np.inf  # whoever has finished speaking has finished the sentence
        marks[-1, 3] -= LAST_QUESTION_ODDS
        chosen = [MARKS[best] for best in marks.argmax(axis=1)]
        begins = [True, *(before in ENDS for before, _ in pairwise(chosen))]
        return [
            Styled(mark, bool(begin or name > 0))
            for mark, begin, name in zip(chosen, begins, names, strict=True)
        ]

    @property
    def reach(self) -> int:
        """How many words on either side a word sees."""
        inputs = self.weights.embedding.shape[1]
        first = self.weights.first.weight.shape[0] // inputs // 2
        return int(first + sum(layer.dilation for layer in self.weights.layers))

    def _scores(self, words: Sequence[str]) -> tuple[Matrix, Matrix]:
        """Log-odds of the marks [words, 4] and of a name [words]."""
        rows = np.array([self._rows_of(word) for word in words])
        reach, step = self.reach, WINDOW - 2 * self.reach
        marks, names = np.empty((len(words), 4), np.float32), np.empty(len(words), np.float32)
        for start in range(0, len(words), step):
            from_, to = max(0, start - reach), min(len(words), start + step + reach)
            hidden = self._hidden(rows[from_:to])[start - from_ : start - from_ + step]
            marks[start : start + step] = hidden @ self.weights.mark.weight + self.weights.mark.bias
            names[start : start + step] = (hidden @ self.weights.capital.weight + self.weights.capital.bias)[
                :, 0
            ]
        return marks, names

    def _hidden(self, rows: NDArray[np.int64]) -> Matrix:
        """What the network makes of a window of words [words, hidden]."""
        weights = self.weights
        vectors = weights.embedding[rows] * weights.embedding_scale[rows][..., None]
        hidden = np.maximum(around(vectors.sum(axis=1), weights.first), 0)
        for layer in weights.layers:
            hidden = hidden + np.maximum(around(hidden, layer), 0)
        return hidden

    def _rows_of(self, word: str) -> tuple[int, ...]:
        rows = self._rows.get(word)
        if rows is None:
            rows = word_features.rows(word_features.spelled(word), self.weights.known)
            if len(self._rows) >= self.rows_kept_max:
                self._rows.clear()
            if len(word) <= word_features.LETTERS_MAX:
                self._rows[word] = rows
        return rows


def one_thread() -> AbstractContextManager[object]:
    """While it is open, matrices are multiplied in the caller's thread.

    The products are small: further threads would gain little, and while they wait for each other they would
    take the processor from the recognisers.
    """
    limit: AbstractContextManager[object] = threadpools().limit(limits=1, user_api="blas")
    return limit


@lru_cache
def threadpools() -> ThreadpoolController:
    """The thread pools of this process; they are looked for once."""
    return ThreadpoolController()


def around(vectors: Matrix, layer: Layer) -> Matrix:
    """Each word's vector and its neighbours', through the layer; zeros stand beyond the ends."""
    length, inputs = vectors.shape
    seen = layer.weight.shape[0] // inputs
    reach = seen // 2 * layer.dilation
    padded = np.pad(vectors, ((reach, reach), (0, 0)))
    parts = [padded[at * layer.dilation : at * layer.dilation + length] for at in range(seen)]
    return np.asarray(np.concatenate(parts, axis=1) @ layer.weight + layer.bias, np.float32)


def evidence(pauses_ms: Sequence[int]) -> Matrix:
    """What each pause says of the four marks [pauses, 4]."""
    comma = np.interp(pauses_ms, PAUSE_MS, COMMA_EVIDENCE)
    end = np.interp(pauses_ms, PAUSE_MS, END_EVIDENCE)
    return np.stack([np.zeros_like(comma), comma, end, end], axis=1).astype(np.float32)
