"""Many at once: one operation for one key, and no submission lost."""

import asyncio
from pathlib import Path

from tests.tiny.life import rows
from tests.tiny.service import ALICE, BOB, expected, finished, heard, record, started

COUNT = "SELECT count(*) FROM workflow_status WHERE name = 'operation'"


async def test_a_hundred_submits_with_one_key_make_one_operation(tmp_path: Path) -> None:
    async with started(tmp_path) as operations:
        task = record(tmp_path, "a.pcm", [1, 2])
        made = await asyncio.gather(*(operations.submit(task, ALICE, "one key") for _ in range(100)))
        assert len({operation.id for operation in made}) == 1
        assert rows(tmp_path, COUNT) == [(1,)]
        assert heard((await finished(operations, made[0].id)).transcript) == expected([1, 2])


async def test_a_key_belongs_to_its_folder(tmp_path: Path) -> None:
    async with started(tmp_path) as operations:
        task = record(tmp_path, "a.pcm", [1])
        callers = (ALICE, BOB, ALICE, BOB)
        made = [(await operations.submit(task, caller, "one key")).id for caller in callers]
        assert made[:2] == made[2:]
        assert made[0] != made[1]
        assert (await operations.submit(task, ALICE)).id not in made


async def test_a_key_finds_its_operation_though_the_object_is_gone(tmp_path: Path) -> None:
    async with started(tmp_path) as operations:
        task = record(tmp_path, "a.pcm", [1])
        made = await operations.submit(task, ALICE, "one key")
        await finished(operations, made.id)
        (tmp_path / "objects" / "bucket" / "a.pcm").unlink()
        again = await operations.submit(task, ALICE, "one key")
        assert (again.id, heard(again.transcript)) == (made.id, expected([1]))


async def test_two_hundred_simultaneous_submissions_all_end(tmp_path: Path) -> None:
    async with started(tmp_path) as operations:
        tasks = [record(tmp_path, f"{n}.pcm", [n + 1]) for n in range(200)]
        callers = [ALICE if n % 2 else BOB for n in range(200)]
        made = await asyncio.gather(*map(operations.submit, tasks, callers))
        assert len({operation.id for operation in made}) == 200
        for number, operation in enumerate(made):
            done = await finished(operations, operation.id, callers[number])
            assert heard(done.transcript) == expected([number + 1])
        counted = (await operations.statistics()).by_state
        assert counted == {"queued": 0, "running": 0, "done": 200, "failed": 0}
        assert not await operations.work.folders()
