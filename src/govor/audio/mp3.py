"""MPEG audio frame headers and the tags before them, without I/O (ISO 11172-3, 13818-3; id3.org; APEv2)."""

from dataclasses import dataclass

_RATES_HZ = {3: (44_100, 48_000, 32_000), 2: (22_050, 24_000, 16_000), 0: (11_025, 12_000, 8_000)}
_KBITS_MPEG_1 = (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320)
_KBITS_MPEG_2 = (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160)
_LAYER_3 = 1  # the two layer bits count downwards

# One header may be chance (1 in 2,000 positions of noise is one); a second right behind it is not.
FRAMES_TO_BE_SURE = 2

_TRAILING_TAGS = (b"TAG", b"APE", b"LYR")  # ID3v1, APEv2, Lyrics3: they end a file


@dataclass(frozen=True, kw_only=True, slots=True)
class FrameHeader:
    """What one Layer III frame says about itself."""

    version: int  # 3: MPEG-1, 2: MPEG-2, 0: MPEG-2.5
    sample_rate_hz: int
    channels: int
    frame_bytes: int  # 0: free format, the length is not told

    @property
    def samples(self) -> int:
        """Of each channel."""
        return 1_152 if self.version == 3 else 576

    def same_stream(self, other: "FrameHeader") -> bool:
        """May `other` follow in the same stream? Bit rate and stereo mode may change."""
        return (self.version, self.sample_rate_hz) == (other.version, other.sample_rate_hz)


def read_frame_header(data: bytes | bytearray, at: int = 0) -> FrameHeader | None:
    """Read four bytes at `at`; None if no Layer III frame begins there."""
    if at + 4 > len(data) or data[at] != 0xFF or data[at + 1] & 0xE0 != 0xE0:
        return None
    version, layer = data[at + 1] >> 3 & 3, data[at + 1] >> 1 & 3
    bit_rate, rate, padding = data[at + 2] >> 4, data[at + 2] >> 2 & 3, data[at + 2] >> 1 & 1
    if version not in _RATES_HZ or layer != _LAYER_3 or bit_rate == 15 or rate == 3:
        return None
    kbits = (_KBITS_MPEG_1 if version == 3 else _KBITS_MPEG_2)[bit_rate]
    rate_hz = _RATES_HZ[version][rate]
    size = (144 if version == 3 else 72) * kbits * 1_000 // rate_hz + padding if kbits else 0
    channels = 1 if data[at + 3] >> 6 == 3 else 2
    return FrameHeader(version=version, sample_rate_hz=rate_hz, channels=channels, frame_bytes=size)


def tags_end(head: bytes) -> int:
    """Offset behind the ID3v2 and APE tags at the start; may lie beyond `head` (pictures are long)."""
    at = 0
    while True:
        if head[at : at + 3] == b"ID3" and at + 10 <= len(head):
            footer = 10 if head[at + 5] & 0x10 else 0
            at += 10 + _syncsafe(head[at + 6 : at + 10]) + footer
        elif head[at : at + 8] == b"APETAGEX" and at + 32 <= len(head):
            at += 32 + int.from_bytes(head[at + 12 : at + 16], "little")
        else:
            return at


def _syncsafe(size: bytes) -> int:
    """ID3's 28-bit number: seven bits in each byte."""
    return size[0] << 21 | size[1] << 14 | size[2] << 7 | size[3]


def find_frame(head: bytes, start: int = 0) -> FrameHeader | None:
    """The first header that another follows; one alone is enough where only zeros come before it."""
    at = head.find(b"\xff", start)
    while at >= 0:
        frames, cut = frames_in_a_row(head, at, most=FRAMES_TO_BE_SURE)
        if frames == FRAMES_TO_BE_SURE or (frames and cut and not head[start:at].strip(b"\0")):
            return read_frame_header(head, at)
        at = head.find(b"\xff", at + 1)
    return None


def frames_in_a_row(head: bytes, at: int, *, most: int) -> tuple[int, bool]:
    """How many frames of one stream follow each other from `at`; and was it the end that stopped us?"""
    first = read_frame_header(head, at)
    frames, header = 0, first
    while first and header and frames < most and first.same_stream(header):
        frames += 1
        at += header.frame_bytes
        if not header.frame_bytes or at + 4 > len(head) or head[at : at + 3] in _TRAILING_TAGS:
            return frames, True
        header = read_frame_header(head, at)
    return frames, False
