"""Prepare with the real decoder and the real segmenter: parts, manifests, drafts."""

import errno
import shutil
from pathlib import Path

import numpy as np
import pytest

from govor.errors import BadAudio, StorageFailed, TooLarge
from govor.pipeline.clips import SAMPLE
from govor.pipeline.prepare import PART_SECONDS, PartWriter, prepare
from govor.pipeline.scratch import Manifest, Scratch, Stretch, part
from govor.pipeline.waveform import packed, unpacked
from govor.recognition.segments import Segment
from govor.records import AudioEncoding, AudioSpec

RATE_HZ = 8_000
SAMPLES = Path(__file__).parents[2] / "samples"
ID = "e03" + "0" * 17


@pytest.fixture
def scratch(tmp_path: Path) -> Scratch:
    made = Scratch(tmp_path, ID)
    made.folder.mkdir()
    return made


def run(scratch: Scratch, name: str, seconds_max: float = 600.0) -> Manifest:
    shutil.copy(SAMPLES / name, scratch.source)
    prepare(scratch.folder.parent, ID, AudioSpec(), RATE_HZ, seconds_max)
    return scratch.read_manifest()


def test_a_call_becomes_speech_of_two_channels(scratch: Scratch) -> None:
    manifest = run(scratch, "call.ogg")
    assert manifest.channels == 2
    assert manifest.audio_ms > 5_000
    (stretches,) = manifest.parts
    assert {stretch.channel for stretch in stretches} == {1, 2}
    position = 0
    for stretch in stretches:
        assert stretch.offset == position
        assert 0 < stretch.samples <= 20 * RATE_HZ
        assert stretch.start_ms + stretch.samples * 1000 // RATE_HZ <= manifest.audio_ms + 10
        position += stretch.samples
    for channel in (1, 2):
        starts = [stretch.start_ms for stretch in stretches if stretch.channel == channel]
        assert starts == sorted(starts)
    assert part(scratch.parts, 0).stat().st_size == position * SAMPLE.itemsize
    for clip in scratch.clips(manifest, 0):
        wave = clip.wave()
        assert len(wave) == clip.samples
        assert 0 < np.abs(wave).max() <= 1


def test_the_same_recording_gives_the_same_parts(scratch: Scratch, tmp_path: Path) -> None:
    first = run(scratch, "greeting.ogg")
    samples = part(scratch.parts, 0).read_bytes()
    shutil.rmtree(scratch.parts)
    assert run(scratch, "greeting.ogg") == first
    assert part(scratch.parts, 0).read_bytes() == samples


def test_silence_has_no_parts(scratch: Scratch) -> None:
    np.zeros(RATE_HZ * 5, SAMPLE).tofile(scratch.source)
    spec = AudioSpec(encoding=AudioEncoding.LINEAR16_PCM, sample_rate_hz=RATE_HZ)
    prepare(scratch.folder.parent, ID, spec, RATE_HZ, 600.0)
    manifest = scratch.read_manifest()
    assert manifest == Manifest(audio_ms=5_000, channels=1, parts=(), peaks=manifest.peaks)
    drawn = unpacked(packed(manifest.audio_ms, manifest.peaks, manifest.speech(RATE_HZ)))
    assert (drawn.audio_ms, drawn.speech, drawn.peaks) == (5_000, ([],), (bytes(100),))


@pytest.mark.parametrize("content", [b"", b"text", bytes(100_000), b"OggS" + bytes(10_000)])
def test_what_is_no_recording_leaves_no_parts(scratch: Scratch, content: bytes) -> None:
    scratch.source.write_bytes(content)
    with pytest.raises(BadAudio):
        prepare(scratch.folder.parent, ID, AudioSpec(), RATE_HZ, 600.0)
    assert [path.name for path in scratch.folder.iterdir()] == ["source"]


def test_a_recording_above_the_limit_leaves_no_parts(scratch: Scratch) -> None:
    with pytest.raises(TooLarge):
        run(scratch, "call.ogg", seconds_max=1.0)
    assert not scratch.prepared


def test_a_folder_that_was_removed_is_a_fault_of_storage(scratch: Scratch) -> None:
    scratch.folder.rmdir()
    with pytest.raises(StorageFailed):
        prepare(scratch.folder.parent, ID, AudioSpec(), RATE_HZ, 600.0)


def test_parts_hold_a_minute_of_speech_at_most(tmp_path: Path) -> None:
    lengths = [20, 20, 20, 1, 20, 20, 19, 5]  # seconds of speech, in turn from two channels
    with PartWriter(tmp_path, RATE_HZ, tmp_path / "early") as parts:
        for number, seconds in enumerate(lengths):
            samples = np.full(seconds * RATE_HZ, number, np.int16)
            parts.write(number % 2 + 1, [Segment(number * 20_000, samples)])
        parts.finish(audio_ms=200_000, channels=2)
    assert [[s.samples // RATE_HZ for s in stretches] for stretches in parts.stretches] == [
        [20, 20, 20],
        [1, 20, 20, 19],
        [5],
    ]
    assert parts.stretches[1][1] == Stretch(channel=1, start_ms=80_000, offset=RATE_HZ, samples=20 * RATE_HZ)
    assert all(sum(s.samples for s in row) <= PART_SECONDS * RATE_HZ for row in parts.stretches)


def test_parts_are_offered_as_soon_as_they_are_written(scratch: Scratch) -> None:
    with scratch.drafting() as draft, PartWriter(draft, RATE_HZ, scratch.early) as parts:
        for number in range(4):
            parts.write(1, [Segment(number * 40_000, np.full(40 * RATE_HZ, number, np.int16))])
            assert len(list(scratch.early.glob("*.json"))) == max(0, number)
        parts.finish(audio_ms=160_000, channels=1)
    manifest = scratch.read_manifest()
    for index, stretches in enumerate(manifest.parts):
        piece = scratch.piece(index)
        assert piece.path == scratch.early_part(index)
        assert piece.stretches == stretches
        assert piece.path.read_bytes() == scratch.part(index).read_bytes()


def test_a_recording_of_one_part_is_not_offered(scratch: Scratch) -> None:
    run(scratch, "greeting.ogg")
    assert not scratch.early.exists()
    assert scratch.piece(0).path == scratch.part(0)


def test_of_two_drafts_the_first_one_stays(scratch: Scratch) -> None:
    with scratch.drafting() as slow:
        (slow / "who").write_text("slow")
        with scratch.drafting() as fast:
            (fast / "who").write_text("fast")
    assert (scratch.parts / "who").read_text() == "fast"
    assert [path.name for path in scratch.folder.iterdir()] == ["parts"]


def test_a_draft_that_failed_leaves_nothing(scratch: Scratch) -> None:
    def fail() -> None:
        with scratch.drafting() as draft:
            (draft / "half").write_text("x")
            raise OSError(errno.ENOSPC, "full")

    with pytest.raises(OSError, match="full"):
        fail()
    assert not any(scratch.folder.iterdir())
