"""Who is served first: properties of the numbers, and the order in which one recogniser serves."""

import heapq
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from govor.engine.fairness import (
    DEFERRED_SECONDS,
    EPOCH_SECONDS,
    PRIORITY_MAX,
    Turn,
    deadline,
    turn,
)

NOW = EPOCH_SECONDS + 50_000_000
DAY = 86_400
HOUR = 3_600


@dataclass(frozen=True)
class Sent:
    """Recordings of one folder that arrive together: so many, of so many parts."""

    folder: str
    at: float
    recordings: int
    parts: int = 1
    weight: float = 1.0
    deferred: bool = False


def served(*crowds: Sent, part_seconds: float = 3.0) -> list[tuple[str, float]]:
    """Folder and end of every part, in the order in which one recogniser takes them by their numbers."""
    parts: list[tuple[float, int, str]] = []  # arrival, number, folder
    for crowd in crowds:
        long = min(32, crowd.recordings) if crowd.parts > 1 else 1
        for ahead in range(crowd.recordings):
            its = turn(NOW + crowd.at, ahead=ahead, weight=crowd.weight, deferred=crowd.deferred)
            parts += [(crowd.at, its.deadline(part, long), crowd.folder) for part in range(crowd.parts)]
    parts.sort()
    waiting: list[tuple[int, float, str]] = []
    done: list[tuple[str, float]] = []
    clock, index = 0.0, 0
    while len(done) < len(parts):
        while index < len(parts) and parts[index][0] <= clock:
            arrival, number, folder = parts[index]
            heapq.heappush(waiting, (number, arrival, folder))
            index += 1
        if not waiting:
            clock = parts[index][0]
            continue
        clock += part_seconds
        done.append((heapq.heappop(waiting)[2], clock))
    return done


def test_a_short_recording_behind_a_long_one_waits_for_one_part() -> None:
    done = served(Sent("long", 0, 1, parts=240), Sent("short", 31, 1))
    assert dict(done)["short"] - 31 <= 2 * 3.0  # the part that is being recognised, and its own


def test_a_hundred_short_recordings_hardly_notice_the_long_one_of_their_own_folder() -> None:
    alone = [end for _, end in served(Sent("short", 1, 100))]
    both = [
        end for who, end in served(Sent("long", 0, 1, parts=240), Sent("short", 1, 100)) if who == "short"
    ]
    behind = [late - early for late, early in zip(both, alone, strict=True)]
    assert behind[50] <= 2 * 3.0  # the part that was being recognised when they came, and one more
    assert max(behind) <= 4 * 3.0  # three parts of the long one fall due meanwhile


def test_the_tail_of_a_long_recording_is_not_overtaken_for_ever() -> None:
    crowd = [Sent("other", 3.0 * number, 1) for number in range(16_000)]  # all that can be done
    done = served(Sent("long", 0, 1, parts=240), *crowd)
    last = max(end for who, end in done if who == "long")
    assert last <= 240 * 180 + HOUR


def test_ten_thousand_recordings_of_one_folder_do_not_stand_in_the_way_of_another() -> None:
    done = served(Sent("crowd", 0, 10_000), Sent("other", 60, 1), Sent("another", 7_200, 5))
    ends = dict(done)
    assert ends["other"] - 60 <= 12 * 3.0
    assert ends["another"] - 7_200 <= 30 * 3.0


def test_a_hundred_long_recordings_of_one_folder_do_not_either() -> None:
    done = served(Sent("crowd", 0, 32, parts=100), Sent("other", 600, 1))
    assert dict(done)["other"] - 600 <= 20 * 3.0


@pytest.mark.parametrize("weight", [2.0, 3.0, 10.0])
def test_folders_share_by_their_weights(weight: float) -> None:
    done = served(Sent("light", 0, 2_000), Sent("heavy", 0, 2_000, weight=weight))
    first = [who for who, _ in done[:1_000]]
    assert first.count("heavy") / first.count("light") == pytest.approx(weight, rel=0.1)


def test_deferred_recordings_wait_until_nothing_else_does() -> None:
    done = served(Sent("deferred", 0, 5, deferred=True), Sent("other", 1, 200))
    assert [who for who, _ in done[1:201]] == ["other"] * 200  # the first began before the others came


@given(st.integers(0, 100_000), st.floats(0.01, 100), st.integers(0, 479), st.integers(0, 32))
def test_deferred_recordings_are_due_within_a_day(ahead: int, weight: float, part: int, crowd: int) -> None:
    its = turn(NOW, ahead=ahead, weight=weight, deferred=True)
    due = its.deadline(part, crowd) + EPOCH_SECONDS
    assert NOW + DEFERRED_SECONDS - 1 <= due <= NOW + DAY


@given(
    st.integers(0, 2**40), st.integers(0, 10**6), st.floats(0.01, 100), st.booleans(), st.integers(0, 9_999)
)
def test_a_number_is_always_one_the_engine_takes(
    arrived_at: int, ahead: int, weight: float, deferred: bool, part: int
) -> None:
    its = turn(arrived_at, ahead=ahead, weight=weight, deferred=deferred)
    assert 1 <= its.deadline(part) <= PRIORITY_MAX


turns = st.builds(
    Turn, due_at=st.integers(NOW, NOW + DAY), deferred=st.booleans(), weight=st.floats(0.01, 100)
)


@given(turns, st.integers(0, 479), st.integers(1, 32))
def test_parts_follow_each_other(its: Turn, part: int, crowd: int) -> None:
    assert its.deadline(part, crowd) <= its.deadline(part + 1, crowd)


@given(st.integers(0, 10_000), st.integers(0, 10_000), st.floats(0.01, 100))
def test_who_has_more_here_already_is_due_later(one: int, other: int, weight: float) -> None:
    few, many = sorted((one, other))
    assert turn(NOW, ahead=few, weight=weight).due_at <= turn(NOW, ahead=many, weight=weight).due_at


def test_what_was_due_an_hour_ago_comes_before_every_newcomer() -> None:
    old = turn(NOW - 2 * HOUR, ahead=100).deadline(0)
    assert old < turn(NOW, ahead=0, weight=100).deadline(0)
    assert deadline(EPOCH_SECONDS - 5, 0, 60) == 1
