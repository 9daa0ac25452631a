"""Who is served first."""

from hypothesis import given
from hypothesis import strategies as st

from govor.engine.fairness import EPOCH_SECONDS, PRIORITY_MAX, deadline

NOW = EPOCH_SECONDS + 50_000_000
PART = 60


def order(*arrivals: tuple[str, int, int]) -> list[str]:
    """Names of parts in the order they are taken; an arrival is a name, its second and its parts."""
    parts = [
        (deadline(NOW + second, index, PART), name)
        for name, second, count in arrivals
        for index in range(count)
    ]
    return [name for _, name in sorted(parts, key=lambda part: part[0])]


def test_a_short_recording_overtakes_the_tail_of_a_long_one() -> None:
    taken = order(("long", 0, 240), ("short", 30, 2))
    assert taken.index("short") < 10


def test_the_tail_of_a_long_recording_overtakes_what_comes_much_later() -> None:
    taken = order(("long", 0, 240), ("later", 3600, 2))
    assert taken[-2:] == ["later", "later"]


def test_equals_are_taken_as_they_came() -> None:
    assert order(("first", 0, 1), ("second", 10, 1), ("third", 20, 1)) == ["first", "second", "third"]


@given(st.integers(0, 2**40), st.integers(0, 10_000))
def test_a_priority_is_always_one_the_engine_takes(submitted_at: int, index: int) -> None:
    assert 1 <= deadline(submitted_at, index, PART) <= PRIORITY_MAX
