"""A recording as a picture: its loudness in some hundred steps, and where there is speech. Pure.

Rule 1: memory is a byte for each STEP_MS of a channel while decoding, and PEAKS_MAX bytes afterwards.
Rule 2: what is kept is a few KB, whatever the length: peaks as bytes, speech as differences, all deflated.
"""

import base64
import json
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

import numpy as np
from numpy.typing import NDArray

STEP_MS = 50  # shorter than a syllable; blocks of decode.py are whole steps
PEAKS_MAX = 2_000  # more than a page is wide
FULL_SCALE = 32_768

Stretches = list[tuple[int, int]]  # begin and end in ms, in order


@dataclass(frozen=True, kw_only=True, slots=True)
class Waveform:
    """What can be drawn; the lists have an entry for each channel."""

    audio_ms: int
    peaks: tuple[bytes, ...]  # the same number for each channel, 0..255 of full scale
    speech: tuple[Stretches, ...]


class Peaks:
    """Takes the blocks of a recording, gives its peaks."""

    def __init__(self, sample_rate_hz: int) -> None:
        self._step = max(1, sample_rate_hz * STEP_MS // 1000)
        self._rows: list[NDArray[np.uint8]] = []

    def feed(self, samples: NDArray[np.int16]) -> None:
        """The next block, [channels, n]; only the last one is not of whole steps."""
        loud = np.minimum(np.abs(samples.astype(np.int32)), FULL_SCALE - 1)
        starts = np.arange(0, loud.shape[1], self._step)
        if len(starts):
            self._rows.append((np.maximum.reduceat(loud, starts, axis=1) >> 7).astype(np.uint8))

    def finish(self) -> list[str]:
        """At most PEAKS_MAX for each channel, as base64."""
        if not self._rows:
            return []
        steps = np.concatenate(self._rows, axis=1)
        width = -(-steps.shape[1] // PEAKS_MAX)
        peaks = np.maximum.reduceat(steps, np.arange(0, steps.shape[1], width), axis=1)
        return [base64.b64encode(channel.tobytes()).decode() for channel in peaks]


def packed(audio_ms: int, peaks: Sequence[str], speech: Iterable[tuple[int, int, int]]) -> bytes:
    """What the journal keeps. `speech` is (channel from 1 on, begin, end) in ms, in any order."""
    stretches: list[Stretches] = [[] for _ in peaks]
    for channel, begin, end in sorted(speech):
        if channel <= len(stretches):
            stretches[channel - 1].append((begin, end))
    edges = [[edge for stretch in each for edge in stretch] for each in stretches]
    steps = [[after - before for before, after in pairwise([0, *each])] for each in edges]
    return zlib.compress(json.dumps([audio_ms, list(peaks), steps], separators=(",", ":")).encode())


def unpacked(content: bytes) -> Waveform:
    """What `packed` wrote."""
    audio_ms, peaks, steps = json.loads(zlib.decompress(content))
    edges = [list(accumulate(each)) for each in steps]
    return Waveform(
        audio_ms=audio_ms,
        peaks=tuple(base64.b64decode(channel) for channel in peaks),
        speech=tuple(list(zip(each[::2], each[1::2], strict=True)) for each in edges),
    )
