"""What a voice sounds like, frame by frame: cepstra of the telephone band. Pure.

The same for every sample rate from 8 kHz on, so that telephone calls and studio recordings are told apart
with the same numbers. Loudness (the first cepstrum) is left out: it tells the distance, not the voice.
"""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

FRAME_MS = 10
WINDOW_MS = 25
# Wide bands and few cepstra: the shape of the vocal tract. More of either follow the pitch, which one speaker
# changes from sentence to sentence (24 and 12 found two speakers in one of three recordings of one).
BANDS = 14
LOWEST_HZ, HIGHEST_HZ = 200.0, 3_800.0  # what 8 kHz holds, without the edge of its filter
CEPSTRA = 10
LOUD_PERCENTILE = 95.0
QUIET_DB = 30.0  # a frame this far below the loud ones tells nothing of the voice
SMALLEST = 1e-10  # keeps the logarithm of digital silence finite


def cepstra(wave: NDArray[np.float32], rate_hz: int) -> tuple[Floats, NDArray[np.bool_]]:
    """Mono wave, -1..1 → cepstra (frames, CEPSTRA), and which frames are loud enough to count."""
    window, hop = rate_hz * WINDOW_MS // 1000, rate_hz * FRAME_MS // 1000
    if len(wave) < window:
        return np.zeros((0, CEPSTRA)), np.zeros(0, np.bool_)
    frames = np.lib.stride_tricks.sliding_window_view(wave, window)[::hop]
    size = 1 << (window - 1).bit_length()
    spectrum = np.fft.rfft(frames * np.hamming(window), size)
    power = spectrum.real**2 + spectrum.imag**2
    energies = np.maximum(power @ mel_filters(rate_hz, size), SMALLEST)
    loudness = 10 * np.log10(energies.sum(axis=1))
    loud = loudness > np.percentile(loudness, LOUD_PERCENTILE) - QUIET_DB
    return np.log(energies) @ cosines(), loud


@lru_cache
def mel_filters(rate_hz: int, size: int) -> Floats:
    """Triangles evenly spaced on the mel scale: (bins, BANDS)."""
    mel_low, mel_high = (2595 * np.log10(1 + hz / 700) for hz in (LOWEST_HZ, HIGHEST_HZ))
    corners = 700 * (10 ** (np.linspace(mel_low, mel_high, BANDS + 2) / 2595) - 1)
    left, centre, right = corners[:-2], corners[1:-1], corners[2:]
    hz = np.arange(size // 2 + 1)[:, None] * rate_hz / size
    triangles = np.minimum((hz - left) / (centre - left), (right - hz) / (right - centre))
    filters: Floats = np.maximum(triangles, 0)
    return filters


@lru_cache
def cosines() -> Floats:
    """The DCT-II without its constant row: (BANDS, CEPSTRA)."""
    rows = np.arange(1, CEPSTRA + 1)
    matrix: Floats = np.sqrt(2 / BANDS) * np.cos(np.pi / BANDS * (np.arange(BANDS)[:, None] + 0.5) * rows)
    return matrix
