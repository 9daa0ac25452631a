"""Recognition begins while a long recording is still being decoded; whatever becomes of the decoding then."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from govor.errors import BadAudio, Cancelled
from govor.operations import Operations
from tests.tiny.life import Life, noted_steps, parts_done, rows
from tests.tiny.preparing import CRASH, GO_ON, WAITS
from tests.tiny.service import ALICE, expected, finished, heard, record, started

LEVELS = [*range(100, 200), WAITS, *range(200, 230)]  # three parts; the decoder waits in the second
PARTS = 3
LOOKS_MAX, LOOK_SECONDS = 6000, 0.01
SEGMENTS = "SELECT count(*) FROM workflow_status WHERE parent_workflow_id = ?"
UNFINISHED = "SELECT count(*) FROM workflow_status WHERE status IN ('ENQUEUED', 'PENDING')"


@pytest.fixture
async def operations(tmp_path: Path) -> AsyncIterator[Operations]:
    async with started(tmp_path) as made:
        yield made


async def first_part_heard(data_dir: Path, operation_id: str) -> None:
    """Wait for it; the recording is not decoded then."""
    for _ in range(LOOKS_MAX):
        if parts_done(data_dir, operation_id):
            break
        await asyncio.sleep(LOOK_SECONDS)
    assert parts_done(data_dir, operation_id) == 1
    assert "prepare" not in noted_steps(data_dir, operation_id)
    assert not (data_dir / "scratch" / operation_id / "parts").exists()


async def gone(data_dir: Path, operation_id: str) -> None:
    """Wait until nothing of the operation runs or lies about."""
    for _ in range(LOOKS_MAX):
        if not (data_dir / "scratch" / operation_id).exists() and rows(data_dir, UNFINISHED) == [(0,)]:
            return
        await asyncio.sleep(LOOK_SECONDS)
    pytest.fail("something is left")


async def test_the_first_part_is_heard_before_the_last_one_is_decoded(
    operations: Operations, tmp_path: Path
) -> None:
    accepted = await operations.submit(record(tmp_path, "a.pcm", LEVELS), ALICE)
    await first_part_heard(tmp_path, accepted.id)
    (tmp_path / GO_ON).touch()
    assert heard((await finished(operations, accepted.id)).transcript) == expected(LEVELS)
    assert rows(tmp_path, SEGMENTS, accepted.id) == [(PARTS,)]
    assert not operations.engine.work.long_running.total()


async def test_a_recording_that_breaks_in_its_middle_fails_and_its_parts_go(
    operations: Operations, tmp_path: Path
) -> None:
    accepted = await operations.submit(record(tmp_path, "a.pcm", LEVELS), ALICE)
    await first_part_heard(tmp_path, accepted.id)
    (tmp_path / GO_ON).write_text(CRASH)
    failure = (await finished(operations, accepted.id)).failure
    assert failure is not None
    assert failure.code == BadAudio.code
    await gone(tmp_path, accepted.id)
    assert not operations.engine.work.long_running.total()


async def test_cancelling_stops_the_decoding_and_the_parts(operations: Operations, tmp_path: Path) -> None:
    accepted = await operations.submit(record(tmp_path, "a.pcm", LEVELS), ALICE)
    await first_part_heard(tmp_path, accepted.id)
    cancelled = await operations.cancel(accepted.id, ALICE)
    (tmp_path / GO_ON).touch()
    assert cancelled.failure is not None
    assert cancelled.failure.code == Cancelled.code
    await gone(tmp_path, accepted.id)
    assert parts_done(tmp_path, accepted.id) == 1


async def test_a_service_killed_while_it_decodes_goes_on_with_the_same_parts(tmp_path: Path) -> None:
    task = record(tmp_path, "a.pcm", LEVELS)
    life = await asyncio.to_thread(Life, tmp_path)
    operation_id = await asyncio.to_thread(life.submit, task)
    await first_part_heard(tmp_path, operation_id)
    life.kill()
    (tmp_path / GO_ON).touch()
    life = await asyncio.to_thread(Life, tmp_path)
    try:
        done = await asyncio.to_thread(life.finished, operation_id)
    finally:
        life.kill()
    assert heard(done.transcript) == expected(LEVELS)
    assert rows(tmp_path, SEGMENTS, operation_id) == [(PARTS,)]
