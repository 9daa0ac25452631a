"""Operations from submission to result: who sees them, what is refused, what fails."""

import asyncio
import shutil
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path

import pytest

from govor.errors import (
    BadAudio,
    BadRequest,
    GovorError,
    LanguageUnavailable,
    ModelFailed,
    ObjectMissing,
    PermissionDenied,
    Poisonous,
    StorageFailed,
    TooLarge,
    Unavailable,
    UnknownOperation,
)
from govor.operations import Operations
from govor.records import AudioEncoding, AudioSpec, Task
from tests.tiny.preparing import ABORTS, HOGS
from tests.tiny.recogniser import BREAKS, FAILS, KILLS, TinyModel
from tests.tiny.service import ALICE, BOB, build, expected, finished, heard, record, started

NOBODYS = "e03" + "0" * 17


async def test_an_operation_goes_from_accepted_to_done(tmp_path: Path) -> None:
    async with started(tmp_path) as operations:
        before = int(time.time())
        accepted = await operations.submit(record(tmp_path, "a.pcm", [1, 2], channels=2), ALICE)
        assert not accepted.done
        assert (accepted.created_by, accepted.folder_id) == (ALICE.subject_id, ALICE.folder_id)
        assert before <= accepted.created_at == accepted.modified_at <= time.time()
        assert accepted.description == ""
        done = await finished(operations, accepted.id)
        assert heard(done.transcript) == expected([1, 2], channels=2)
        assert done.transcript is not None
        assert (done.transcript.audio_ms, done.transcript.channels) == (2000, 2)
        assert done.created_at == accepted.created_at <= done.modified_at <= time.time()
        assert done.failure is None
        assert not await operations.work.folders()


async def test_a_recording_of_many_parts_comes_back_in_order(tmp_path: Path) -> None:
    levels = list(range(1, 131))
    async with started(tmp_path) as operations:
        accepted = await operations.submit(record(tmp_path, "a.pcm", levels, channels=2), ALICE)
        done = await finished(operations, accepted.id)
        assert heard(done.transcript) == expected(levels, channels=2)


async def test_operations_of_another_folder_do_not_exist(tmp_path: Path) -> None:
    async with started(tmp_path) as operations:
        accepted = await operations.submit(record(tmp_path, "a.pcm", [1]), ALICE)
        for call in (operations.get, operations.cancel):
            with pytest.raises(UnknownOperation) as refusal:
                await call(accepted.id, BOB)
            with pytest.raises(UnknownOperation) as same:
                await call("e03" + "0" * 17, BOB)
            assert refusal.value.message.replace(accepted.id, "") == same.value.message.replace(
                "e03" + "0" * 17, ""
            )
        assert (await finished(operations, accepted.id)).failure is None


@pytest.mark.parametrize(
    "operation_id", ["", "e03", "x" * 20, "e03" + "0" * 17, "a" * 5000, "e03'; DROP TABLE"]
)
async def test_any_other_id_is_unknown(tmp_path: Path, operation_id: str) -> None:
    async with started(tmp_path) as operations:
        with pytest.raises(UnknownOperation):
            await operations.get(operation_id, ALICE)


async def test_a_part_of_an_operation_is_no_operation(tmp_path: Path) -> None:
    async with started(tmp_path) as operations:
        accepted = await operations.submit(record(tmp_path, "a.pcm", range(1, 70)), ALICE)
        await finished(operations, accepted.id)
        assert await operations.engine.read(f"{accepted.id}:0") is None


async def test_an_expired_operation_is_unknown_before_it_is_swept(tmp_path: Path) -> None:
    days_later = 0.0
    operations = build(tmp_path, clock=lambda: time.time() + days_later * 86_400)
    await operations.start()
    task = record(tmp_path, "a.pcm", [1])
    first = await operations.submit(task, ALICE, "key")
    await finished(operations, first.id)
    days_later = 2.9
    assert (await operations.get(first.id, ALICE)).done
    days_later = 3.1
    with pytest.raises(UnknownOperation):
        await operations.get(first.id, ALICE)
    days_later = 0.0
    assert (await operations.submit(task, ALICE, "key")).done
    days_later = 3.1
    again = await operations.engine.read(first.id)
    assert again is not None
    assert not (await operations.submit(task, ALICE, "key")).done  # its key is free again
    await operations.stop()


