"""Sounds in which nobody speaks, made here."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

SECONDS = 4
Wave = NDArray[np.float32]


def silence(times: NDArray[np.float64], _: np.random.Generator) -> NDArray[np.float64]:
    return 0 * times


def hiss(times: NDArray[np.float64], random: np.random.Generator) -> NDArray[np.float64]:
    return random.normal(scale=0.1, size=len(times))


def rumble(times: NDArray[np.float64], random: np.random.Generator) -> NDArray[np.float64]:
    """Brown noise, as of traffic."""
    steps: NDArray[np.float64] = np.cumsum(random.normal(size=len(times)))
    steps -= np.convolve(steps, np.ones(801) / 801, mode="same")
    loudest: float = np.abs(steps).max()
    return steps * (0.3 / loudest)


def hum(times: NDArray[np.float64], random: np.random.Generator) -> NDArray[np.float64]:
    """Of the mains, with its overtones."""
    overtones = np.arange(1, 9)[:, None]
    sound: NDArray[np.float64] = (np.sin(2 * np.pi * 50 * overtones * times) / overtones).sum(axis=0)
    return 0.1 * sound + 0.002 * hiss(times, random)


def dial_tone(times: NDArray[np.float64], _: np.random.Generator) -> NDArray[np.float64]:
    return 0.3 * np.sin(2 * np.pi * 425 * times)


def ringing(times: NDArray[np.float64], random: np.random.Generator) -> NDArray[np.float64]:
    """A second of tone, a second of nearly nothing."""
    return dial_tone(times, random) * (times % 2 < 1) + 0.001 * random.normal(size=len(times))


def keys(times: NDArray[np.float64], random: np.random.Generator) -> NDArray[np.float64]:
    """Telephone keys: pairs of tones of 120 ms."""
    low, high = (697, 770, 852, 941), (1209, 1336, 1477)
    sound = np.zeros(len(times))
    for number, start in enumerate(np.arange(0, times[-1], 0.3)):
        pressed = (times >= start) & (times < start + 0.12)
        for hz in (low[number % 4], high[number % 3]):
            sound[pressed] += 0.2 * np.sin(2 * np.pi * hz * times[pressed])
    return sound + 0.001 * random.normal(size=len(times))


def clicks(times: NDArray[np.float64], random: np.random.Generator) -> NDArray[np.float64]:
    sound = 0.001 * random.normal(size=len(times))
    sound[:: len(times) // 7] += 0.8
    return sound


def sweep(times: NDArray[np.float64], _: np.random.Generator) -> NDArray[np.float64]:
    """From 200 to 3,400 Hz in four seconds."""
    return 0.3 * np.sin(2 * np.pi * (200 * times + 400 * times**2))


def music(times: NDArray[np.float64], random: np.random.Generator) -> NDArray[np.float64]:
    """Chords of plucked strings: three notes with overtones, twice a second, dying away."""
    sound = np.zeros(len(times))
    for start in np.arange(0, times[-1], 0.5):
        since = np.maximum(times - start, 0)
        envelope = np.exp(-4 * since) * (times >= start) * np.minimum(1, since / 0.01)
        for note in random.choice((0, 3, 5, 7, 10, 12, 15), 3, replace=False):
            pitch = 220 * 2 ** (note / 12)
            for overtone in range(1, 7):
                sound += 0.06 / overtone * envelope * np.sin(2 * np.pi * pitch * overtone * times)
    return sound


MAKERS: dict[str, Callable[[NDArray[np.float64], np.random.Generator], NDArray[np.float64]]] = {
    maker.__name__: maker
    for maker in (silence, hiss, rumble, hum, dial_tone, ringing, keys, clicks, sweep, music)
}
NAMES = tuple(MAKERS)


def wave(name: str, rate_hz: int, seed: int = 1) -> Wave:
    """SECONDS of a sound."""
    times = np.arange(SECONDS * rate_hz) / rate_hz
    return np.clip(MAKERS[name](times, np.random.default_rng(seed)), -1, 1).astype(np.float32)
