"""Waves and stored cepstra → the log-mel frames a corpus holds; augmentation that needs the wave.

Everything goes through govor.recognition.telephone_features, the code of the service.
"""

import numpy as np
from numpy.typing import NDArray
from scipy.signal import fftconvolve, lfilter, resample_poly

from govor.recognition import telephone_features as telephone

Wave = NDArray[np.float32]
RATE = telephone.SAMPLE_RATE_HZ
LIFTER = 22


def log_bands(wave: Wave) -> NDArray[np.float32]:
    """Mono 8 kHz wave, -1..1 → projected log energies, not normalised: (frames, 15)."""
    energies = telephone.without_noise(telephone.mel_energies(wave))
    logs = np.log(energies + telephone.LOG_OFFSET) @ telephone.cepstral_projection()
    return logs.astype(np.float32)


def bands_of_cepstra(cepstra: NDArray[np.float32]) -> NDArray[np.float32]:
    """Liftered Sphinx cepstra (frames, 13) → log energies (frames, 15): the least-squares inverse."""
    lifter = 1 + LIFTER / 2 * np.sin(np.arange(telephone.CEPSTRA) * np.pi / LIFTER)
    return (cepstra / lifter @ telephone.dct()).astype(np.float32)


def at_8_khz(samples: NDArray[np.int16], rate_hz: int) -> Wave:
    """16-bit samples at any whole rate → mono 8 kHz wave, -1..1."""
    common = int(np.gcd(rate_hz, RATE))
    wave = resample_poly(samples.astype(np.float32) / 32768, RATE // common, rate_hz // common)
    return wave.astype(np.float32)


def roughened(wave: Wave, random: np.random.Generator) -> Wave:
    """The same words over a worse line: speed, room, noise, band limits, mu-law, level."""
    wave = at_speed(wave, random.uniform(0.88, 1.14))
    if random.random() < 0.35:
        wave = in_room(wave, random)
    if random.random() < 0.7:
        wave = wave + noise(len(wave), random) * level(wave) * 10 ** (-random.uniform(4, 30) / 20)
    if random.random() < 0.4:
        wave = through_line(wave, random)
    wave = wave * (random.uniform(0.03, 0.9) / max(float(np.abs(wave).max()), 1e-4))
    if random.random() < 0.3:
        wave = mu_law(wave)
    return wave.astype(np.float32)


def level(wave: Wave) -> float:
    """Root mean square of the louder half of 20 ms blocks."""
    blocks = np.square(wave[: len(wave) // 160 * 160].reshape(-1, 160)).mean(axis=1)
    return float(np.sqrt(np.sort(blocks)[len(blocks) // 2 :].mean())) if len(blocks) else 0.0


def at_speed(wave: Wave, factor: float) -> Wave:
    """Faster (factor > 1) and higher, by linear interpolation."""
    positions = np.arange(0, len(wave) - 1, factor)
    return np.interp(positions, np.arange(len(wave)), wave).astype(np.float32)


def in_room(wave: Wave, random: np.random.Generator) -> Wave:
    """Convolve with a direct path and a decaying noise tail of 0.15-0.6 s."""
    seconds = random.uniform(0.15, 0.6)
    length = int(RATE * seconds)
    tail = random.normal(size=length) * np.exp(-6.9 * np.arange(length) / length)
    tail *= random.uniform(0.1, 0.8) / np.sqrt(np.square(tail).sum())
    tail[0] = 1.0
    return fftconvolve(wave, tail)[: len(wave)].astype(np.float32)


def noise(length: int, random: np.random.Generator) -> Wave:
    """Coloured noise of unit power, sometimes with a hum, its loudness wandering."""
    colour = random.uniform(-0.5, 0.97)
    sound = lfilter([1.0], [1.0, -colour], random.normal(size=length))
    if random.random() < 0.2:
        hum_hz = random.choice([50, 100, 150, 400, 1000])
        sound = sound + random.uniform(0.3, 2) * np.sin(2 * np.pi * hum_hz * np.arange(length) / RATE)
    knots = max(2, length // 4000)
    swell = np.interp(
        np.linspace(0, knots, length), np.arange(knots + 1), random.uniform(0.4, 1.6, knots + 1)
    )
    sound *= swell
    return (sound / max(float(np.sqrt(np.square(sound).mean())), 1e-9)).astype(np.float32)


def through_line(wave: Wave, random: np.random.Generator) -> Wave:
    """A one-pole high-pass at 100-400 Hz and a gentle low-pass, as cheap microphones have."""
    keep = np.exp(-2 * np.pi * random.uniform(100, 400) / RATE)
    high = lfilter([1.0, -1.0], [1.0, -keep], wave)
    return lfilter([1.0, random.uniform(0, 0.6)], [1.0], high).astype(np.float32)


def mu_law(wave: Wave) -> Wave:
    """8-bit mu-law and back (ITU-T G.711)."""
    squeezed = np.sign(wave) * np.log1p(255 * np.abs(wave)) / np.log(256)
    steps = np.round(squeezed * 127) / 127
    return (np.sign(steps) * (256 ** np.abs(steps) - 1) / 255).astype(np.float32)
