"""Stretches of time."""

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from govor.analysis.intervals import Interval, gaps, joined, shared, total_ms

pairs = st.tuples(st.integers(0, 60), st.integers(0, 60)).map(lambda pair: Interval(min(pair), max(pair)))
many = st.lists(pairs, max_size=8)


def milliseconds(intervals: list[Interval]) -> set[int]:
    return {ms for each in intervals for ms in range(each.begin, each.end)}


@settings(deadline=None, max_examples=40)
@given(many)
def test_joined_covers_the_same_time_without_overlap(intervals: list[Interval]) -> None:
    made = joined(intervals)
    assert milliseconds(made) == milliseconds(intervals)
    assert all(one.end < other.begin for one, other in pairwise(made))
    assert total_ms(made) == len(milliseconds(intervals))


@settings(deadline=None, max_examples=40)
@given(many, st.integers(1, 20))
def test_short_pauses_are_filled_and_long_ones_stay(intervals: list[Interval], pause_ms: int) -> None:
    made = joined(intervals, pause_ms)
    assert all(other.begin - one.end >= pause_ms for one, other in pairwise(made))
    assert milliseconds(made) >= milliseconds(intervals)


@settings(deadline=None, max_examples=40)
@given(many, many)
def test_shared_is_where_both_are(one: list[Interval], other: list[Interval]) -> None:
    both = shared(joined(one), joined(other))
    assert milliseconds(both) == milliseconds(one) & milliseconds(other)


@settings(deadline=None, max_examples=40)
@given(many)
def test_gaps_are_where_nothing_is(intervals: list[Interval]) -> None:
    empty = gaps(joined(intervals), Interval(0, 60))
    assert milliseconds(empty) == set(range(60)) - milliseconds(intervals)
