"""Which word was heard for which: the cheapest alignment of a hypothesis with its reference. No I/O."""

from collections import deque
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from govor.errors import TooLarge

Pair = tuple[str | None, str | None]  # said, heard; None where there is no such word
Costs = NDArray[np.int32]

# The table of an alignment, in cells of 4 bytes: 5,000 words against 5,000, which is 40 minutes of speech.
CELLS_MAX = 25_000_000


def pairs(reference: Sequence[str], hypothesis: Sequence[str]) -> list[Pair]:
    """Every word of both once, in order; as few unequal pairs as can be (Levenshtein).

    TooLarge when the table would have more than CELLS_MAX cells.
    """
    if (len(reference) + 1) * (len(hypothesis) + 1) > CELLS_MAX:
        words = f"{len(reference)} words said, {len(hypothesis)} heard"
        raise TooLarge("too many words to align", f"{words}; cut the recording into parts")
    costs = np.stack(list(_rows(reference, hypothesis)))
    i, j, found = len(reference), len(hypothesis), list[Pair]()
    while i or j:
        if i and j and costs[i, j] == costs[i - 1, j - 1] + (reference[i - 1] != hypothesis[j - 1]):
            i, j = i - 1, j - 1
            found.append((reference[i], hypothesis[j]))
        elif i and costs[i, j] == costs[i - 1, j] + 1:
            i -= 1
            found.append((reference[i], None))
        else:
            j -= 1
            found.append((None, hypothesis[j]))
    return found[::-1]


def distance(reference: Sequence[str], hypothesis: Sequence[str]) -> int:
    """How many unequal pairs that are: for characters, without a table."""
    (last,) = deque(_rows(reference, hypothesis), maxlen=1)
    return int(last[-1])


def _rows(reference: Sequence[str], hypothesis: Sequence[str]) -> Iterator[Costs]:
    """The cost of turning the first i words said into the first j heard: a row for each i from 0 on."""
    number = {word: index for index, word in enumerate({*reference, *hypothesis})}
    heard = np.array([number[word] for word in hypothesis], np.int32)
    places = np.arange(len(hypothesis) + 1, dtype=np.int32)
    row = places.copy()
    yield row
    for said in reference:
        step = row + 1  # this word was not heard
        step[1:] = np.minimum(step[1:], row[:-1] + (heard != number[said]))
        # A word heard too many costs one more than the cell to its left: a running minimum along the row.
        row = np.minimum.accumulate(step - places) + places
        yield row
