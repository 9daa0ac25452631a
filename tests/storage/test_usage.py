"""What folders have used: counted in the database, for every process."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from govor.settings import Settings
from govor.storage.database import Database
from govor.storage.usage import Allowance, Overrun, Usage

HOUR, DAY = 3_600.0, 86_400.0
NOW = 1_800_000_000.0
TWO = Allowance(submissions_per_hour=2)


@pytest.fixture
def usage(tmp_path: Path) -> Usage:
    return Usage(Database.open(Settings(data_dir=tmp_path)))


def test_a_folder_may_submit_so_often_in_an_hour(usage: Usage) -> None:
    assert usage.reserve("a", "one", 0, TWO, now=NOW) is True
    assert usage.reserve("a", "two", 0, TWO, now=NOW + 600) is True
    refused = usage.reserve("a", "three", 0, TWO, now=NOW + 1_000)
    assert refused == Overrun(what="submissions_per_hour", seconds=2_600)
    assert usage.reserve("b", "four", 0, TWO, now=NOW + 1_000) is True
    assert usage.reserve("a", "three", 0, TWO, now=NOW + HOUR) is True


def test_the_same_operation_counts_once(usage: Usage) -> None:
    assert usage.reserve("a", "one", 0, TWO, now=NOW) is True
    assert usage.reserve("a", "one", 0, TWO, now=NOW + 1) is False
    assert usage.reserve("a", "two", 0, TWO, now=NOW + 2) is True


def test_what_is_refused_or_released_does_not_count(usage: Usage) -> None:
    for name in ("one", "two", "three"):
        usage.reserve("a", name, 0, TWO, now=NOW)
    usage.release("two")
    assert usage.reserve("a", "four", 0, TWO, now=NOW + 1) is True
    assert isinstance(usage.reserve("a", "five", 0, TWO, now=NOW + 1), Overrun)


def test_audio_counts_for_a_day_once_its_length_is_known(usage: Usage) -> None:
    ten = Allowance(audio_ms_per_day=10_000)
    assert usage.reserve("a", "one", 0, ten, now=NOW) is True
    usage.measured("one", audio_ms=6_000, size=0)
    usage.measured("one", audio_ms=6_000, size=0)  # a step that ran twice
    assert usage.reserve("a", "two", 0, ten, now=NOW + 100) is True
    usage.measured("two", audio_ms=6_000, size=0)
    refused = usage.reserve("a", "three", 0, ten, now=NOW + 200)
    assert refused == Overrun(what="audio_ms_per_day", seconds=DAY - 200)
    assert usage.reserve("a", "three", 0, ten, now=NOW + DAY) is True


def test_bytes_count_with_those_of_the_recording_itself(usage: Usage) -> None:
    kilo = Allowance(bytes_per_day=1_000)
    assert usage.reserve("a", "one", 600, kilo, now=NOW) is True
    assert isinstance(usage.reserve("a", "two", 500, kilo, now=NOW), Overrun)
    assert usage.reserve("a", "two", 400, kilo, now=NOW) is True
    usage.measured("two", audio_ms=0, size=100)
    assert usage.reserve("a", "three", 300, kilo, now=NOW) is True
    assert usage.reserve("b", "four", 2_000, kilo, now=NOW) == Overrun(what="bytes_per_day", seconds=DAY)


def test_rows_are_forgotten_after_a_day_in_batches(usage: Usage) -> None:
    for number in range(5):
        usage.reserve("a", f"old {number}", 0, Allowance(), now=NOW)
    usage.reserve("a", "new", 0, Allowance(), now=NOW + 60)
    later = NOW + DAY
    assert [usage.forget(now=later, batch=3) for _ in range(3)] == [3, 2, 0]
    assert usage.reserve("a", "new", 0, Allowance(), now=later) is False


def test_counts_outlive_the_process(usage: Usage, tmp_path: Path) -> None:
    usage.reserve("a", "one", 0, TWO, now=NOW)
    usage.reserve("a", "two", 0, TWO, now=NOW)
    again = Usage(Database.open(Settings(data_dir=tmp_path)))
    assert isinstance(again.reserve("a", "three", 0, TWO, now=NOW + 1), Overrun)


def test_many_at_once_never_get_more_than_allowed(tmp_path: Path) -> None:
    others = [Usage(Database.open(Settings(data_dir=tmp_path))) for _ in range(3)]
    allowance = Allowance(submissions_per_hour=20)
    with ThreadPoolExecutor(6) as threads:
        outcomes = list(
            threads.map(
                lambda number: others[number % 3].reserve("a", f"{number}", 0, allowance, now=NOW), range(60)
            )
        )
    assert outcomes.count(True) == 20
