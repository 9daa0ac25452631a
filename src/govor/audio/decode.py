"""A file to equal blocks of sound at the recogniser's rate. Runs in the child process of sandbox.py.

Rule 1: the encoding is the one probed; no container is ever guessed, and no file but this one is opened.
Rule 2: time is continuous: block k starts where block k - 1 ended, and missing sound is silence.
Rule 3: memory does not grow with the length: one block, one second of pieces, one page.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from govor.audio import decode_mp3, decode_opus, decode_pcm
from govor.audio.refusal import invalid
from govor.audio.resample import Resampler
from govor.audio.sound import Piece, fit
from govor.audio.tally import Tally
from govor.errors import TooLarge
from govor.records import AudioEncoding, AudioSpec

# 320 KB for each channel at 16 kHz: few calls, little memory. Equal sizes make equal results on any machine.
BLOCK_SECONDS = 10
# SpeechKit's four hours are not refused for the last frame that sticks out.
LIMIT_SLACK_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Block:
    """Sound of all channels from `start_ms` on; only the last block is shorter than BLOCK_SECONDS."""

    start_ms: int
    samples: NDArray[np.int16]  # [channels, n], at the rate that was asked for


def decode(path: Path, spec: AudioSpec, *, sample_rate_hz: int, audio_seconds_max: float) -> Iterator[Block]:
    """Yield the sound of the file at `path`; `spec` is what `sniff.probe` returned for it.

    Raises BadAudio: it cannot be decoded, or nothing is in it. TooLarge: longer than `audio_seconds_max`,
    summed over channels.
    """
    with path.open("rb") as file:
        tally = Tally()
        position = 0  # samples of one channel
        for samples in _blocks(resampled(_pieces(file, spec, tally), sample_rate_hz), sample_rate_hz):
            yield Block(position * 1_000 // sample_rate_hz, samples)
            position += samples.shape[1]
            _check_length(position / sample_rate_hz, len(samples), audio_seconds_max)
        if not position or (tally.bad and not tally.good):
            raise invalid("not one sample could be decoded")


def _pieces(file: BinaryIO, spec: AudioSpec, tally: Tally) -> Iterator[Piece]:
    match spec.encoding:
        case AudioEncoding.OGG_OPUS:
            return decode_opus.pieces(file, tally)
        case AudioEncoding.MP3:
            return decode_mp3.pieces(file, tally)
        case AudioEncoding.WAV:
            return decode_pcm.wav_pieces(file)
        case AudioEncoding.LINEAR16_PCM:
            return decode_pcm.raw_pieces(file, spec)
        case AudioEncoding.ANY:
            raise ValueError("what a file holds is found out before it is decoded (sniff.probe)")


def resampled(pieces: Iterator[Piece], to_hz: int) -> Iterator[NDArray[np.int16]]:
    """[channels, n] with the channels of the first piece; the rate may change on the way."""
    resampler: Resampler | None = None
    channels, rate_hz = 0, 0
    for piece in pieces:
        channels = channels or len(piece.samples)
        if resampler is None or piece.rate_hz != rate_hz:
            if resampler is not None:
                yield resampler.finish()
            resampler, rate_hz = Resampler(piece.rate_hz, channels, to_hz=to_hz), piece.rate_hz
        yield resampler.feed(fit(piece.samples, channels))
    if resampler is not None:
        yield resampler.finish()


def _blocks(arrays: Iterator[NDArray[np.int16]], rate_hz: int) -> Iterator[NDArray[np.int16]]:
    """Cut into equal blocks."""
    size = BLOCK_SECONDS * rate_hz
    ready: list[NDArray[np.int16]] = []
    for array in arrays:
        ready.append(array)
        if sum(part.shape[1] for part in ready) >= size:
            joined = np.concatenate(ready, axis=1)
            whole = joined.shape[1] // size * size
            yield from (np.ascontiguousarray(joined[:, at : at + size]) for at in range(0, whole, size))
            ready = [joined[:, whole:]]
    if ready and (rest := np.concatenate(ready, axis=1)).shape[1]:
        yield np.ascontiguousarray(rest)


def _check_length(seconds: float, channels: int, audio_seconds_max: float) -> None:
    if seconds * channels > audio_seconds_max + LIMIT_SLACK_SECONDS:
        raise TooLarge(
            "The recording is too long",
            f"more than {audio_seconds_max / channels / 3_600:.2f} hours of {channels} channel(s); "
            f"the limit is {audio_seconds_max / 3_600:.2f} hours, summed over channels",
        )
