"""A count over a moving window: exact to a sixtieth of it."""

from hypothesis import given
from hypothesis import strategies as st

from govor.quotas.sliding_count import STEPS, SlidingCount

gaps = st.lists(st.floats(0, 30), max_size=300)


def test_the_window_moves_on() -> None:
    count = SlidingCount(2, 60)
    assert [count.take(now) for now in (0.0, 1.0)] == [0, 0]
    assert count.take(2.0) == 58  # the first leaves the window at 60
    assert count.take(60.0) == 0
    assert count.take(60.5) > 0
    assert count.take(61.0) == 0


def test_a_clock_that_is_set_back_is_no_way_around() -> None:
    count = SlidingCount(3, 60)
    assert [bool(count.take(now)) for now in (100.0, 40.0, 1.0, 0.0)] == [False, False, False, True]


@given(st.integers(1, 20), gaps)
def test_no_window_ever_holds_more_than_allowed(most: int, waits: list[float]) -> None:
    count, now, taken = SlidingCount(most, 60), 0.0, []
    for wait in waits:
        now += wait
        if not count.take(now):
            taken.append(now)
        # events of one step cannot be told apart: the window may be a step short
        assert sum(at > now - 60 * (1 - 1 / STEPS) for at in taken) <= most


@given(st.integers(1, 20), gaps)
def test_who_waits_as_long_as_told_gets_in(most: int, waits: list[float]) -> None:
    count, now = SlidingCount(most, 60), 0.0
    for wait in waits:
        now += wait
        if seconds := count.take(now):
            assert 0 < seconds <= 60
            now += seconds + 1e-6
            assert count.take(now) == 0


@given(gaps)
def test_memory_is_bounded(waits: list[float]) -> None:
    count, now = SlidingCount(1_000, 60), 0.0
    for wait in waits:
        now += wait
        count.take(now)
        assert len(count._steps) <= STEPS
