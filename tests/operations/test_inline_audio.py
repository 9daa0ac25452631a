"""Recordings that come with their request, deleted results, and what API v3 asks for beside words."""

import asyncio
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from govor.errors import BadAudio, NotReady, TooLarge, UnknownOperation
from govor.pipeline.clips import FULL_SCALE, SAMPLE
from govor.records import AudioEncoding, AudioSpec, Extras, Instruction, Task, Transcript
from tests.analysis.voices_made import MAN, RATE_HZ, WOMAN, voice
from tests.pipeline.test_summarise import Model
from tests.servers.http_server import serving
from tests.tiny.life import Life, noted_steps
from tests.tiny.service import ALICE, BOB, expected, finished, heard, started

PCM = AudioSpec(encoding=AudioEncoding.LINEAR16_PCM, sample_rate_hz=RATE_HZ)
TASK = Task(uri="", audio=PCM, api=3)


def sound(*levels: int) -> bytes:
    """A second of each level."""
    return np.repeat(np.asarray(levels, SAMPLE), RATE_HZ).tobytes()


async def test_recording_inside_the_request_is_recognised(tmp_path: Path) -> None:
    async with started(tmp_path) as operations:
        accepted = await operations.submit(TASK, ALICE, content=sound(3, 4))
        assert accepted.id.startswith("f8d")
        assert (accepted.api, accepted.description) == (3, "STT v3 async recognition")
        done = await finished(operations, accepted.id)
        assert heard(done.transcript) == expected([3, 4])
        assert not await operations.work.folders()


async def test_same_key_keeps_one_recording(tmp_path: Path) -> None:
    async with started(tmp_path) as operations:
        one, other = await asyncio.gather(
            *(operations.submit(TASK, ALICE, "key", content=sound(5)) for _ in range(2))
        )
        assert one.id == other.id
        assert heard((await finished(operations, one.id)).transcript) == expected([5])


async def test_inline_audio_is_checked_and_bounded_before_it_is_kept(tmp_path: Path) -> None:
    async with started(tmp_path, inline_bytes_max=1_000) as operations:
        with pytest.raises(TooLarge, match="longer than 1000 bytes"):
            await operations.submit(TASK, ALICE, content=bytes(1_001))
        with pytest.raises(BadAudio):
            await operations.submit(replace(TASK, audio=AudioSpec()), ALICE, content=b"RIFF....WAVE")
        assert not await operations.work.folders()


async def test_sweeper_spares_a_recording_that_is_arriving(tmp_path: Path) -> None:
    async with started(tmp_path) as operations:
        keep = operations.work.keep

        async def keep_and_sweep(operation_id: str, content: bytes) -> None:
            await keep(operation_id, content)
            await operations._sweep()

        operations.work.keep = keep_and_sweep  # type: ignore[method-assign]  # the worst moment, made certain
        accepted = await operations.submit(TASK, ALICE, content=sound(6))
        assert heard((await finished(operations, accepted.id)).transcript) == expected([6])


async def test_deleted_operation_does_not_exist_any_more(tmp_path: Path) -> None:
    async with started(tmp_path) as operations:
        accepted = await operations.submit(TASK, ALICE, "key", content=sound(7))
        await finished(operations, accepted.id)
        with pytest.raises(UnknownOperation):
            await operations.delete(accepted.id, BOB)
        await operations.delete(accepted.id, ALICE)
        with pytest.raises(UnknownOperation):
            await operations.get(accepted.id, ALICE)
        again = await operations.submit(TASK, ALICE, "key", content=sound(8))
        assert again.id == accepted.id
        assert heard((await finished(operations, again.id)).transcript) == expected([8])


async def test_running_operation_is_not_deleted(tmp_path: Path) -> None:
    async with started(tmp_path, kind="slow:0.3") as operations:
        accepted = await operations.submit(TASK, ALICE, content=sound(9))
        with pytest.raises(NotReady, match="operation data is not ready f8d"):
            await operations.delete(accepted.id, ALICE)
        await finished(operations, accepted.id)


def test_recording_inside_the_request_survives_the_death_of_the_service(tmp_path: Path) -> None:
    life = Life(tmp_path, kind="slow:0.3")
    operation_id = life.submit_content(TASK, sound(10, 11))
    life.kill_when(lambda: "prepare" in noted_steps(tmp_path, operation_id))
    life = Life(tmp_path)
    assert heard(life.finished(operation_id).transcript) == expected([10, 11])
    life.kill()


def dialogue() -> tuple[bytes, list[int]]:
    """Whole seconds of two voices in turns, and who speaks in each second."""
    seconds = [MAN] * 3 + [WOMAN] * 3 + [MAN] * 2 + [WOMAN] * 3 + [MAN] * 2
    waves = [voice(who, 1.0, seed=at) for at, who in enumerate(seconds)]
    samples = np.concatenate(waves) * FULL_SCALE
    return samples.astype(SAMPLE).tobytes(), [1 if who is MAN else 2 for who in seconds]


@pytest.mark.parametrize(("speakers_max", "label"), [(2, True), (1, True), (2, False)])
async def test_speakers_of_a_mono_recording_become_channels(
    tmp_path: Path, speakers_max: int, label: bool
) -> None:
    content, who = dialogue()
    task = replace(TASK, extras=Extras(label_speakers=label))
    async with started(tmp_path, speakers_max=speakers_max) as operations:
        accepted = await operations.submit(task, ALICE, content=content)
        done = await finished(operations, accepted.id)
    assert done.transcript is not None
    by_time = sorted(
        (word.start_ms, chunk.channel) for chunk in done.transcript.chunks for word in chunk.words
    )
    found = [channel for _, channel in by_time]
    right = sum(one == other for one, other in zip(found, who, strict=True))
    if label and speakers_max == 2:
        assert right >= len(who) - 1
    else:
        assert set(found) == {1}
    assert done.transcript.extras.label_speakers == label


async def test_summary_comes_with_the_transcript(tmp_path: Path) -> None:
    extras = Extras(instructions=(Instruction(text="О чём?"),), instructed_model="small")
    with serving(Model()) as url:
        async with started(tmp_path, summary_url=f"{url}/v1") as operations:
            accepted = await operations.submit(replace(TASK, extras=extras), ALICE, content=sound(12))
            transcript: Transcript | None = (await finished(operations, accepted.id)).transcript
    assert transcript is not None
    assert transcript.summary is not None
    assert transcript.summary.answers == ("ответ: О чём?",)
    assert heard(transcript) == expected([12])
