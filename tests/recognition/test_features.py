"""The GigaAM front end against its definition, written out with loops."""

import math

import numpy as np
import pytest
from numpy.typing import NDArray

from govor.errors import ModelFailed
from govor.recognition import features


def mel(hz: float) -> float:
    """HTK."""
    return 2595 * math.log10(1 + hz / 700)


def slow_frame(window: NDArray[np.float32]) -> list[float]:
    """One frame of 320 samples: periodic Hann, DFT, power, triangles, clip, logarithm."""
    tapered = [
        value * (0.5 - 0.5 * math.cos(2 * math.pi * n / 320)) for n, value in enumerate(window.tolist())
    ]
    angles = -2j * np.pi * np.outer(np.arange(161), np.arange(320)) / 320
    power = np.abs(np.exp(angles) @ np.array(tapered)) ** 2
    corners = [700 * (10 ** (mel(8000) * i / 65 / 2595) - 1) for i in range(66)]
    bands = []
    for low, centre, high in zip(corners, corners[1:], corners[2:], strict=False):
        total = 0.0
        for bin_number, value in enumerate(power):
            hz = bin_number * 50
            total += value * max(0.0, min((hz - low) / (centre - low), (high - hz) / (high - centre)))
        bands.append(math.log(min(max(total, 1e-9), 1e9)))
    return bands


def test_gigaam_features_are_what_their_definition_says() -> None:
    wave = np.random.default_rng(1).normal(size=800).astype(np.float32) * 0.1
    found = features.front_end("gigaam_v3").features(wave)
    assert found.shape == (64, 4)
    for frame in range(4):
        expected = slow_frame(wave[frame * 160 : frame * 160 + 320])
        np.testing.assert_allclose(found[:, frame], expected, atol=2e-3)


@pytest.mark.parametrize(
    ("samples", "frames"), [(0, 0), (319, 0), (320, 1), (479, 1), (480, 2), (16_000, 99)]
)
def test_no_frame_looks_past_the_end(samples: int, frames: int) -> None:
    found = features.gigaam_features(np.zeros(samples, np.float32))
    assert found.shape == (64, frames)
    assert found.dtype == np.float32


def test_silence_is_the_floor_and_not_minus_infinity() -> None:
    found = features.gigaam_features(np.zeros(3200, np.float32))
    np.testing.assert_allclose(found, math.log(1e-9), rtol=1e-6)


@pytest.mark.parametrize("name", ["telephone", "gigaam_v3"])
def test_front_ends_keep_their_word(name: str) -> None:
    front_end = features.front_end(name)
    wave = np.random.default_rng(2).normal(size=front_end.sample_rate_hz).astype(np.float32) * 0.1
    found = front_end.features(wave)
    assert found.shape[0] == front_end.bands
    assert found.dtype == np.float32
    assert abs(found.shape[1] - 100) <= 2


def test_an_unknown_front_end_is_named() -> None:
    with pytest.raises(ModelFailed, match="unknown front end: kaldi"):
        features.front_end("kaldi")
