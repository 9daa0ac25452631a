"""The header of a RIFF/WAVE file, without I/O (Microsoft's RIFF 1.0, WAVE_FORMAT_EXTENSIBLE, EBU RF64)."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from govor.audio.refusal import invalid

_FORMAT = struct.Struct("<HHIIHH")  # tag, channels, rate, bytes per second, bytes per frame, bits
_PCM, _EXTENSIBLE = 0x0001, 0xFFFE
_CODECS = {
    _PCM: "PCM",
    0x0002: "Microsoft ADPCM",
    0x0003: "floating-point samples",
    0x0006: "A-law",
    0x0007: "mu-law",
    0x0011: "IMA ADPCM",
    0x0031: "GSM 6.10",
    0x0050: "MPEG layer II",
    0x0055: "MP3",
    0x00FF: "AAC",
}

# Writers to a pipe cannot go back and fill in the length, and leave one of these.
_LENGTH_UNKNOWN = (0, 0xFFFFFFFF, 0x7FFFFFFF, 0x7FFFF000, 0xFFFFFFFF - 36)

RATE_HZ_MAX = 192_000  # nothing that records speech goes higher
CHANNELS_MAX = 8  # as for Opus


@dataclass(frozen=True, kw_only=True, slots=True)
class WavHeader:
    """What a WAV file says about its samples."""

    codec: str  # for people
    channels: int
    sample_rate_hz: int
    bits: int
    data_offset: int | None  # bytes; None: not within the bytes that were read
    data_bytes: int | None  # None: until the end of the file

    @property
    def is_pcm16(self) -> bool:
        """Signed 16-bit little-endian samples?"""
        return self.codec == "PCM" and self.bits == 16

    def __str__(self) -> str:
        return f"{self.codec}, {self.bits} bit, {self.channels} channel(s), {self.sample_rate_hz} Hz"


def is_wav(head: bytes) -> bool:
    """Does a RIFF/WAVE (or RF64) file begin here?"""
    return head[:4] in (b"RIFF", b"RF64") and head[8:12] == b"WAVE"


def read_header(head: bytes) -> WavHeader:
    """Read the header from the first bytes of a file; BadAudio if the format chunk is missing or short."""
    fields: tuple[int, ...] | None = None
    codec = ""
    for name, at, size in _chunks(head):
        if name == b"fmt " and at + _FORMAT.size <= len(head):
            fields = _FORMAT.unpack_from(head, at)
            codec = _codec(fields[0], head[at : at + size])
        if name == b"data":
            if fields is None:
                break
            unknown = size in _LENGTH_UNKNOWN or head.startswith(b"RF64")
            return _header(codec, fields, at, None if unknown else size)
    if fields is None:
        raise invalid("found a WAV file without a format chunk")
    return _header(codec, fields, None, None)


def _chunks(head: bytes) -> Iterator[tuple[bytes, int, int]]:
    """Name, offset of the content and declared size of each chunk that begins within `head`."""
    at = 12
    while at + 8 <= len(head):
        name, size = head[at : at + 4], int.from_bytes(head[at + 4 : at + 8], "little")
        yield name, at + 8, size
        at += 8 + size + (size & 1)  # chunks are padded to even sizes


def _codec(tag: int, chunk: bytes) -> str:
    """The codec's name; the extensible format keeps its tag in the first bytes of a GUID."""
    if tag == _EXTENSIBLE and len(chunk) >= 26:
        tag = int.from_bytes(chunk[24:26], "little")
    return _CODECS.get(tag, f"codec 0x{tag:04x}")


def _header(codec: str, fields: tuple[int, ...], offset: int | None, size: int | None) -> WavHeader:
    """The record, once the numbers make sense."""
    _, channels, rate, _, _, bits = fields
    header = WavHeader(
        codec=codec, channels=channels, sample_rate_hz=rate, bits=bits, data_offset=offset, data_bytes=size
    )
    if not 1 <= channels <= CHANNELS_MAX or not 1_000 <= rate <= RATE_HZ_MAX:
        raise invalid(f"found a WAV file with {header}, which we cannot play")
    return header