CHANGES: list[tuple[str, Callable[[Task], Task], type[GovorError]]] = [
    ("another language", lambda task: replace(task, language="de-DE"), LanguageUnavailable),
    ("a foreign link", lambda task: replace(task, uri="https://example.org/a.pcm"), BadRequest),
    ("no link", lambda task: replace(task, uri=""), BadRequest),
    ("a missing object", lambda task: replace(task, uri="s3://bucket/missing"), ObjectMissing),
    ("an odd rate", lambda task: replace(task, audio=replace(task.audio, sample_rate_hz=11_025)), BadAudio),
    ("no channels", lambda task: replace(task, audio=replace(task.audio, channels=0)), BadAudio),
    ("another encoding", lambda task: replace(task, audio=AudioSpec(encoding=AudioEncoding.MP3)), BadAudio),
    ("the default encoding", lambda task: replace(task, audio=AudioSpec()), BadAudio),
]


@pytest.fixture
async def picky(tmp_path: Path) -> Operations:
    """Operations that are not started: nothing that is refused may reach the engine."""

    def find(language: str, model: str) -> TinyModel:
        if language != "ru-RU":
            raise LanguageUnavailable("no model", "bring one")
        return TinyModel()

    operations = build(tmp_path)
    operations.work.find = find
    return operations


@pytest.mark.parametrize(("change", "error"), [row[1:] for row in CHANGES], ids=[row[0] for row in CHANGES])
async def test_a_bad_task_is_refused_at_once(
    tmp_path: Path, picky: Operations, change: Callable[[Task], Task], error: type[GovorError]
) -> None:
    with pytest.raises(error):
        await picky.submit(change(record(tmp_path, "a.pcm", [1, 2, 3])), ALICE)


@pytest.mark.parametrize("content", [b"", b"x"])
async def test_an_object_without_a_sample_is_refused(
    tmp_path: Path, picky: Operations, content: bytes
) -> None:
    task = record(tmp_path, "a.pcm", [1])
    (tmp_path / "objects" / "bucket" / "a.pcm").write_bytes(content)
    with pytest.raises(BadAudio):
        await picky.submit(task, ALICE)


async def test_nothing_is_accepted_when_the_disk_is_nearly_full(tmp_path: Path) -> None:
    operations = build(tmp_path, disk_free_bytes_min=1 << 60)
    with pytest.raises(StorageFailed, match="disk is full"):
        await operations.submit(record(tmp_path, "a.pcm", [1]), ALICE)


FAILURES: list[tuple[str, int, int, type[GovorError], str]] = [
    ("a clip that kills its recogniser", KILLS, 3, ModelFailed, "the recogniser crashes on this recording"),
    ("one in a part", KILLS, 70, ModelFailed, "the recogniser crashes on this recording"),
    ("a clip that cannot be heard", FAILS, 3, BadAudio, "this clip cannot be heard"),
    ("a clip that breaks the model", BREAKS, 3, ModelFailed, "the recogniser failed"),
    ("a recording that crashes the decoder", ABORTS, 3, BadAudio, "Invalid audio received"),
    (
        "one whose decoder is killed",
        HOGS,
        3,
        Poisonous,
        "the decoder was killed again and again over this recording",
    ),
]


@pytest.mark.parametrize(
    ("level", "length", "error", "message"), [row[1:] for row in FAILURES], ids=[row[0] for row in FAILURES]
)
async def test_a_poisonous_recording_fails_alone(
    tmp_path: Path, level: int, length: int, error: type[GovorError], message: str
) -> None:
    async with started(tmp_path) as operations:
        good = await operations.submit(record(tmp_path, "good.pcm", [1, 2]), ALICE)
        bad = await operations.submit(record(tmp_path, "bad.pcm", [level] * length), ALICE)
        after = await operations.submit(record(tmp_path, "after.pcm", [3]), ALICE)
        failed = await finished(operations, bad.id)
        assert failed.failure is not None
        assert (failed.failure.code, failed.failure.message) == (error.code, message)
        assert failed.transcript is None
        assert heard((await finished(operations, good.id)).transcript) == expected([1, 2])
        assert heard((await finished(operations, after.id)).transcript) == expected([3])
        assert not await operations.work.folders()


