"""Telephone-band log-mel features, the input of the embedded `ru-RU` model. No I/O, no state.

Rule 1: the numbers are those of CMU Sphinx's `sphinx_fe` (sphinxbase, BSD licence: fe_sigproc.c, fe_noise.c)
        with samprate 8000, nfilt 15, lowerf 200, upperf 3500, transform dct, lifter 22, remove_noise yes,
        remove_silence no, dither no. The model was trained on features made by that program, so every
        constant here is its constant; tests/recognition/test_telephone_features.py compares the two.
Rule 2: the state of the noise removal is fresh at the start of every wave: same wave, same features.
Rule 3: training imports this very module, so the service and the model cannot drift apart.
"""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

SAMPLE_RATE_HZ = 8000
BANDS = 15
FRAME_MS = 10

FRAME_SAMPLES = SAMPLE_RATE_HZ * FRAME_MS // 1000
WINDOW_SAMPLES = 205  # 25.625 ms, sphinx_fe's -wlen
FFT_SAMPLES = 512
LOWEST_HZ, HIGHEST_HZ = 200.0, 3500.0
PRE_EMPHASIS = 0.97
INT16_SCALE = 32768.0  # sphinx_fe reads 16-bit samples, and its noise floor of 1.0 is in their units
LOG_OFFSET = 1e-4  # keeps the logarithm of digital silence finite
CEPSTRA = 13  # kept out of 15: the stored training features have no more
FLOOR_NATS = 9.0  # quieter than the loudest one percent by this much is silence to the model
LOUD_PERCENTILE = 99.0

# Noise removal: the names of fe_noise.c in words.
POWER_SMOOTHING = 0.7
ENVELOPE_RISE, ENVELOPE_FALL = 0.995, 0.5
MASKING_DECAY, MASKING_LEVEL = 0.85, 0.2
GAIN_MAX = 20.0
SMOOTHING_REACH = 4  # bands on either side
SMALLEST_SIGNAL = 1.0


def telephone_features(wave: NDArray[np.float32]) -> NDArray[np.float32]:
    """Mono wave, -1..1, at 8 kHz → natural-log mel energies minus their mean: (15 bands, frames), float32."""
    if wave.size == 0:
        return np.zeros((BANDS, 0), np.float32)
    energies = without_noise(mel_energies(wave))
    return normalised(np.log(energies + LOG_OFFSET) @ cepstral_projection()).T


def normalised(logs: Floats) -> NDArray[np.float32]:
    """Log energies (frames, bands) → floored under the loudest, every band's mean removed, float32."""
    floor = np.percentile(logs, LOUD_PERCENTILE) - FLOOR_NATS
    floored = np.maximum(logs, floor)
    return np.ascontiguousarray(floored - floored.mean(axis=0), np.float32)


