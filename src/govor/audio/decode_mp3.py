"""MP3 to sound: our own frames (mp3_frames.py), FFmpeg's decoder for each of them."""

from collections.abc import Iterator
from typing import BinaryIO

import av
import numpy as np

from govor.audio.mp3_frames import Frame, FrameReader, leading_delay
from govor.audio.sound import Piece, Samples, from_frame, silence
from govor.audio.tally import Tally

READ_BYTES = 64 << 10


def pieces(file: BinaryIO, tally: Tally, piece_seconds: float = 1.0) -> Iterator[Piece]:
    """All sound, in pieces of `piece_seconds` or more; lost and damaged frames become as long a silence."""
    ready: list[Samples] = []
    rate_hz = 0
    for frame, samples in _decoded(file, tally):
        changed = ready and (frame.header.sample_rate_hz, len(samples)) != (rate_hz, len(ready[0]))
        if changed or sum(part.shape[1] for part in ready) >= piece_seconds * rate_hz:
            yield from _joined(rate_hz, ready)
            ready = []
        rate_hz = frame.header.sample_rate_hz
        ready.append(samples)
    yield from _joined(rate_hz, ready)


def _joined(rate_hz: int, ready: list[Samples]) -> Iterator[Piece]:
    if ready:
        yield Piece(rate_hz, np.concatenate(ready, axis=1))


def _decoded(file: BinaryIO, tally: Tally) -> Iterator[tuple[Frame, Samples]]:
    """Each frame and its sound, with silence for those lost before it, without the encoder's delay."""
    decoder = av.CodecContext.create("mp3float", "r")
    assert isinstance(decoder, av.AudioCodecContext)
    skip = 0
    for number, frame in enumerate(_frames(file)):
        if number == 0 and (delay := leading_delay(frame)) is not None:
            skip = delay
            continue
        samples = _sound(decoder, frame, tally)
        if frame.lost:
            lost = silence(len(samples), frame.lost * frame.header.samples)
            samples = np.concatenate([lost, samples], axis=1)
        kept = samples[:, skip:]
        skip -= samples.shape[1] - kept.shape[1]
        yield frame, kept


def _frames(file: BinaryIO) -> Iterator[Frame]:
    """Every frame of a file, from its beginning."""
    reader = FrameReader()
    file.seek(0)
    while data := file.read(READ_BYTES):
        yield from reader.feed(data)
    yield from reader.finish()


def _sound(decoder: av.AudioCodecContext, frame: Frame, tally: Tally) -> Samples:
    """[channels, n]; silence if the frame is damaged, or needs one that is lost."""
    try:
        decoded = [from_frame(part, frame.header.channels) for part in decoder.decode(av.Packet(frame.data))]
    except av.FFmpegError:
        decoded = []
    tally.packet(good=bool(decoded))
    if not decoded:
        return silence(frame.header.channels, frame.header.samples)
    return np.concatenate(decoded, axis=1)