async def test_an_object_that_vanishes_after_the_post_is_a_failure(tmp_path: Path) -> None:
    operations = build(tmp_path, object_bytes_max=1000)
    await operations.start()
    too_large = await operations.submit(record(tmp_path, "a.pcm", [1]), ALICE)
    failed = await finished(operations, too_large.id)
    assert failed.failure is not None
    assert failed.failure.code == TooLarge.code
    assert "larger than 1000 bytes" in failed.failure.message
    await operations.stop()


async def test_a_service_that_lost_its_model_says_so(tmp_path: Path) -> None:
    async with started(tmp_path, "missing") as operations:
        for _ in range(400):
            if "missing" in (reason := await operations.ready()):
                break
            await asyncio.sleep(0.05)
        assert "the model file is missing" in reason


async def test_a_recogniser_that_dies_at_its_start_is_tried_again(tmp_path: Path) -> None:
    needed = tmp_path / "needed"
    async with started(tmp_path, f"needs:{needed}") as operations:
        for _ in range(1200):
            if "crashes" in await operations.ready():
                break
            await asyncio.sleep(0.05)
        needed.touch()
        for _ in range(1200):
            if not await operations.ready():
                return
            await asyncio.sleep(0.05)
        pytest.fail("it was not tried again within a minute")


async def test_a_service_is_ready_when_a_job_would_run(tmp_path: Path) -> None:
    async with started(tmp_path) as operations:
        for _ in range(400):
            if not (reason := await operations.ready()):
                break
            await asyncio.sleep(0.05)
        assert reason == ""
        counted = await operations.statistics()
        assert set(counted.by_state) == {"queued", "running", "done", "failed"}
    assert await operations.ready()


async def test_a_second_service_on_the_same_data_is_refused(tmp_path: Path) -> None:
    async with started(tmp_path):
        with pytest.raises(Unavailable, match="another govor"):
            await build(tmp_path).start()


async def test_a_stopped_service_goes_on_where_it_was(tmp_path: Path) -> None:
    levels = list(range(1, 131))
    async with started(tmp_path, "slow:0.01") as operations:
        accepted = await operations.submit(record(tmp_path, "a.pcm", levels), ALICE)
        for _ in range(400):
            if await operations.work.folders():
                break
            await asyncio.sleep(0.01)
    shutil.rmtree(tmp_path / "objects")  # callers delete their objects soon
    async with started(tmp_path) as operations:
        done = await finished(operations, accepted.id)
        assert heard(done.transcript) == expected(levels)


async def test_a_folder_nobody_needs_is_swept(tmp_path: Path) -> None:
    lost = tmp_path / "scratch" / NOBODYS
    lost.mkdir(parents=True)
    async with started(tmp_path) as operations:
        for _ in range(400):
            if not lost.exists():
                break
            await asyncio.sleep(0.01)
        assert not await operations.work.folders()


async def test_recording_of_another_folder_cannot_be_transcribed(tmp_path: Path) -> None:
    async with started(tmp_path) as operations:
        task = record(tmp_path, "private.pcm", [1_000])
        content = (tmp_path / "objects" / "bucket" / "private.pcm").read_bytes()

        async def body() -> AsyncIterator[bytes]:
            yield content

        await operations.objects.put("private", "key", body(), folder_id=ALICE.folder_id)
        mine = replace(task, uri="https://storage.yandexcloud.net/private/key?X-Amz-Signature=0")
        with pytest.raises(PermissionDenied, match=r"^Permission to \[storage.bucket private\] denied$"):
            await operations.submit(mine, BOB)
        done = await finished(operations, (await operations.submit(mine, ALICE)).id)
        assert heard(done.transcript) == expected([1_000])
        common = await operations.submit(task, BOB)  # laid down by hand: everybody's
        assert (await finished(operations, common.id, BOB)).failure is None
