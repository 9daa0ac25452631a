"""What Opus says about itself: its header (RFC 7845, 5.1) and the length of a packet (RFC 6716, 3)."""

import struct
from dataclasses import dataclass

from govor.audio.refusal import invalid

RATE_HZ = 48_000  # Opus time is always counted at 48 kHz, whatever the original was (RFC 7845, section 4)

HEAD_MAGIC, TAGS_MAGIC = b"OpusHead", b"OpusTags"
# magic, version, channels, pre-skip, input rate, output gain, mapping family
_HEAD = struct.Struct("<8sBBHIhB")
assert _HEAD.size == 19  # RFC 7845, figure 2

# FFmpeg names speaker layouts up to 7.1, and PyAV reads beyond its array of planes above eight.
CHANNELS_MAX = 8

# The 16 configurations of SILK and hybrid modes are followed by 16 of CELT (RFC 6716, table 2).
_SILK, _HYBRID, _CELT = (480, 960, 1920, 2880), (480, 960), (120, 240, 480, 960)
_FRAME_SAMPLES = _SILK * 3 + _HYBRID * 2 + _CELT * 4
assert len(_FRAME_SAMPLES) == 32

PACKET_SAMPLES_MAX = 5_760  # 120 ms, RFC 6716, section 3.2.5, R5


@dataclass(frozen=True, kw_only=True, slots=True)
class OpusHead:
    """The identification header; `raw` is what a decoder is given as its extra data."""

    channels: int
    pre_skip: int  # samples at 48 kHz
    family: int
    raw: bytes


def read_head(packet: bytes) -> OpusHead:
    """Read an identification header; BadAudio says what we cannot play in it."""
    if len(packet) < _HEAD.size or not packet.startswith(HEAD_MAGIC):
        raise invalid("found a damaged Opus header")
    _, version, channels, pre_skip, _, _, family = _HEAD.unpack_from(packet)
    if version & 0xF0:
        raise invalid(f"found Opus header version {version}, newer than RFC 7845")
    if not 1 <= channels <= CHANNELS_MAX:
        raise invalid(f"found Opus with {channels} channels; 1 to {CHANNELS_MAX} work")
    if not _mapping_is_sound(packet, family, channels):
        raise invalid(f"found Opus with a channel mapping of family {family} that we cannot play")
    return OpusHead(channels=channels, pre_skip=pre_skip, family=family, raw=packet)


def _mapping_is_sound(packet: bytes, family: int, channels: int) -> bool:
    """Families 0, 1 and 255 have the table of RFC 7845, 5.1.1; ambisonics (2, 3) are not speech."""
    if family == 0:
        return channels <= 2
    table = packet[_HEAD.size : _HEAD.size + 2 + channels]
    if family not in (1, 255) or len(table) < 2 + channels:
        return False
    streams, coupled = table[0], table[1]
    decoded = streams + coupled
    return streams >= 1 and coupled <= streams and all(index < decoded or index == 255 for index in table[2:])


def is_header(packet: bytes) -> bool:
    """Is this one of the two header packets rather than sound? Some writers repeat them."""
    return packet.startswith((HEAD_MAGIC, TAGS_MAGIC))


def packet_samples(packet: bytes) -> int:
    """Length of a packet at 48 kHz; 0 if it is no Opus packet."""
    if not packet:
        return 0
    frame, code = _FRAME_SAMPLES[packet[0] >> 3], packet[0] & 3
    frames = (1, 2, 2, packet[1] & 0x3F if len(packet) > 1 else 0)[code]
    return frame * frames if frame * frames <= PACKET_SAMPLES_MAX else 0
