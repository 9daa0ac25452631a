"""RIFF headers, plain and odd."""

import struct

import pytest

from govor.audio import wav
from govor.errors import BadAudio
from tests.audio import recordings
from tests.audio.recordings import chunk, tone

SAMPLES = tone(0.01, (440, 880), 16_000)
PLAIN = recordings.wav(SAMPLES, 16_000)
GUID_REST = bytes.fromhex("00001000800000aa00389b71")


def extensible(tag: int) -> bytes:
    """WAVE_FORMAT_EXTENSIBLE, whose real format is in a GUID."""
    form = struct.pack("<HHIIHHHHI", 0xFFFE, 2, 16_000, 64_000, 4, 16, 22, 16, 3)
    body = b"WAVE" + chunk(b"fmt ", form + struct.pack("<I", tag) + GUID_REST) + chunk(b"data", bytes(8))
    return b"RIFF" + struct.pack("<I", len(body)) + body


def streamed(length: int) -> bytes:
    """As a writer to a pipe leaves it."""
    return PLAIN[:40] + struct.pack("<I", length) + PLAIN[44:]


@pytest.mark.parametrize(
    ("head", "offset", "size"),
    [
        (PLAIN, 44, 640),
        (recordings.wav(SAMPLES, 16_000, before=chunk(b"LIST", b"odd") + chunk(b"fact", bytes(4))), 68, 640),
        (streamed(0), 44, None),
        (streamed(0xFFFFFFFF), 44, None),
        (b"RF64" + PLAIN[4:], 44, None),
        (extensible(1), 68, 8),
        (PLAIN[:40], None, None),
        (recordings.wav(SAMPLES, 16_000, before=chunk(b"LIST", bytes(70_000)))[:65_536], None, None),
    ],
)
def test_the_header_says_where_the_samples_are(head: bytes, offset: int | None, size: int | None) -> None:
    header = wav.read_header(head)
    assert (header.data_offset, header.data_bytes) == (offset, size)
    assert (header.channels, header.sample_rate_hz, header.is_pcm16) == (2, 16_000, True)


@pytest.mark.parametrize(
    ("head", "codec"),
    [
        (recordings.wav(SAMPLES, 8_000, tag=6, bits=8), "A-law"),
        (recordings.wav(SAMPLES, 8_000, tag=7, bits=8), "mu-law"),
        (recordings.wav(SAMPLES, 8_000, tag=3, bits=32), "floating-point samples"),
        (recordings.wav(SAMPLES, 8_000, bits=24), "PCM"),
        (recordings.wav(SAMPLES, 8_000, tag=0x1234), "codec 0x1234"),
        (extensible(3), "floating-point samples"),
    ],
)
def test_other_codecs_are_named(head: bytes, codec: str) -> None:
    header = wav.read_header(head)
    assert (header.codec, header.is_pcm16) == (codec, False)


@pytest.mark.parametrize(
    "head",
    [
        PLAIN[:12],
        PLAIN[:30],
        b"RIFF\0\0\0\0WAVE" + chunk(b"data", bytes(8)),
        recordings.wav(SAMPLES, 0),
        recordings.wav(SAMPLES, 1_000_000),
        recordings.wav(tone(0.01, [440.0] * 9, 16_000), 16_000),
    ],
)
def test_headers_that_make_no_sense_are_refused(head: bytes) -> None:
    with pytest.raises(BadAudio):
        wav.read_header(head)
