"""The ledger of a chaos run sees what must not happen."""

from typing import Any

import pytest

from bench.chaos.jobs import BAD_AUDIO, CANCELLED, FAILURES, Job, Kind, Recording, made
from bench.chaos.ledger import UNAVAILABLE, Ledger

LEVELS = (300, 1024)
WORDS = ("300", "1024")
ID = "e03operation"


def job(kind: Kind, number: int = 1) -> Job:
    return Job(number=number, kind=kind, recording=Recording(key="1.pcm", levels=LEVELS))


def transcribed(*words: str) -> dict[str, Any]:
    chunks = [{"channelTag": "1", "alternatives": [{"words": [{"word": word}]}]} for word in words]
    return {"id": ID, "done": True, "response": {"chunks": chunks}}


def failed(code: int) -> dict[str, Any]:
    return {"id": ID, "done": True, "error": {"code": code, "message": "made by a test"}}


CASES = [
    (Kind.SHORT, [transcribed(*WORDS)], 0),
    (Kind.SHORT, [{"id": ID, "done": False}, transcribed(*WORDS), transcribed(*WORDS)], 0),
    (Kind.SHORT, [transcribed("300")], 1),  # a part is missing
    (Kind.SHORT, [transcribed(*reversed(WORDS))], 1),  # joined in the wrong order
    (Kind.SHORT, [transcribed()], 1),
    (Kind.SHORT, [failed(BAD_AUDIO)], 1),
    (Kind.SHORT, [failed(UNAVAILABLE)], 0),  # counted by itself
    (Kind.SHORT, [transcribed(*WORDS), transcribed("300")], 1),  # a second result
    (Kind.SHORT, [transcribed(*WORDS), {"id": ID, "done": False}], 1),  # it was done
    (Kind.UNHEARD, [failed(BAD_AUDIO)], 0),
    (Kind.UNHEARD, [transcribed(*WORDS)], 1),
    (Kind.CANCELLED, [failed(CANCELLED)], 0),
    (Kind.CANCELLED, [transcribed(*WORDS)], 0),  # it was too late
    (Kind.CANCELLED, [transcribed("300")], 1),
]


@pytest.mark.parametrize(("kind", "answers", "violations"), CASES)
def test_every_contradiction_in_what_is_read_is_kept(
    kind: Kind, answers: list[dict[str, Any]], violations: int
) -> None:
    ledger = Ledger()
    ledger.accept(job(kind), ID)
    for answer in answers:
        ledger.read(ID, answer)
    assert len(ledger.violations) == violations


def test_one_key_is_one_operation() -> None:
    ledger = Ledger()
    for operation_id in ("one", "one", "two"):
        ledger.accept(job(Kind.REPEATED), operation_id)
    ledger.check_single(job(Kind.REPEATED))
    assert len(ledger.violations) == 1


def test_two_jobs_are_not_one_operation() -> None:
    ledger = Ledger()
    ledger.accept(job(Kind.SHORT, 1), ID)
    ledger.accept(job(Kind.SHORT, 2), ID)
    assert len(ledger.violations) == 1


def test_only_what_must_be_refused_may_be() -> None:
    ledger = Ledger()
    ledger.refuse(job(Kind.REFUSED), "400")
    assert not ledger.violations
    ledger.refuse(job(Kind.SHORT), "400")
    ledger.accept(job(Kind.REFUSED), ID)
    assert len(ledger.violations) == 2


def test_a_seed_makes_the_same_jobs_of_every_kind() -> None:
    jobs = made(40, seed=3)
    assert jobs == made(40, seed=3) != made(40, seed=4)
    assert {job.kind for job in jobs} == set(Kind)
    assert [job.number for job in jobs] == list(range(40))
    assert {job.kind for job in jobs if job.failure is not None} == set(FAILURES)


@pytest.mark.parametrize(
    ("seconds", "channels", "parts"), [(1, 1, 1), (60, 1, 1), (61, 1, 2), (60, 2, 2), (241, 1, 5)]
)
def test_parts_of_a_recording(seconds: int, channels: int, parts: int) -> None:
    assert Recording(key="k", levels=[300] * seconds, channels=channels).parts == parts
