"""What acoustic models hear: waves to frames of log-mel energies, by the name of the front end. No I/O.

`telephone` is the embedded model's (telephone_features.py); `gigaam_v3` is that of GigaAM v3 as onnx-asr
has it, so that the models published for onnx-asr run unchanged. Both make a frame every 10 ms.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from govor.errors import ModelFailed
from govor.recognition import telephone_features

Floats = NDArray[np.float32]

FRAME_MS = 10

# GigaAM v3: windows of 20 ms without centring, so no frame looks past the end of the wave.
GIGAAM_RATE_HZ = 16_000
GIGAAM_BANDS = 64
GIGAAM_WINDOW = 320
GIGAAM_HOP = 160
GIGAAM_POWER_RANGE = (1e-9, 1e9)


@dataclass(frozen=True, slots=True)
class FrontEnd:
    """`features`: mono wave, -1..1, at `sample_rate_hz` → [bands, frames]."""

    sample_rate_hz: int
    bands: int
    features: Callable[[Floats], Floats]


def front_end(name: str) -> FrontEnd:
    """By name; ModelFailed when there is none of that name."""
    if name not in FRONT_ENDS:
        raise ModelFailed(f"unknown front end: {name}", f"this version has {', '.join(FRONT_ENDS)}")
    return FRONT_ENDS[name]


def gigaam_features(wave: Floats) -> Floats:
    """Mono wave at 16 kHz → natural log of 64 mel powers: [64, frames]; shorter than a window: no frame."""
    if len(wave) < GIGAAM_WINDOW:
        return np.zeros((GIGAAM_BANDS, 0), np.float32)
    windows = np.lib.stride_tricks.sliding_window_view(wave, GIGAAM_WINDOW)[::GIGAAM_HOP]
    spectrum = np.fft.rfft(windows * hann_window(), axis=1)
    power = (spectrum.real**2 + spectrum.imag**2).astype(np.float32)
    return np.ascontiguousarray(np.log(np.clip(power @ mel_filters(), *GIGAAM_POWER_RANGE)).T)


@lru_cache
def hann_window() -> Floats:
    """The periodic one, as spectrum analysis uses."""
    phase = 2 * np.pi * np.arange(GIGAAM_WINDOW) / GIGAAM_WINDOW
    return (0.5 - 0.5 * np.cos(phase)).astype(np.float32)


@lru_cache
def mel_filters() -> Floats:
    """Triangles of height 1, evenly spaced on the HTK mel scale from 0 to 8000 Hz: [bins, bands]."""
    mel_high = 2595 * np.log10(1 + GIGAAM_RATE_HZ / 2 / 700)
    corners = 700 * (10 ** (np.linspace(0, mel_high, GIGAAM_BANDS + 2) / 2595) - 1)
    left, centre, right = corners[:-2], corners[1:-1], corners[2:]
    hz = np.linspace(0, GIGAAM_RATE_HZ / 2, GIGAAM_WINDOW // 2 + 1)[:, None]
    triangles = np.minimum((hz - left) / (centre - left), (right - hz) / (right - centre))
    filters: Floats = np.maximum(triangles, 0).astype(np.float32)
    return filters


FRONT_ENDS = {
    "telephone": FrontEnd(
        telephone_features.SAMPLE_RATE_HZ, telephone_features.BANDS, telephone_features.telephone_features
    ),
    "gigaam_v3": FrontEnd(GIGAAM_RATE_HZ, GIGAAM_BANDS, gigaam_features),
}
