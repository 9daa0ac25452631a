"""Who speaks when, and the words of each. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from govor.analysis.voice_features import FRAME_MS
from govor.records import Word

Words = Sequence[Word]


@dataclass(frozen=True, slots=True)
class Turn:
    """A speaker (1-based) from `start_ms` up to `end_ms` of the recording."""

    start_ms: int
    end_ms: int
    speaker: int


def of_labels(labels: NDArray[np.int64], start_ms: int) -> list[Turn]:
    """The turns in a stretch of speech, from the speaker (0-based) of each of its frames."""
    if not len(labels):
        return []
    edges = [0, *(np.flatnonzero(np.diff(labels)) + 1).tolist(), len(labels)]
    return [
        Turn(start_ms + begin * FRAME_MS, start_ms + end * FRAME_MS, int(labels[begin]) + 1)
        for begin, end in pairwise(edges)
    ]


def by_speaker(segments: Sequence[Words], turns: Sequence[Turn]) -> dict[int, list[tuple[Word, ...]]]:
    """One channel's speech segments → those of each speaker, cut where the speaker changes.

    A word belongs to whose turn its middle is in, or else to the turn nearest to it; `turns` are in order.
    """
    found: dict[int, list[tuple[Word, ...]]] = {}
    ends = np.array([turn.end_ms for turn in turns])
    for words in segments:
        run: list[Word] = []
        before = 0
        for word in words:
            now = speaker_of(word, turns, ends)
            if run and now != before:
                found.setdefault(before, []).append(tuple(run))
                run = []
            run.append(word)
            before = now
        if run:
            found.setdefault(before, []).append(tuple(run))
    return found


def speaker_of(word: Word, turns: Sequence[Turn], ends: NDArray[np.int64]) -> int:
    """Whose word it is; the first speaker's where there are no turns at all."""
    if not turns:
        return 1
    middle = (word.start_ms + word.end_ms) / 2
    after = min(int(np.searchsorted(ends, middle, side="right")), len(turns) - 1)
    if turns[after].start_ms <= middle < turns[after].end_ms or after == 0:
        return turns[after].speaker
    gap_before, gap_after = middle - turns[after - 1].end_ms, turns[after].start_ms - middle
    return turns[after].speaker if gap_after < gap_before else turns[after - 1].speaker
