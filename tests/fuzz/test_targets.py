"""Seconds of what `make fuzz` does for minutes, the same everywhere; and everything that crashed once."""

import pytest

from tests.fuzz import trying
from tests.fuzz.targets import TARGETS, Target

EXAMPLES = 60  # of each reader: about three seconds for all of them


@pytest.mark.parametrize("name", sorted(TARGETS))
def test_a_reader_answers_or_refuses(name: str) -> None:
    trying.attempts(TARGETS[name], number=1, examples=EXAMPLES)


@pytest.mark.parametrize("name", sorted(TARGETS))
def test_what_it_likes_it_reads(name: str) -> None:
    for seed in TARGETS[name].seeds:
        trying.read(TARGETS[name], seed)


def test_what_crashed_once_does_not_any_more() -> None:
    for case in trying.cases():
        trying.read(trying.target_of(case), case.read_bytes())


def test_a_crash_is_found_and_made_small() -> None:
    def reads_no_z(data: bytes) -> None:
        if b"Z" in data:
            raise KeyError("Z")

    with pytest.raises(trying.Crashed) as caught:
        trying.attempts(Target(read=reads_no_z, seeds=(b"abcd",)), number=1, examples=200)
    assert b"Z" in caught.value.data
    assert len(caught.value.data) < 10
