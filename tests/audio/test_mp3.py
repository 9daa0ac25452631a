"""MP3 frame headers and the tags in front of them."""

import pytest

from govor.audio import mp3
from tests.audio import recordings
from tests.audio.recordings import tone

FRAME = bytes.fromhex("fffb9064") + bytes(413)  # MPEG-1, 128 kbit/s, 44.1 kHz, stereo: 417 bytes


def id3(size: int, *, footer: bool = False) -> bytes:
    """An ID3v2 tag of `size` bytes behind its header."""
    flags = 0x10 if footer else 0
    syncsafe = bytes(size >> shift & 0x7F for shift in (21, 14, 7, 0))
    return b"ID3\x04\0" + bytes([flags]) + syncsafe + bytes(size) + bytes(10 if footer else 0)


def ape(size: int) -> bytes:
    """An APEv2 header and its items."""
    return b"APETAGEX" + (2_000).to_bytes(4, "little") + size.to_bytes(4, "little") + bytes(16 + size)


@pytest.mark.parametrize(
    ("header", "rate_hz", "channels", "size"),
    [
        ("fffb9064", 44_100, 2, 417),
        ("fffb9264", 44_100, 2, 418),  # padded
        ("fffb54c4", 48_000, 1, 192),  # MPEG-1
        ("fff384c4", 24_000, 1, 192),  # MPEG-2
        ("ffe318c4", 8_000, 1, 72),  # MPEG-2.5
        ("fffb0064", 44_100, 2, 0),  # free format
    ],
)
def test_headers_are_read(header: str, rate_hz: int, channels: int, size: int) -> None:
    found = mp3.read_frame_header(bytes.fromhex(header))
    assert found is not None
    assert (found.sample_rate_hz, found.channels, found.frame_bytes) == (rate_hz, channels, size)


@pytest.mark.parametrize(
    "header",
    ["", "fffb90", "fefb9064", "ff1b9064", "ffeb9064", "fffd9064", "fff99064", "fffbf064", "fffb9c64"],
    ids=["empty", "short", "no sync", "half a sync", "version", "layer II", "ADTS", "bit rate", "rate"],
)
def test_what_is_no_header_is_none(header: str) -> None:
    assert mp3.read_frame_header(bytes.fromhex(header)) is None


@pytest.mark.parametrize("size", [0, 1, 127, 128, 20_000])
def test_tags_are_measured(size: int) -> None:
    assert mp3.tags_end(id3(size) + FRAME) == 10 + size
    assert mp3.tags_end(id3(size, footer=True) + FRAME) == 20 + size
    assert mp3.tags_end(id3(size) + ape(size) + FRAME) == 42 + 2 * size
    assert mp3.tags_end(id3(size)[:10]) == 10 + size
    assert mp3.tags_end(FRAME) == 0


@pytest.mark.parametrize(
    "head",
    [
        FRAME * 2,
        FRAME,
        FRAME[:100],
        bytes(300) + FRAME * 2,
        b"\xff\xfb" * 20 + FRAME * 2,
        FRAME + b"TAG" + bytes(125),
        recordings.mp3(tone(0.2, (440,), 44_100)),
        recordings.mp3(tone(0.2, (440, 500), 16_000), 16_000),
        recordings.mp3(tone(0.2, (440,), 8_000), 8_000),
    ],
)
def test_the_first_frame_is_found(head: bytes) -> None:
    assert mp3.find_frame(head, mp3.tags_end(head)) is not None


@pytest.mark.parametrize("head", [b"", bytes(1_000), FRAME[:3], FRAME + bytes(1_000), b"\xff" * 1_000])
def test_one_header_that_nothing_follows_is_chance(head: bytes) -> None:
    assert mp3.find_frame(head) is None