def mel_energies(wave: NDArray[np.float32]) -> Floats:
    """Mono wave, -1..1 → mel-band energies in 16-bit units: (frames, bands).

    The last frame is padded with zeros, as sphinx_fe does at the end of an utterance.
    """
    samples = wave.astype(np.float64) * INT16_SCALE
    emphasised = samples.copy()
    emphasised[1:] -= PRE_EMPHASIS * samples[:-1]
    whole_frames = max(0, (len(samples) - WINDOW_SAMPLES) // FRAME_SAMPLES + 1)
    padded = np.zeros(whole_frames * FRAME_SAMPLES + WINDOW_SAMPLES)
    kept = min(len(padded), len(samples))
    padded[:kept] = emphasised[:kept]
    windows = np.lib.stride_tricks.sliding_window_view(padded, WINDOW_SAMPLES)[::FRAME_SAMPLES]
    spectrum = np.fft.rfft(windows * np.hamming(WINDOW_SAMPLES), FFT_SAMPLES)
    energies: Floats = (spectrum.real**2 + spectrum.imag**2) @ mel_filters()
    return energies


def without_noise(energies: Floats) -> Floats:
    """Scale energies (frames, bands) down where they do not stand out of the noise (fe_noise.c)."""
    power = smoothed_power(energies)
    signal = np.maximum(power - lower_envelope(power, energies[0] / GAIN_MAX), SMALLEST_SIGNAL)
    floor = lower_envelope(signal, energies[0] / GAIN_MAX)
    audible = np.maximum(masked(signal), floor)
    gain = np.clip(audible / np.maximum(power, np.finfo(np.float64).tiny), 1 / GAIN_MAX, GAIN_MAX)
    return energies * (gain @ band_smoothing())


def smoothed_power(energies: Floats) -> Floats:
    """p[t] = 0.7 p[t-1] + 0.3 e[t], starting from p[-1] = e[0]."""
    power = np.empty_like(energies)
    fresh = (1 - POWER_SMOOTHING) * energies
    previous = energies[0]
    for frame, row in enumerate(fresh):
        previous = np.add(POWER_SMOOTHING * previous, row, out=power[frame])
    return power


def lower_envelope(values: Floats, start: Floats) -> Floats:
    """Follow the minima of `values` (frames, bands): rise slowly, fall fast.

    Both branches of fe_lower_envelope are e + k (v - e); the slow k wins where v > e and the fast one
    where v < e, which is the smaller of the two either way.
    """
    envelope = np.empty_like(values)
    slow, fast = (1 - ENVELOPE_RISE) * values, (1 - ENVELOPE_FALL) * values
    previous = start
    for frame in range(len(values)):
        rising = ENVELOPE_RISE * previous + slow[frame]
        falling = ENVELOPE_FALL * previous + fast[frame]
        previous = np.minimum(rising, falling, out=envelope[frame])
    return envelope


def masked(signal: Floats) -> Floats:
    """Temporal masking: what is far under a peak that has just passed becomes a constant part of it."""
    decay = np.log(MASKING_DECAY) * np.arange(len(signal))[:, None]
    peaks = np.exp(np.maximum.accumulate(np.log(signal) - decay, axis=0) + decay)
    passed = np.zeros_like(signal)
    passed[1:] = MASKING_DECAY * peaks[:-1]
    masked_signal: Floats = np.where(signal < MASKING_DECAY * passed, MASKING_LEVEL * passed, signal)
    return masked_signal


@lru_cache
def mel_filters() -> Floats:
    """Triangles of unit area, corners rounded to FFT bins: (bins, bands) (fe_build_melfilters)."""
    mel_low, mel_high = (2595 * np.log10(1 + hz / 700) for hz in (LOWEST_HZ, HIGHEST_HZ))
    corners_hz = 700 * (10 ** (np.linspace(mel_low, mel_high, BANDS + 2) / 2595) - 1)
    bin_hz = SAMPLE_RATE_HZ / FFT_SAMPLES
    corners_hz = np.floor(corners_hz / bin_hz + 0.5) * bin_hz
    left, centre, right = corners_hz[:-2], corners_hz[1:-1], corners_hz[2:]
    hz = np.arange(FFT_SAMPLES // 2 + 1)[:, None] * bin_hz
    triangles = np.minimum((hz - left) / (centre - left), (right - hz) / (right - centre))
    filters: Floats = np.maximum(triangles, 0) * 2 / (right - left)
    return filters


@lru_cache
def band_smoothing() -> Floats:
    """The mean over a band and its four neighbours on each side, fewer at the edges: (bands, bands)."""
    band = np.arange(BANDS)
    near = (np.abs(band[:, None] - band) <= SMOOTHING_REACH).astype(np.float64)
    smoothing: Floats = near / near.sum(axis=0)
    return smoothing


@lru_cache
def dct() -> Floats:
    """The first 13 rows of the orthonormal DCT-II: (cepstra, bands)."""
    rows = np.arange(CEPSTRA)[:, None]
    matrix: Floats = np.sqrt(2 / BANDS) * np.cos(np.pi / BANDS * rows * (np.arange(BANDS) + 0.5))
    matrix[0] = np.sqrt(1 / BANDS)
    return matrix


@lru_cache
def cepstral_projection() -> Floats:
    """What is left of log energies after 13 cepstra and back: (bands, bands), symmetric.

    The lifter scales the cepstra and its inverse scales them back, so it cancels.
    """
    projection: Floats = dct().T @ dct()
    return projection
