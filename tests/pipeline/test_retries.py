"""Which fault is tried again, and how often."""

import pytest

from govor import errors
from govor.errors import GovorError
from govor.pipeline.retries import passes, retried

WAITS = (0.001, 0.001)


def leaves(kind: type[GovorError]) -> set[type[GovorError]]:
    below = {leaf for child in kind.__subclasses__() for leaf in leaves(child)}
    return below or {kind}


TRIED_AGAIN = {errors.StorageFailed, errors.Unavailable, errors.ModelFailed}


@pytest.mark.parametrize("kind", sorted(leaves(GovorError) | TRIED_AGAIN, key=str))
async def test_only_faults_that_may_pass_are_tried_again(kind: type[GovorError]) -> None:
    calls = 0

    async def fails() -> None:
        nonlocal calls
        calls += 1
        raise kind("made by a test")

    with pytest.raises(kind):
        await retried(fails, what="test", waits_seconds=WAITS, operation_id="id")
    assert calls == (3 if kind in TRIED_AGAIN else 1)
    assert passes(kind("")) == (kind in TRIED_AGAIN)


def test_no_fault_of_a_caller_is_tried_again() -> None:
    assert not any(passes(kind("")) for kind in leaves(errors.CallerError))


async def test_the_attempt_that_succeeds_is_the_last() -> None:
    calls = 0

    async def fails_twice() -> int:
        nonlocal calls
        calls += 1
        if calls < 3:
            raise errors.StorageFailed("made by a test")
        return calls

    assert await retried(fails_twice, what="test", waits_seconds=(0, 0, 0), operation_id="id") == 3


async def test_what_is_not_ours_is_not_tried_again() -> None:
    calls = 0

    async def breaks() -> None:
        nonlocal calls
        calls += 1
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await retried(breaks, what="test", waits_seconds=WAITS, operation_id="id")
    assert calls == 1
