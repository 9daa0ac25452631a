"""Hours of audio in little memory."""

import resource
from dataclasses import replace
from pathlib import Path

import pytest

from govor.audio import decode, sandbox
from govor.errors import TooLarge
from govor.records import AudioSpec
from tests.audio.recordings import join, opus, pages, repeated, tone

HOURS = 3
# One block of one channel is 320 KB; what grows with the length would be 345 MB.
GROWTH_MB_MAX = 16
SILENCE = b"\x9b\x06" + b"\xff\xfe" * 6  # six frames of 20 ms that say "silence"


def listen(path: Path, seconds_max: float) -> tuple[int, int, float]:
    """In the child: samples, the loudest of them, and the peak memory in MB."""
    samples = loudest = 0
    for block in decode.decode(path, AudioSpec(), sample_rate_hz=16_000, audio_seconds_max=seconds_max):
        samples, loudest = samples + block.samples.shape[1], max(loudest, int(abs(block.samples).max()))
    return samples, loudest, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1_000


def test_three_hours_of_silence_take_no_more_memory_than_a_minute(tmp_path: Path) -> None:
    short, long = tmp_path / "short.ogg", tmp_path / "long.ogg"
    short.write_bytes(repeated(60, packet=SILENCE, packet_ms=120))
    long.write_bytes(repeated(HOURS * 3_600, packet=SILENCE, packet_ms=120))
    _, _, before = sandbox.run(listen, short, 1e6)
    samples, loudest, after = sandbox.run(listen, long, 1e6)
    assert samples == HOURS * 3_600 * 16_000 - 104  # the pre-skip
    assert loudest == 0
    assert after - before < GROWTH_MB_MAX


def test_ten_minutes_of_sound_take_no_more_memory_than_one(tmp_path: Path) -> None:
    short, long = tmp_path / "short.ogg", tmp_path / "long.ogg"
    piece = opus(tone(60, (300, 500)), b="24k", frame_duration="60")
    short.write_bytes(piece)
    long.write_bytes(piece * 10)
    _, _, before = sandbox.run(listen, short, 1e6)
    samples, _, after = sandbox.run(listen, long, 1e6)
    assert samples == 10 * 60 * 16_000
    assert after - before < GROWTH_MB_MAX


def test_a_clock_that_jumps_an_hour_with_every_page_ends_at_the_limit(tmp_path: Path) -> None:
    head, tags, *sound = pages(repeated(30, packet=SILENCE, packet_ms=120))
    hours = [replace(page, granule=at * 3_600 * 48_000) for at, page in enumerate(sound)]
    path = tmp_path / "recording"
    path.write_bytes(join([head, tags, *hours]))
    with pytest.raises(TooLarge):
        sandbox.run(listen, path, 600.0)
