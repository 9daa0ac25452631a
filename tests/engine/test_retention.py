"""Results live for some days; time is an argument."""

import asyncio
import time
from pathlib import Path

import pytest

from govor.engine import retention
from govor.engine.sqlite import DATABASE
from govor.errors import UnknownOperation
from tests.tiny.life import rows
from tests.tiny.service import ALICE, finished, record, started

DAY = 86_400
TABLES = ["workflow_status", "workflow_input", "workflow_output", "operation_outputs"]


@pytest.mark.parametrize(
    ("now", "days", "cutoff_ms"),
    [
        (0, 0, 0),
        (DAY, 1, 0),
        (10 * DAY + 0.5, 3, 7 * DAY * 1000 + 500),
        (10 * DAY, 0.5, int(9.5 * DAY * 1000)),
    ],
)
def test_the_cutoff_is_so_many_days_ago(now: float, days: float, cutoff_ms: int) -> None:
    assert retention.cutoff_ms(now, days) == cutoff_ms


async def test_deletions_come_in_batches_until_none_is_left(tmp_path: Path) -> None:
    async with started(tmp_path) as operations:
        task = record(tmp_path, "a.pcm", [1])
        made = [await operations.submit(task, ALICE) for _ in range(5)]
        for operation in made:
            await finished(operations, operation.id)
        later = time.time() + 4 * DAY
        assert len(await operations.engine.expired(retention.cutoff_ms(later, 3), limit=2)) == 2
        assert await retention.sweep(operations.engine, now=later, result_days=3, batch=2) == 5


async def test_an_expired_operation_leaves_nothing(tmp_path: Path) -> None:
    async with started(tmp_path) as operations:
        long = (await operations.submit(record(tmp_path, "long.pcm", range(1, 130)), ALICE)).id
        short = (await operations.submit(record(tmp_path, "short.pcm", [1]), ALICE)).id
        failed = (await operations.submit(record(tmp_path, "bad.pcm", [14_000]), ALICE)).id
        for operation_id in (long, short, failed):
            await finished(operations, operation_id)
        engine = operations.engine
        assert await retention.sweep(engine, now=time.time() + 2.9 * DAY, result_days=3) == 0
        await operations.get(long, ALICE)
        assert await retention.sweep(engine, now=time.time() + 3.1 * DAY, result_days=3) == 3
        with pytest.raises(UnknownOperation):
            await operations.get(long, ALICE)
        left = [await asyncio.to_thread(rows, tmp_path, f"SELECT count(*) FROM {table}") for table in TABLES]
        assert left == [[(0,)]] * len(TABLES), DATABASE


async def test_an_operation_that_runs_does_not_expire(tmp_path: Path) -> None:
    async with started(tmp_path, "slow:2") as operations:
        operation = await operations.submit(record(tmp_path, "a.pcm", [1]), ALICE)
        assert await retention.sweep(operations.engine, now=time.time() + 9 * DAY, result_days=3) == 0
        assert not (await operations.get(operation.id, ALICE)).done
