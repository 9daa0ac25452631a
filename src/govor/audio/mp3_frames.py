"""The frames of an MP3 file, without I/O: bytes in, frames out; tags are skipped, damage is measured.

Rule 1: a frame counts once another follows it, or where the one before it ended.
Rule 2: MP3 has no clock. Bytes that are no frames and no tags are lost sound, as long as their number says.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from govor.audio import mp3
from govor.audio.refusal import invalid

# Layer III: 320 kbit/s at 32 kHz, or 160 kbit/s at 8 kHz, and a byte of padding.
FRAME_BYTES_MAX = 1_441
LOOK_AHEAD_BYTES = 2 * FRAME_BYTES_MAX + 32  # two frames, or the header of a tag
# Places where a frame might begin but none does. Noise has one in 256 bytes: this is 50 MB of it.
FALSE_STARTS_MAX = 200_000
LOST_SECONDS_MAX = 60  # what takes more bytes than this is not damage but something else

# delay of the decoder itself, in samples (LAME's technical FAQ); encoders count theirs without it
DECODER_DELAY = 529
_TRAILING_TAG_BYTES = {b"TAG": 128}  # ID3v1; APE and Lyrics3 at the end look like junk, which costs nothing


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame; `lost` frames are missing before it."""

    header: mp3.FrameHeader
    data: bytes
    lost: int


class FrameReader:
    """Finds frames in bytes that arrive in pieces; holds one piece and a little more."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._tag_bytes = 0  # still to be skipped
        self._previous: mp3.FrameHeader | None = None
        self._in_step = False  # did the last frame end where the buffer begins?
        self._junk_bytes = self._false_starts = 0  # since the last frame
        self._frames = self._frames_bytes = 0

    def feed(self, data: bytes) -> Iterator[Frame]:
        """Yield the frames that end within what was fed so far, but for the last few."""
        self._buffer += data
        while self._skip_tags() and len(self._buffer) >= LOOK_AHEAD_BYTES:
            yield from self._step()

    def finish(self) -> Iterator[Frame]:
        """At the end of the file: the last few."""
        while self._skip_tags() and self._buffer:
            yield from self._step()

    def _skip_tags(self) -> bool:
        """Drop tags at the front; False if there is nothing behind them yet."""
        if not self._tag_bytes:
            head = bytes(self._buffer[:32])
            self._tag_bytes = _TRAILING_TAG_BYTES.get(head[:3], mp3.tags_end(head))
        skipped = min(self._tag_bytes, len(self._buffer))
        del self._buffer[:skipped]
        self._tag_bytes -= skipped
        return not self._tag_bytes

    def _step(self) -> Iterator[Frame]:
        """A frame at the front, or nothing and the front moved to where the next may begin."""
        header = mp3.read_frame_header(self._buffer)
        if header is None or not self._counts(header):
            self._move()
            return
        size = header.frame_bytes
        yield Frame(header, bytes(self._buffer[:size]), self._lost(header))
        del self._buffer[:size]
        self._previous, self._in_step = header, True
        self._junk_bytes = self._false_starts = 0
        self._frames, self._frames_bytes = self._frames + 1, self._frames_bytes + size

    def _counts(self, header: mp3.FrameHeader) -> bool:
        """Rule 1."""
        if not header.frame_bytes or header.frame_bytes > len(self._buffer):
            return False
        if self._in_step and self._previous and header.same_stream(self._previous):
            return True
        look_ahead = bytes(self._buffer[:LOOK_AHEAD_BYTES])
        frames, cut = mp3.frames_in_a_row(look_ahead, 0, most=mp3.FRAMES_TO_BE_SURE)
        return frames == mp3.FRAMES_TO_BE_SURE or (cut and not self._false_starts)

    def _move(self) -> None:
        """Go on to the next place where a frame or a tag may begin."""
        sync = self._buffer.find(b"\xff", 1)
        tag = self._buffer.find(b"ID3", 1, sync if sync > 0 else len(self._buffer))
        at = next((place for place in (tag, sync) if place > 0), len(self._buffer))
        self._false_starts += bool(self._buffer[:at].strip(b"\0"))  # zeros are padding
        self._junk_bytes += at
        self._in_step = False
        del self._buffer[:at]
        if self._false_starts > FALSE_STARTS_MAX:
            raise invalid(f"found {self._junk_bytes} bytes in which no MP3 frame begins")

    def _lost(self, header: mp3.FrameHeader) -> int:
        """Rule 2: frames that the junk before this one would have held."""
        if not self._frames:
            return 0
        frames = round(self._junk_bytes * self._frames / self._frames_bytes)
        return frames if frames * header.samples <= LOST_SECONDS_MAX * header.sample_rate_hz else 0


def leading_delay(frame: Frame) -> int | None:
    """If this is the information frame that encoders put first: samples to leave out at the start; else None.

    It holds no sound, but "Xing" or "Info" behind the side information, and with LAME the encoder's delay.
    """
    mono = frame.header.channels == 1
    at = 4 + ((17 if mono else 32) if frame.header.version == 3 else (9 if mono else 17))
    if frame.data[36:40] == b"VBRI":
        return 0
    if frame.data[at : at + 4] not in (b"Xing", b"Info"):
        return None
    flags = frame.data[at + 7 : at + 8]
    lame = at + 8 + sum(size for bit, size in ((1, 4), (2, 4), (4, 100), (8, 4)) if flags and flags[0] & bit)
    if len(frame.data) < lame + 24 or not frame.data[lame : lame + 4].strip(b"\0"):
        return 0
    return (frame.data[lame + 21] << 4 | frame.data[lame + 22] >> 4) + DECODER_DELAY
