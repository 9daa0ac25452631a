"""Quotas of folders: refused beyond them, told when to come again, across restarts."""

import asyncio
import time
from pathlib import Path
from typing import Any

import pytest

from govor.errors import BadAudio, QuotaExceeded, Unavailable
from govor.records import AudioEncoding, AudioSpec, Task
from tests.tiny.service import ALICE, BOB, build, finished, record, started

HOUR, DAY = 3_600, 86_400


async def test_submissions_beyond_the_quota_are_refused_until_an_hour_is_over(tmp_path: Path) -> None:
    later = 0.0
    operations = build(tmp_path, clock=lambda: time.time() + later, quota_submissions_per_hour=2)
    await operations.start()
    task = record(tmp_path, "a.pcm", [1])
    first = await operations.submit(task, ALICE, "key")
    await operations.submit(task, ALICE)
    with pytest.raises(QuotaExceeded, match=r"^Quota exceeded: 2 recognition requests an hour$") as refusal:
        await operations.submit(task, ALICE)
    assert HOUR - 60 < refusal.value.retry_after_seconds <= HOUR
    assert (await operations.submit(task, ALICE, "key")).id == first.id  # the same request again is none
    await operations.submit(task, BOB)
    later = HOUR + 1.0
    await operations.submit(task, ALICE)
    await operations.stop()


async def test_submissions_count_across_restarts(tmp_path: Path) -> None:
    task = record(tmp_path, "a.pcm", [1])
    async with started(tmp_path, quota_submissions_per_hour=1) as operations:
        await operations.submit(task, ALICE)
    async with started(tmp_path, quota_submissions_per_hour=1) as operations:
        with pytest.raises(QuotaExceeded):
            await operations.submit(task, ALICE)


async def test_a_bad_recording_costs_no_quota(tmp_path: Path) -> None:
    task = record(tmp_path, "a.pcm", [1])
    async with started(tmp_path, quota_submissions_per_hour=1) as operations:
        for _ in range(3):
            with pytest.raises(BadAudio):
                await operations.submit(Task(uri=task.uri, audio=AudioSpec()), ALICE)
        await operations.submit(task, ALICE)


async def test_a_refusal_reads_no_recording(tmp_path: Path) -> None:
    task = record(tmp_path, "a.pcm", [1])
    async with started(tmp_path, quota_submissions_per_hour=1) as operations:
        await operations.submit(task, ALICE)
        with pytest.raises(QuotaExceeded):
            await operations.submit(task, ALICE)
        (tmp_path / "objects" / "bucket" / "a.pcm").unlink()
        with pytest.raises(QuotaExceeded):  # and not ObjectMissing
            await operations.submit(task, ALICE)


async def test_audio_counts_with_all_its_channels_once_it_is_known(tmp_path: Path) -> None:
    async with started(tmp_path, quota_audio_hours_per_day=5.5 / HOUR) as operations:
        task = record(tmp_path, "stereo.pcm", [1, 2, 3], channels=2)
        await finished(operations, (await operations.submit(task, ALICE)).id)
        with pytest.raises(QuotaExceeded, match="hours of audio a day") as refusal:
            await operations.submit(task, ALICE)
        assert DAY - 60 < refusal.value.retry_after_seconds <= DAY
        await operations.submit(task, BOB)


async def test_bytes_count_once_they_are_fetched_or_came_with_the_request(tmp_path: Path) -> None:
    async with started(tmp_path, quota_bytes_per_day=20_000) as operations:
        task = record(tmp_path, "a.pcm", [1])  # 16,000 bytes
        await finished(operations, (await operations.submit(task, ALICE)).id)
        inline = Task(
            uri="", audio=AudioSpec(encoding=AudioEncoding.LINEAR16_PCM, sample_rate_hz=8_000), api=3
        )
        with pytest.raises(QuotaExceeded, match="20000 bytes of recordings a day"):
            await operations.submit(inline, ALICE, content=bytes(4_002))
        await operations.submit(inline, ALICE, content=bytes(4_000))
        with pytest.raises(QuotaExceeded):
            await operations.submit(inline, ALICE, content=bytes(2))


async def test_only_so_many_operations_of_a_folder_at_a_time(tmp_path: Path) -> None:
    async with started(tmp_path, "slow:0.1", quota_operations=3) as operations:
        task = record(tmp_path, "a.pcm", [1])
        made = await asyncio.gather(
            *(operations.submit(task, ALICE) for _ in range(6)), return_exceptions=True
        )
        accepted = [each for each in made if not isinstance(each, BaseException)]
        assert len(accepted) == 3
        assert all(isinstance(each, QuotaExceeded) for each in made if isinstance(each, BaseException))
        await operations.submit(task, BOB)
        for operation in accepted:
            await finished(operations, operation.id)
        await operations.submit(task, ALICE)


@pytest.mark.parametrize(
    ("api", "setting"), [(2, "quota_checks_per_hour"), (3, "quota_v3_checks_per_second")]
)
async def test_checks_beyond_the_quota_are_refused(tmp_path: Path, api: int, setting: str) -> None:
    now = 1_800_000_000.0
    limits: dict[str, Any] = {setting: 3, "result_days": 100_000}
    operations = build(tmp_path, clock=lambda: now, **limits)
    await operations.start()
    spec = AudioSpec(encoding=AudioEncoding.LINEAR16_PCM, sample_rate_hz=8_000)
    made = await operations.submit(Task(uri="", audio=spec, api=api), ALICE, content=bytes(16_000))
    for _ in range(3):
        await operations.get(made.id, ALICE)
    with pytest.raises(QuotaExceeded, match="3 checks of operations") as refusal:
        await operations.get(made.id, ALICE)
    now += refusal.value.retry_after_seconds + 0.001
    assert (await operations.get(made.id, ALICE)).id == made.id
    await operations.stop()


async def test_a_full_queue_refuses_everybody_until_there_is_room(tmp_path: Path) -> None:
    later = 0.0
    operations = build(tmp_path, "slow:0.05", clock=lambda: time.time() + later, queue_operations_max=4)
    await operations.start()
    task = record(tmp_path, "a.pcm", [1])
    made = [await operations.submit(task, caller) for caller in (ALICE, BOB, ALICE, BOB)]
    with pytest.raises(Unavailable, match="queue is full") as refusal:
        await operations.submit(task, ALICE)
    assert refusal.value.retry_after_seconds == 60
    for operation, caller in zip(made, (ALICE, BOB, ALICE, BOB), strict=True):
        await finished(operations, operation.id, caller)
    later = 2.0  # the queue is counted again
    await operations.submit(task, ALICE)
    await operations.stop()
