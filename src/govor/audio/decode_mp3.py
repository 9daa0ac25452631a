"""MP3 to sound with FFmpeg: its demuxer is told the format, and given one open file rather than a name."""

from collections.abc import Iterator
from typing import BinaryIO

import av
import numpy as np
from av.container import InputContainer

from govor.audio.refusal import invalid
from govor.audio.sound import Piece, Samples, silence
from govor.audio.tally import Tally

# One frame is 24 to 72 ms. Time stamps differ by less from rounding, by more where frames are lost.
HOLE_SECONDS_MIN = 0.1
# MP3 has no clock of its own; an estimate of more than a minute is not believed.
HOLE_SECONDS_MAX = 60.0


def pieces(file: BinaryIO, tally: Tally) -> Iterator[Piece]:
    """All sound; a frame that cannot be decoded becomes silence of its length."""
    try:
        container = av.open(file, "r", format="mp3")
    except (av.FFmpegError, EOFError) as error:
        raise invalid("found no MP3 frames") from error
    with container:
        if not container.streams.audio:
            raise invalid("found no MP3 frames")
        yield from _joined(_frames(container, tally))


def _frames(container: InputContainer, tally: Tally) -> Iterator[av.AudioFrame]:
    """Frames in file order; FFmpeg's complaints are counted, and end the file where it cannot be read on."""
    packets = container.demux(container.streams.audio[0])
    while True:
        try:
            packet = next(packets)
        except (StopIteration, EOFError):
            return
        except av.FFmpegError:
            tally.packet(good=False)
            return
        try:
            frames = packet.decode()
        except av.FFmpegError:
            tally.packet(good=False)
            continue
        if packet.size:
            tally.packet(good=True)
        yield from (frame for frame in frames if isinstance(frame, av.AudioFrame))


def _joined(frames: Iterator[av.AudioFrame]) -> Iterator[Piece]:
    """Pieces of about a second each, with silence where time stamps say that sound is missing."""
    ready: list[Samples] = []
    key, length, expected = (0, 0), 0, None
    for frame in frames:
        samples = frame.to_ndarray().astype(np.float32, copy=False)
        hole = _hole(frame, expected)
        expected = frame.time + frame.samples / frame.sample_rate if frame.time is not None else None
        if (frame.sample_rate, len(samples)) != key or length >= frame.sample_rate:
            yield from _piece(key[0], ready)
            key, ready, length = (frame.sample_rate, len(samples)), [], 0
        ready += [silence(len(samples), hole), samples]
        length += hole + frame.samples
    yield from _piece(key[0], ready)


def _hole(frame: av.AudioFrame, expected: float | None) -> int:
    """Samples missing before this frame."""
    if expected is None or frame.time is None:
        return 0
    seconds = frame.time - expected
    return round(seconds * frame.sample_rate) if HOLE_SECONDS_MIN <= seconds <= HOLE_SECONDS_MAX else 0


def _piece(rate_hz: int, ready: list[Samples]) -> Iterator[Piece]:
    if ready:
        yield Piece(rate_hz, np.concatenate(ready, axis=1))
