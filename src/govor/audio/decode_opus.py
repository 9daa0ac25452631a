"""Ogg Opus to sound: our own pages and clock (ogg.py, ogg_opus.py), FFmpeg's Opus decoder for the packets."""

from collections.abc import Iterator
from typing import BinaryIO

import av
import numpy as np

from govor.audio import ogg
from govor.audio.ogg_opus import Event, Hole, Link, Sound, TimeLine
from govor.audio.opus_packets import HEAD_MAGIC, RATE_HZ, OpusHead, read_head
from govor.audio.sound import Piece, Samples, fit, from_frame, silence
from govor.audio.tally import Tally

READ_BYTES = 256 << 10
# One second: a call into the resampler costs as much as a few packets, so not one for each packet.
PIECE_SAMPLES = RATE_HZ
# Zeros for a long hole come in pieces, too: an hour of eight channels at once would be 5.5 GB.
HOLE_PIECE_SAMPLES = 10 * RATE_HZ


def pieces(
    file: BinaryIO, tally: Tally, channels: int | None = None, piece_samples: int = PIECE_SAMPLES
) -> Iterator[Piece]:
    """All sound of all links, with as many channels as the widest of them.

    A narrower link fills the first channels and leaves the others silent: no word is lost or doubled.
    Family 1 comes in WAV's order (front left, front right, centre, low, back ...), family 255 in the file's.
    With `channels` given, surplus ones are mixed, and the file is read once and in order, as streams are.
    """
    channels = channels or _channels(file)
    voice: _Voice | None = None
    for event in _events(file, tally):
        if isinstance(event, Link):
            yield from voice.settle() if voice else ()
            voice = _Voice(event.head, channels, tally, piece_samples)
        elif voice and isinstance(event, Hole):
            yield from voice.settle()
            yield from _zeros(channels, event.samples)
        elif voice and isinstance(event, Sound):
            yield from voice.play(event)
    yield from voice.settle() if voice else ()


def _pages(file: BinaryIO, reader: ogg.PageReader) -> Iterator[ogg.Page]:
    """Every good page of a file, from its beginning."""
    file.seek(0)
    while data := file.read(READ_BYTES):
        yield from reader.feed(data)
    yield from reader.finish()


def _channels(file: BinaryIO) -> int:
    """Of the widest link: one more pass over the pages, which costs a hundredth of decoding them."""
    widest, beside = 1, False
    for page in _pages(file, ogg.PageReader()):
        opus = page.first and page.whole and page.body.startswith(HEAD_MAGIC)
        if opus and not beside:
            widest = max(widest, read_head(page.body).channels)
        beside = page.first and (beside or opus)  # streams side by side begin with their first pages in a row
    return widest


def _events(file: BinaryIO, tally: Tally) -> Iterator[Event]:
    """The time line of a file; damaged pages are counted."""
    reader, line = ogg.PageReader(), TimeLine()
    for page in _pages(file, reader):
        tally.pages(damaged=reader.damaged)
        yield from line.push(page)


def _zeros(channels: int, samples: int) -> Iterator[Piece]:
    for at in range(0, samples, HOLE_PIECE_SAMPLES):
        yield Piece(RATE_HZ, silence(channels, min(HOLE_PIECE_SAMPLES, samples - at)))


class _Voice:
    """The decoder of one link. What it owes is kept in samples, so that its delay never moves the clock.

    FFmpeg's own decoder is used: 1.4 times as fast as libopus. It may hold 24 samples back for a while where
    the coding mode changes; those come with a later packet or, at the end of a run, as silence.
    """

    def __init__(self, head: OpusHead, channels: int, tally: Tally, piece_samples: int) -> None:
        self._piece_samples = piece_samples
        self._decoder = av.AudioCodecContext.create("opus", "r")
        self._decoder.extradata = head.raw[:10] + bytes(2) + head.raw[12:]  # pre-skip is counted by TimeLine
        self._link_channels, self._channels, self._tally = head.channels, channels, tally
        self._ready: list[Samples] = []
        self._skip = self._owed = 0

    def play(self, sound: Sound) -> Iterator[Piece]:
        """Decode one packet; yields a piece now and then."""
        self._ready += self._decoded(sound)
        self._skip += sound.skip
        self._owed += sound.keep
        if self._owed >= self._piece_samples:
            yield from self._take()

    def settle(self) -> Iterator[Piece]:
        """The run of packets ends here: everything owed, with zeros for what the decoder did not give."""
        yield from self._take()
        owed, self._owed, self._skip, self._ready = self._owed, 0, 0, []
        yield from _zeros(self._channels, owed)

    def _take(self) -> Iterator[Piece]:
        """What is ready of what is owed."""
        ready = np.concatenate([silence(self._link_channels, 0), *self._ready], axis=1)
        skip = min(self._skip, ready.shape[1])
        taken = ready[:, skip : skip + self._owed]
        self._ready = [ready[:, skip + taken.shape[1] :]]
        self._skip -= skip
        self._owed -= taken.shape[1]
        if taken.shape[1]:
            yield Piece(RATE_HZ, fit(taken, self._channels))

    def _decoded(self, sound: Sound) -> list[Samples]:
        """The packet's samples; silence of its length if it is damaged."""
        try:
            frames = self._decoder.decode(av.Packet(sound.packet))
        except av.FFmpegError:
            self._tally.packet(good=False)
            return [silence(self._link_channels, sound.samples)]
        self._tally.packet(good=True)
        return [from_frame(frame, self._link_channels) for frame in frames]
