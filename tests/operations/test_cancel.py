"""Cancelling: before, during and after."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from govor.errors import Cancelled
from govor.operations import Operations
from govor.pipeline.prepare import PART_SECONDS
from govor.records import Failure, Operation
from tests.tiny.life import noted_steps, parts_done, rows
from tests.tiny.service import ALICE, expected, finished, heard, record, started

LONG = list(range(1, 190))  # four parts


async def until(condition: Callable[[], bool]) -> None:
    """Wait for what must come, at most 20 s."""
    for _ in range(4000):
        if condition():
            return
        await asyncio.sleep(0.005)
    pytest.fail("it did not come within 20 s")


def check_cancelled(operation: Operation) -> None:
    assert operation.done
    assert operation.failure == Failure(code=Cancelled.code, message="The operation was cancelled")
    assert operation.transcript is None


async def check_at_rest(operations: Operations, data_dir: Path, operation_id: str) -> None:
    """Nothing of the operation runs or lies about, and its state stays."""
    await until(lambda: not (data_dir / "scratch" / operation_id).exists())
    sql = "SELECT count(*) FROM workflow_status WHERE status IN ('ENQUEUED', 'PENDING')"
    assert rows(data_dir, sql) == [(0,)]
    check_cancelled(await operations.get(operation_id, ALICE))


MOMENTS: list[tuple[str, list[int], Callable[[Path, str], bool]]] = [
    ("before it starts", [1], lambda data, id: True),
    ("while it is fetched or prepared", LONG, lambda data, id: (data / "scratch" / id).exists()),
    ("while its only part is recognised", [1] * 50, lambda data, id: "prepare" in noted_steps(data, id)),
    ("while its parts are recognised", LONG, lambda data, id: parts_done(data, id) >= 1),
]


@pytest.mark.parametrize(("levels", "moment"), [row[1:] for row in MOMENTS], ids=[row[0] for row in MOMENTS])
async def test_a_cancelled_operation_is_done_at_once_and_stops(
    tmp_path: Path, levels: list[int], moment: Callable[[Path, str], bool]
) -> None:
    async with started(tmp_path, "slow:0.02") as operations:
        accepted = await operations.submit(record(tmp_path, "a.pcm", levels), ALICE)
        await until(lambda: moment(tmp_path, accepted.id))
        cancelled = await operations.cancel(accepted.id, ALICE)
        check_cancelled(cancelled)
        assert cancelled.modified_at >= accepted.created_at
        await check_at_rest(operations, tmp_path, accepted.id)
        assert await operations.cancel(accepted.id, ALICE) == cancelled
        other = await operations.submit(record(tmp_path, "b.pcm", [7]), ALICE)
        assert heard((await finished(operations, other.id)).transcript) == expected([7])


async def test_a_finished_operation_is_returned_unchanged(tmp_path: Path) -> None:
    async with started(tmp_path) as operations:
        for levels in ([1], [14_000]):  # one that ends well, one that fails
            accepted = await operations.submit(record(tmp_path, "a.pcm", levels), ALICE)
            done = await finished(operations, accepted.id)
            assert await operations.cancel(accepted.id, ALICE) == done
            assert await operations.get(accepted.id, ALICE) == done


async def test_a_cancelled_operation_stays_cancelled_after_a_restart(tmp_path: Path) -> None:
    async with started(tmp_path, "slow:0.02") as operations:
        accepted = await operations.submit(record(tmp_path, "a.pcm", LONG), ALICE)
        await until(lambda: "prepare" in noted_steps(tmp_path, accepted.id))
        check_cancelled(await operations.cancel(accepted.id, ALICE))
    async with started(tmp_path) as operations:
        await check_at_rest(operations, tmp_path, accepted.id)


async def test_recognisers_go_on_for_less_than_a_part_after_a_cancel(tmp_path: Path) -> None:
    heard_clips = tmp_path / "notes"
    heard_clips.touch()
    async with started(tmp_path, f"notes:{heard_clips}", recognisers=1) as operations:
        long = await operations.submit(record(tmp_path, "a.pcm", LONG), ALICE)
        await until(lambda: heard_clips.stat().st_size >= 10)
        await operations.cancel(long.id, ALICE)
        before = heard_clips.stat().st_size
        other = await operations.submit(record(tmp_path, "b.pcm", [7]), ALICE)
        await finished(operations, other.id)
        await check_at_rest(operations, tmp_path, long.id)
        await until(lambda: not operations.work.pool.waiting())
        assert heard_clips.stat().st_size - before <= PART_SECONDS  # a clip is a second
