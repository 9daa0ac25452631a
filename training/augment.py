"""Augmentation of log-mel frames, for real and synthetic speech alike: pure functions of (frames, 15)."""

import numpy as np
from numpy.typing import NDArray
from scipy.signal import lfilter

from govor.recognition.telephone_features import BANDS, normalised

Bands = NDArray[np.float32]

PAUSE_MAX = 70  # frames between joined utterances
FLOOR_NATS = 9.0  # under the loudest, as in telephone_features


def augmented(bands: Bands, strength: float, random: np.random.Generator) -> Bands:
    """Everything a line and a speaker may change, by `strength` 0..1; the result is normalised."""
    if random.random() < 0.3 + 0.6 * strength:
        bands = stretched(bands, 1 + random.uniform(-0.15, 0.17) * (0.3 + 0.7 * strength))
    if random.random() < strength:
        bands = bands @ warp(random.uniform(0.86, 1.18))  # a man's tract becomes a woman's, or the reverse
    if random.random() < 0.5 * strength:
        bands = bands + curve(random)
    if random.random() < 0.2 * strength:
        bands = smeared(bands, random)
    if random.random() < 0.5 * strength:
        bands = noisy(bands, random)
    if random.random() < 0.5:
        bands = with_silence(bands, random)
    return masked(normalised(bands.astype(np.float64)), strength, random)


def plain(bands: Bands) -> Bands:
    """What the service would feed: only normalised."""
    return normalised(bands.astype(np.float64))


def stretched(bands: Bands, factor: float) -> Bands:
    """Slower (factor > 1) or faster, by linear interpolation between frames."""
    count = max(2, round(len(bands) * factor))
    positions = np.linspace(0, len(bands) - 1, count)
    left = np.minimum(positions.astype(int), max(0, len(bands) - 2))
    part = (positions - left).astype(np.float32)[:, None]
    right = np.minimum(left + 1, len(bands) - 1)
    return bands[left] * (1 - part) + bands[right] * part


def warp(factor: float) -> Bands:
    """Another vocal tract: (bands, bands), linear interpolation at scaled band numbers."""
    # Band centres are near linear in mel; 2.5 is the mel of 0 Hz counted in bands below the first.
    positions = np.clip((np.arange(BANDS) + 2.5) * factor - 2.5, 0, BANDS - 1)
    left = np.minimum(positions.astype(int), BANDS - 2)
    part = positions - left
    matrix = np.zeros((BANDS, BANDS), np.float32)
    matrix[left, np.arange(BANDS)] = 1 - part
    matrix[left + 1, np.arange(BANDS)] += part
    return matrix


def curve(random: np.random.Generator) -> Bands:
    """A smooth frequency response: (bands,), nats."""
    band = np.linspace(0, np.pi, BANDS)
    shape = sum(random.uniform(-1.2, 1.2) / k * np.cos(k * band) for k in (1, 2, 3))
    return np.asarray(shape, np.float32)


def smeared(bands: Bands, random: np.random.Generator) -> Bands:
    """A room: energies decay over a reverberation time of 0.2-0.7 s."""
    keep = 10 ** (-6 * 0.01 / random.uniform(0.2, 0.7))
    tail = lfilter([0, 1 - keep], [1, -keep], np.exp(bands.astype(np.float64)), axis=0)
    return np.log(np.exp(bands) + random.uniform(0.05, 0.6) * tail + 1e-6).astype(np.float32)


def noisy(bands: Bands, random: np.random.Generator) -> Bands:
    """What the noise removal leaves of noise: a rough floor 3-9 nats under the loudest."""
    top = np.percentile(bands, 99)
    floor = top - random.uniform(3, FLOOR_NATS) + curve(random)
    rough = np.log(random.gamma(random.uniform(1.5, 6), size=bands.shape) / 3 + 1e-3)
    return np.logaddexp(bands, floor + rough).astype(np.float32)


def silence(frames: int, like: Bands, random: np.random.Generator) -> Bands:
    """A pause as quiet as the quietest of `like`, a little rough: (frames, bands)."""
    quiet = np.percentile(like, random.uniform(1, 8), axis=0) - random.uniform(0, 1.5)
    rough = np.log(random.gamma(3, size=(frames, BANDS)) / 3 + 1e-3)
    return (quiet + rough * random.uniform(0.2, 1)).astype(np.float32)


def with_silence(bands: Bands, random: np.random.Generator) -> Bands:
    """Up to 0.6 s of quiet before and after."""
    before, after = random.integers(0, 60, 2)
    return np.concatenate([silence(int(before), bands, random), bands, silence(int(after), bands, random)])


def pause(random: np.random.Generator) -> int:
    """Frames between two utterances: as between words of a phrase, or as between phrases."""
    return int(random.integers(2, 14) if random.random() < 0.5 else random.integers(8, PAUSE_MAX))


def joined(parts: list[Bands], random: np.random.Generator) -> Bands:
    """Utterances one after the other at about one level, a pause between any two."""
    level = np.percentile(parts[0], 99)
    pieces: list[Bands] = []
    for part in parts:
        part = part + (level - np.percentile(part, 99) + random.uniform(-1, 1))
        if pieces:
            pieces.append(silence(pause(random), part, random))
        pieces.append(part.astype(np.float32))
    return np.concatenate(pieces)


def masked(bands: Bands, strength: float, random: np.random.Generator) -> Bands:
    """SpecAugment: stretches of time and of bands set to the mean, which is zero."""
    bands = bands.copy()
    for _ in range(random.poisson(strength * len(bands) / 250)):
        start = random.integers(0, max(1, len(bands) - 5))
        bands[start : start + random.integers(3, 20)] = 0
    for _ in range(random.poisson(0.8 * strength)):
        first = random.integers(0, BANDS)
        bands[:, first : first + random.integers(1, 4)] = 0
    return bands
