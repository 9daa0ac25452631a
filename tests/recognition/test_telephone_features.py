"""The service's features against the program that made the features the model was trained on.

The golden file holds what `sphinx_fe` (Debian's sphinxbase-utils 0.8) writes for `speech_like()` stored as
16-bit samples in speech.raw:

    sphinx_fe -i speech.raw -o golden.mfc -raw yes -samprate 8000 -nfilt 15 -lowerf 200 -upperf 3500
        -transform dct -lifter 22 -remove_noise yes -remove_silence no -dither no
"""

import time
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from govor.recognition import telephone_features as telephone

GOLDEN = Path(__file__).parent / "data" / "sphinx_fe.npz"
CEPSTRA_TOLERANCE = 1e-3  # of values up to 200; float32 rounding in the file alone is 1e-5
SECONDS_PER_SECOND_MAX = 0.02  # ten times what a quiet machine needs


def speech_like() -> NDArray[np.float32]:
    """3 s of a gliding buzz with moving resonances, pauses and a little noise, on the 16-bit grid."""
    time_s = np.arange(3 * telephone.SAMPLE_RATE_HZ) / telephone.SAMPLE_RATE_HZ
    pitch_hz = 120 * (1 + 0.2 * np.sin(2 * np.pi * 0.7 * time_s))
    phase = 2 * np.pi * np.cumsum(pitch_hz) / telephone.SAMPLE_RATE_HZ
    resonance_hz = 1200 * (1 + 0.5 * np.sin(2 * np.pi * 1.3 * time_s))
    buzz = sum(
        np.sin(k * phase) * np.exp(-(((k * pitch_hz - resonance_hz) / 600) ** 2)) for k in range(1, 20)
    )
    noise = np.sin(np.arange(len(time_s)) ** 2 % 9973)  # the same on every machine and numpy
    wave = 0.08 * buzz * (np.sin(2 * np.pi * 2.1 * time_s) > -0.2) + 0.002 * noise
    return (np.round(wave * 32768) / 32768).astype(np.float32)


def cepstra(wave: NDArray[np.float32]) -> NDArray[np.float64]:
    """What sphinx_fe writes: liftered cepstra of the cleaned energies."""
    energies = telephone.without_noise(telephone.mel_energies(wave))
    lifter = 1 + 11 * np.sin(np.arange(telephone.CEPSTRA) * np.pi / 22)
    liftered: NDArray[np.float64] = np.log(energies + telephone.LOG_OFFSET) @ telephone.dct().T * lifter
    return liftered


def test_cepstra_are_those_of_sphinx_fe() -> None:
    golden = np.load(GOLDEN)["cepstra"]
    np.testing.assert_allclose(cepstra(speech_like()), golden, atol=CEPSTRA_TOLERANCE)


def test_features_are_floored_and_have_no_mean() -> None:
    features = telephone.telephone_features(speech_like())
    assert features.shape == (telephone.BANDS, 299)
    assert features.dtype == np.float32
    np.testing.assert_allclose(features.mean(axis=1), 0, atol=1e-4)


def test_features_come_back_from_stored_cepstra() -> None:
    """Training knows real speech only as 13 cepstra; the service must feed what can be made of them."""
    lifter = 1 + 11 * np.sin(np.arange(telephone.CEPSTRA) * np.pi / 22)
    restored = telephone.normalised(cepstra(speech_like()) / lifter @ telephone.dct())
    np.testing.assert_allclose(restored.T, telephone.telephone_features(speech_like()), atol=1e-4)


@pytest.mark.parametrize(
    ("samples", "frames"), [(0, 0), (1, 1), (204, 1), (205, 2), (284, 2), (285, 3), (8000, 99)]
)
def test_frames_follow_from_samples(samples: int, frames: int) -> None:
    features = telephone.telephone_features(speech_like()[:samples])
    assert features.shape == (telephone.BANDS, frames)
    assert np.isfinite(features).all()


@pytest.mark.parametrize("level", [0.0, 1e-4, 1.0])
def test_silence_and_steady_sounds_stay_finite(level: float) -> None:
    assert np.isfinite(telephone.telephone_features(np.full(8000, level, np.float32))).all()


def test_loudness_hardly_matters() -> None:
    loud, soft = (telephone.telephone_features(speech_like() * gain) for gain in (1.0, 0.25))
    assert np.abs(loud - soft).mean() < 0.2  # of features whose deviation is about 2


def test_same_wave_same_features() -> None:
    """No state is left from one wave to the next."""
    first = telephone.telephone_features(speech_like())
    telephone.telephone_features(np.ones(4000, np.float32))
    np.testing.assert_array_equal(first, telephone.telephone_features(speech_like()))


def test_features_cost_little() -> None:
    wave = np.tile(speech_like(), 5)
    telephone.telephone_features(wave)
    start = time.process_time()
    telephone.telephone_features(wave)
    assert time.process_time() - start < SECONDS_PER_SECOND_MAX * len(wave) / telephone.SAMPLE_RATE_HZ
