"""Voices out of a formula: a row of random vowels, each shaped by the length of a vocal tract."""

from functools import cache

import numpy as np
from numpy.typing import NDArray

RATE_HZ = 8_000
# First three formants of Russian vowels of an average man, Hz (textbook values, rounded).
VOWELS_HZ = (
    (700, 1_100, 2_500),
    (300, 2_200, 2_900),
    (300, 650, 2_400),
    (500, 1_850, 2_500),
    (500, 900, 2_400),
)
BANDWIDTHS_HZ = (80, 110, 160)
MAN, WOMAN = (1.0, 110.0), (1.22, 215.0)  # scale of the formants, pitch in Hz


@cache
def voice(who: tuple[float, float], seconds: float, seed: int) -> NDArray[np.float32]:
    """Mono wave, -1..1, at RATE_HZ: vowels of 70 to 180 ms, louder and softer, with a little noise."""
    random = np.random.default_rng(seed)
    scale, pitch_hz = who
    pieces: list[NDArray[np.float64]] = []
    while sum(map(len, pieces)) < seconds * RATE_HZ:
        formants = np.array(VOWELS_HZ[random.integers(len(VOWELS_HZ))]) * scale
        formants *= random.uniform(0.95, 1.05, 3)
        count = int(random.uniform(0.07, 0.18) * RATE_HZ)
        sound = vowel(formants, pitch_hz * random.uniform(0.85, 1.15), count)
        pieces.append(sound * random.uniform(0.3, 1.0))
    wave = np.concatenate(pieces)[: int(seconds * RATE_HZ)]
    noisy = wave / np.abs(wave).max() * 0.5 + random.normal(0, 0.002, len(wave))
    return np.asarray(noisy, np.float32)


def vowel(formants_hz: NDArray[np.float64], pitch_hz: float, count: int) -> NDArray[np.float64]:
    """Harmonics of the pitch, weighted by the resonances of the tract and falling 6 dB an octave."""
    times = np.arange(count) / RATE_HZ
    harmonics = np.arange(1, int(3_800 / pitch_hz) + 1) * pitch_hz
    distances = (harmonics[:, None] - formants_hz) / np.array(BANDWIDTHS_HZ)
    resonances = (1 / (1 + distances**2)).sum(axis=1)
    weights = (resonances + 0.01) * pitch_hz / harmonics
    waves: NDArray[np.float64] = np.sin(2 * np.pi * harmonics[:, None] * times)
    made: NDArray[np.float64] = waves.T @ np.asarray(weights, np.float64)
    return made
