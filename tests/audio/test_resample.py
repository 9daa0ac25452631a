"""The resampler: nothing folds back, nothing moves."""

import numpy as np
import pytest
from numpy.typing import NDArray

from govor.audio.resample import Resampler
from govor.audio.sound import Samples, fit
from tests.audio.recordings import tone


def resampled(samples: Samples, rate_hz: int, to_hz: int, piece: int = 4_800) -> NDArray[np.int16]:
    resampler = Resampler(rate_hz, len(samples), to_hz=to_hz)
    parts = [resampler.feed(samples[:, at : at + piece]) for at in range(0, samples.shape[1], piece)]
    return np.concatenate([*parts, resampler.finish()], axis=1)


def wave(hz: float, rate_hz: int) -> Samples:
    return (tone(1, (hz,), rate_hz) / 32_768).astype(np.float32)


def loudness(samples: NDArray[np.int16]) -> float:
    """Root mean square, away from the ends."""
    middle = samples[0, len(samples[0]) // 10 : -len(samples[0]) // 10].astype(float)
    return float(np.sqrt(np.mean(middle**2)))


@pytest.mark.parametrize(
    ("hz", "rate_hz", "to_hz", "decibels_min", "decibels_max"),
    [
        (440, 48_000, 16_000, -0.1, 0.1),
        (7_000, 48_000, 16_000, -0.5, 0.5),
        (9_000, 48_000, 16_000, -200, -60),
        (15_000, 48_000, 16_000, -200, -60),
        (3_400, 48_000, 8_000, -0.5, 0.5),
        (4_600, 48_000, 8_000, -200, -60),
        (9_000, 44_100, 16_000, -200, -60),
        (3_400, 8_000, 16_000, -0.5, 0.5),
        (440, 11_025, 16_000, -0.1, 0.1),
    ],
)
def test_tones_above_half_the_rate_vanish_and_those_below_stay(
    hz: float, rate_hz: int, to_hz: int, decibels_min: float, decibels_max: float
) -> None:
    change = loudness(resampled(wave(hz, rate_hz), rate_hz, to_hz)) / (8_000 / np.sqrt(2))
    assert decibels_min <= 20 * np.log10(change + 1e-9) <= decibels_max


@pytest.mark.parametrize("rate_hz", [8_000, 11_025, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000])
@pytest.mark.parametrize("to_hz", [8_000, 16_000])
def test_a_click_stays_where_it_is(rate_hz: int, to_hz: int) -> None:
    samples = np.zeros((1, rate_hz), np.float32)
    samples[0, rate_hz // 2] = 0.9
    found = resampled(samples, rate_hz, to_hz)
    assert abs(int(np.abs(found[0]).argmax()) - to_hz // 2) <= 1
    assert found.shape[1] == to_hz


def test_pieces_of_any_size_make_the_same_sound() -> None:
    samples = wave(700, 44_100)
    whole = resampled(samples, 44_100, 16_000, piece=44_100)
    for piece in (1_152, 7_777):
        np.testing.assert_array_equal(resampled(samples, 44_100, 16_000, piece), whole)


def test_the_same_rate_changes_no_sample() -> None:
    samples = np.arange(-32_768, 32_768, dtype=np.int32)[None]
    found = resampled((samples / 32_768).astype(np.float32), 16_000, 16_000)
    np.testing.assert_array_equal(found, samples)


def test_too_loud_a_sound_is_clipped_not_wrapped() -> None:
    found = resampled(np.full((1, 1_000), 1.5, np.float32), 16_000, 16_000)
    assert (found == 32_767).all()


@pytest.mark.parametrize("channels", range(1, 9))
def test_channels_are_never_mixed(channels: int) -> None:
    samples = np.zeros((channels, 4_800), np.float32)
    samples[channels - 1] = 0.5
    found = resampled(samples, 48_000, 16_000)
    assert not found[: channels - 1].any()
    assert abs(int(found[channels - 1, 800]) - 16_384) <= 2


def test_a_narrow_sound_fills_the_first_channels_and_a_wide_one_is_mixed() -> None:
    narrow = np.array([[0.5, 0.5]], np.float32)
    np.testing.assert_array_equal(fit(narrow, 2), [[0.5, 0.5], [0, 0]])
    wide = np.array([[0.5], [0.125], [0.25]], np.float32)
    np.testing.assert_array_equal(fit(wide, 2), [[0.375], [0.125]])
    np.testing.assert_allclose(fit(wide, 1), [[0.875 / 3]])
