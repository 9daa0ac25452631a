"""Stretches of time, in milliseconds: begin ≤ end. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Interval:
    """From `begin` up to `end`, ms from the start of the recording."""

    begin: int
    end: int

    @property
    def ms(self) -> int:
        """How long it is."""
        return self.end - self.begin


def joined(intervals: Iterable[Interval], pause_ms: int = 0) -> list[Interval]:
    """In order and without overlap; gaps of less than `pause_ms` are filled, those of 0 ms always."""
    made: list[Interval] = []
    for each in sorted(intervals):
        if made and (each.begin <= made[-1].end or each.begin - made[-1].end < pause_ms):
            made[-1] = Interval(made[-1].begin, max(made[-1].end, each.end))
        else:
            made.append(each)
    return made


def shared(one: Sequence[Interval], other: Sequence[Interval]) -> list[Interval]:
    """Where both are; each must be joined."""
    found: list[Interval] = []
    i = j = 0
    while i < len(one) and j < len(other):
        begin, end = max(one[i].begin, other[j].begin), min(one[i].end, other[j].end)
        if begin < end:
            found.append(Interval(begin, end))
        if one[i].end < other[j].end:
            i += 1
        else:
            j += 1
    return found


def gaps(intervals: Sequence[Interval], within: Interval) -> list[Interval]:
    """Where none of the joined intervals is."""
    edges = [within.begin, *(edge for each in intervals for edge in (each.begin, each.end)), within.end]
    return [Interval(begin, end) for begin, end in zip(edges[::2], edges[1::2], strict=True) if begin < end]


def total_ms(intervals: Iterable[Interval]) -> int:
    """Their lengths, summed."""
    return sum(each.ms for each in intervals)
