"""Who is served first, through the whole engine with one recogniser."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from govor.operations import Operations
from govor.records import Task
from tests.tiny.life import parts_done, rows
from tests.tiny.service import ALICE, BOB, expected, finished, heard, record, started

LONG = list(range(1, 240))  # four parts
LONGER = list(range(1, 600))  # not done before what comes after it is ready, on a busy machine, too


async def begun(data_dir: Path, operation_id: str) -> None:
    """Wait until the first part is done, at most 40 s."""
    for _ in range(2_000):
        if parts_done(data_dir, operation_id):
            return
        await asyncio.sleep(0.02)
    raise AssertionError(f"no part of {operation_id} is done")


async def ended(operations: Operations, ids: dict[str, str]) -> list[str]:
    """The names of operations in the order they ended."""
    for operation_id in ids.values():
        await finished(operations, operation_id)
    return sorted(ids, key=lambda name: completed_ms(operations, ids[name]))


def completed_ms(operations: Operations, operation_id: str) -> int:
    sql = "SELECT completed_at FROM workflow_status WHERE workflow_uuid = ?"
    ((at_ms,),) = rows(operations.settings.data_path, sql, operation_id)
    return int(at_ms)


@pytest.fixture
def short(tmp_path: Path) -> Task:
    return record(tmp_path, "short.pcm", [7])


async def test_short_recordings_overtake_the_tail_of_a_long_one(tmp_path: Path, short: Task) -> None:
    async with started(tmp_path, "slow:0.008", recognisers=1) as operations:
        long = await operations.submit(record(tmp_path, "long.pcm", LONG), ALICE)
        await begun(tmp_path, long.id)
        ids = {name: (await operations.submit(short, ALICE)).id for name in "abc"}
        assert await ended(operations, {**ids, "long": long.id}) == ["a", "b", "c", "long"]


async def test_long_recordings_have_places_of_their_own(tmp_path: Path, short: Task) -> None:
    long = record(tmp_path, "long.pcm", [3] * 270)  # 4.3 MB
    queue = "SELECT queue_name FROM workflow_status WHERE workflow_uuid = ?"
    async with started(tmp_path) as operations:
        ids = [(await operations.submit(task, ALICE)).id for task in (long, short)]
        assert [rows(tmp_path, queue, operation_id) for operation_id in ids] == [
            [("long",)],
            [("operations",)],
        ]
        assert await operations.engine.unfinished(ALICE.folder_id) <= 2
        for operation_id, levels in zip(ids, ([3] * 270, [7]), strict=True):
            assert heard((await finished(operations, operation_id)).transcript) == expected(levels)


async def test_deferred_recordings_run_when_nothing_else_waits(tmp_path: Path, short: Task) -> None:
    deferred = replace(record(tmp_path, "deferred.pcm", LONGER), model="deferred-general")
    async with started(tmp_path, "slow:0.008", recognisers=1) as operations:
        later = await operations.submit(deferred, ALICE)
        queue = "SELECT queue_name FROM workflow_status WHERE workflow_uuid = ?"
        assert rows(tmp_path, queue, later.id) == [("deferred",)]
        await begun(tmp_path, later.id)  # for nothing else is here
        now = {"long": (await operations.submit(record(tmp_path, "long.pcm", LONG), ALICE)).id}
        now["short"] = (await operations.submit(short, ALICE)).id
        assert await ended(operations, {**now, "deferred": later.id}) == ["short", "long", "deferred"]


async def test_a_folder_with_much_here_is_due_later_than_another(tmp_path: Path, short: Task) -> None:
    folders = tmp_path / "folders.toml"
    folders.write_text(f"[{BOB.folder_id}]\nweight = 4\n")
    priority = "SELECT priority FROM workflow_status WHERE workflow_uuid = ?"
    async with started(tmp_path, "slow:0.5", recognisers=1, folder_limits=folders) as operations:
        made = [await operations.submit(short, ALICE) for _ in range(8)]
        other = await operations.submit(short, BOB)
        due = [rows(tmp_path, priority, operation.id)[0][0] for operation in (*made, other)]
        assert due[:8] == sorted(due[:8])
        assert due[7] - due[0] >= 7 * 6
        assert due[8] <= due[0] + 1 + 1  # 6 s / 4, and what the submissions took
