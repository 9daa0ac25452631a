"""Where somebody speaks: a decision for every 10 ms, from energies in eight bands. Streaming, no I/O.

Rule 1: a chunk of frames is judged by `judged`, a pure function of the chunk and its surroundings (4 s
        before, 2 s after); the class only buffers, so the answer does not depend on how samples arrive.
Rule 2: missed speech is worse than extra speech; thresholds are low.
Rule 3: a tone is not speech, nor are many short ones (the keys of a telephone, a sweep), nor is what has
        not moved for half a second, however loud.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.int16]
Floats = NDArray[np.float32]
Flags = NDArray[np.bool_]
Kind = TypeVar("Kind", np.float32, np.bool_)

FRAME_MS = 10
WINDOW_MS = 32
BAND_EDGES_HZ = (200, 400, 650, 950, 1300, 1750, 2300, 3000, 3700)  # within the telephone band
INT16_SCALE = 32768.0

CHUNK_FRAMES = 100
CHUNKS_BEFORE = 4  # seconds; nobody speaks that long without a gap in some band
CHUNKS_AFTER = 2
QUIETEST_DB = -78.0  # of a band: about the rounding noise of 16 bits; nothing below counts as a difference
SMOOTHING_FRAMES = 3
FLOOR_FRAMES = 9  # the floor is the least mean of so many frames
EXCESS_DB = 6.0  # over the floor, in the mean of the three bands that stand out most
LOUD_BANDS = 3
STEADY_FRAMES = 50  # a sound whose loud bands keep within STEADY_DB for half a second is none of speech
STEADY_DB = 2.5
# A tone has this share of its power in one or two narrow peaks, and the stronger moves by no more than
# TONE_DB in TONE_FRAMES. Of four voices and many prompts 0.1 % of the frames do; 6 % have the share alone.
TONE_SHARE = 0.99
TONE_BINS = 2  # a peak reaches so far on either side
TONE_DB = 1.0
TONE_FRAMES = 12
TONE_EDGE_FRAMES = 4  # where a window sees half of a tone
# Short tones: of the active frames within TONES_REACH this share and more lies in tones of SHORT_FRAMES.
# A high voice is pure for whole words, but not so steady: of five voices and the prompts no frame is lost.
TONES_SHARE = 0.65
TONES_REACH = 50
SHORT_FRAMES = 8
SHORT_DB = 1.5
BURST_FRAMES = 8  # fewer active frames than this from BURST_REACH before to BURST_REACH after are a click
BURST_REACH = 15
BEFORE_FRAMES = 10  # soft beginnings and ends that the threshold misses
AFTER_FRAMES = 20


@dataclass(frozen=True, slots=True)
class Frames:
    """What is known of some frames."""

    energies: Floats  # decibels under full scale, [frames, bands]
    peaks: Floats  # decibels of the strongest frequency, [frames, 1]
    pure: Flags  # nearly all power is in one or two narrow peaks, [frames, 1]

    def __len__(self) -> int:
        return len(self.pure)

    def part(self, first: int, last: int) -> "Frames":
        """Frames first .. last - 1."""
        return Frames(self.energies[first:last], self.peaks[first:last], self.pure[first:last])


class VoiceActivity:
    """Judges one channel; `feed` and `finish` together return one flag for each frame begun."""

    def __init__(self, sample_rate_hz: int) -> None:
        self.hop = sample_rate_hz * FRAME_MS // 1000
        self.window = sample_rate_hz * WINDOW_MS // 1000
        self.taper = np.hanning(self.window).astype(np.float32)
        self.filters = band_filters(sample_rate_hz, self.window)
        self.samples = np.zeros(0, np.int16)
        self.chunks: list[Frames] = []  # the newest; the first `judged_chunks` of them have been judged
        self.judged_chunks = 0

    def feed(self, samples: Samples) -> Flags:
        """Take further samples; return the flags of the frames that can be judged now."""
        self.samples = np.concatenate([self.samples, samples])
        step = CHUNK_FRAMES * self.hop
        needed = step - self.hop + self.window
        flags = [np.zeros(0, bool)]
        first = 0
        while len(self.samples) - first >= needed:
            self.chunks.append(self.heard(self.samples[first : first + needed]))
            first += step
            if len(self.chunks) - self.judged_chunks > CHUNKS_AFTER:
                flags.append(self.judge())
        self.samples = self.samples[first:]
        return np.concatenate(flags)

    def finish(self) -> Flags:
        """The flags of the last frames; what the last windows lack is the end, mirrored."""
        if frames := -(-len(self.samples) // self.hop):
            lacking = (frames - 1) * self.hop + self.window - len(self.samples)
            last = self.heard(np.pad(self.samples, (0, lacking), mode="symmetric"))
            self.chunks += [
                last.part(first, first + CHUNK_FRAMES) for first in range(0, frames, CHUNK_FRAMES)
            ]
        flags = [np.zeros(0, bool)]
        while self.judged_chunks < len(self.chunks):
            flags.append(self.judge())
        return np.concatenate(flags)

    def judge(self) -> Flags:
        """The flags of the oldest chunk not yet judged; forgets what no later chunk looks back at."""
        at = self.judged_chunks
        around = self.chunks[: at + CHUNKS_AFTER + 1]
        first = sum(len(chunk) for chunk in around[:at])
        flags = judged(joined(around), first, first + len(around[at]))
        self.judged_chunks += 1
        if self.judged_chunks > CHUNKS_BEFORE:
            self.chunks.pop(0)
            self.judged_chunks -= 1
        return flags

    def heard(self, samples: Samples) -> Frames:
        """Whole windows of samples → what is to be known of them."""
        wave = samples.astype(np.float32) / np.float32(INT16_SCALE)
        windows = np.lib.stride_tricks.sliding_window_view(wave, self.window)[:: self.hop]
        spectrum = np.fft.rfft(windows * self.taper, axis=1)
        power = (spectrum.real**2 + spectrum.imag**2).astype(np.float32)
        audible = power * self.filters.any(axis=1)
        return Frames(
            np.maximum(decibels(power @ self.filters), np.float32(QUIETEST_DB)),
            decibels(audible.max(axis=1, keepdims=True)),
            peak_share(audible)[:, None] > TONE_SHARE,
        )


def decibels(power: Floats) -> Floats:
    """Power → decibels, of nothing -120."""
    level: Floats = 10 * np.log10(power + np.float32(1e-12))
    return level


def band_filters(sample_rate_hz: int, window: int) -> Floats:
    """Power in each band, a full-scale sine being about 1: [bins, bands]."""
    hz = np.fft.rfftfreq(window, 1 / sample_rate_hz)[:, None]
    edges = np.array(BAND_EDGES_HZ)
    inside = (hz >= edges[:-1]) & (hz < edges[1:])
    return (inside / (window / 4) ** 2).astype(np.float32)


def peak_share(power: Floats) -> Floats:
    """Which share of the power [frames, bins] the two strongest peaks have; 0 in silence."""
    rest = power.copy()
    for _ in range(2):
        reach = rest.argmax(axis=1)[:, None] + np.arange(-TONE_BINS, TONE_BINS + 1)
        np.put_along_axis(rest, np.clip(reach, 0, power.shape[1] - 1), 0, axis=1)
    total = power.sum(axis=1)
    share: Floats = 1 - rest.sum(axis=1) / np.maximum(total, np.float32(1e-9))
    return np.where(total > np.float32(1e-9), share, 0)


def joined(chunks: Iterable[Frames]) -> Frames:
    """Chunks one after the other."""
    parts = list(chunks)
    return Frames(
        np.concatenate([part.energies for part in parts]),
        np.concatenate([part.peaks for part in parts]),
        np.concatenate([part.pure for part in parts]),
    )


def judged(frames: Frames, first: int, last: int) -> Flags:
    """Whether somebody speaks in frames first .. last - 1, given what is around them."""
    floor = moving_mean(frames.energies, FLOOR_FRAMES).min(axis=0)
    smooth = moving_mean(frames.energies, SMOOTHING_FRAMES)
    active = np.sort(smooth - floor, axis=1)[:, -LOUD_BANDS:].mean(axis=1) > EXCESS_DB
    active &= ~steady(smooth, smooth - floor > EXCESS_DB) & ~tone(frames)
    active &= ~tones(active, frames)
    active &= count(active, BURST_REACH, BURST_REACH) >= BURST_FRAMES
    return count(active, AFTER_FRAMES, BEFORE_FRAMES)[first:last] > 0


def tone(frames: Frames) -> Flags:
    """Frames within a pure tone that lasts, with its edges."""
    holds = ~sliding_max(~frames.pure, TONE_FRAMES) & (sliding_range(frames.peaks, TONE_FRAMES) < TONE_DB)
    return covered(holds[:, 0], TONE_FRAMES, len(frames), edge=TONE_EDGE_FRAMES)


def tones(active: Flags, frames: Frames) -> Flags:
    """Frames around which most of what is active lies in short tones."""
    holds = ~sliding_max(~frames.pure, SHORT_FRAMES) & (sliding_range(frames.peaks, SHORT_FRAMES) < SHORT_DB)
    short = covered(holds[:, 0], SHORT_FRAMES, len(frames), edge=TONE_EDGE_FRAMES)
    whistled = count(active & short, TONES_REACH, TONES_REACH)
    return whistled >= TONES_SHARE * np.maximum(1, count(active, TONES_REACH, TONES_REACH))


def steady(energies: Floats, loud: Flags) -> Flags:
    """Frames within a stretch of STEADY_FRAMES in which no loud band moves by more than STEADY_DB."""
    moves = (sliding_range(energies, STEADY_FRAMES) > STEADY_DB) & sliding_max(loud, STEADY_FRAMES)
    return covered(np.logical_not(np.any(moves, axis=1)), STEADY_FRAMES, len(energies))


def covered(starts: Flags, width: int, frames: int, *, edge: int = 0) -> Flags:
    """Of `frames` frames those within `width` after a start, with `edge` more on either side."""
    padded = np.zeros(frames, bool)
    padded[: len(starts)] = starts
    return count(padded, width - 1 + edge, edge) > 0


def sliding_range(values: Floats, frames: int) -> Floats:
    """Greatest less smallest; see `sliding_max`."""
    return sliding_max(values, frames) + sliding_max(-values, frames)


def sliding_max(values: NDArray[Kind], frames: int) -> NDArray[Kind]:
    """The greatest of `frames` values from each frame on, for every frame that has so many after it."""
    widest, width = values, 1
    while 2 * width <= frames:
        widest, width = np.maximum(widest[:-width], widest[width:]), 2 * width
    if (further := frames - width) and len(widest):
        widest = np.maximum(widest[:-further], widest[further:])
    return widest


def moving_mean(values: Floats, frames: int) -> Floats:
    """The mean over `frames` (odd) around each frame; the ends are repeated."""
    reach = frames // 2
    padded = np.pad(values, ((reach, reach), (0, 0)), mode="edge")
    total = np.zeros_like(values)
    for shift in range(frames):
        total += padded[shift : shift + len(values)]
    return total / np.float32(frames)


def count(flags: Flags, before: int, after: int) -> NDArray[np.int64]:
    """How many of the frames from `before` earlier to `after` later are set, for each frame."""
    sums = np.cumsum(np.r_[np.zeros(before + 1, np.int64), flags, np.zeros(after, np.int64)])
    number: NDArray[np.int64] = sums[before + after + 1 :] - sums[: len(flags)]
    return number
