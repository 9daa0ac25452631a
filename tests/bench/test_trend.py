"""The slope of memory over time."""

import numpy as np
import pytest

from bench import trend

HOUR = 3600


@pytest.mark.parametrize("slope", [-5.0, 0.0, 12.5])
def test_slope_is_told_by_the_hour(slope: float) -> None:
    seconds = [0.0, 600.0, 1200.0, 3000.0]
    found = trend.of(seconds, [100 + slope * second / HOUR for second in seconds])
    assert found.per_hour == pytest.approx(slope, abs=1e-6)
    assert found.error == pytest.approx(0, abs=1e-6)


def test_noise_is_told_as_error() -> None:
    chance = np.random.default_rng(1)
    seconds = list(np.arange(0, HOUR, 5.0))
    found = trend.of(seconds, list(300 + chance.normal(0, 10, len(seconds))))
    assert abs(found.per_hour) < 3 * found.error
    assert 0 < found.error < 5


def test_warming_up_is_left_out() -> None:
    seconds = [0.0, 100.0, 200.0, 300.0, 400.0]
    assert trend.after_warming(seconds, [10, 90, 300, 300, 300], 0.5).per_hour == pytest.approx(0, abs=1e-9)
    assert trend.after_warming(seconds, [10, 90, 300, 300, 300], 0).per_hour > 1000


@pytest.mark.parametrize("seconds", [[1.0, 2.0], [5.0, 5.0, 5.0]])
def test_too_few_measurements_have_no_trend(seconds: list[float]) -> None:
    with pytest.raises(ValueError, match="three measurements"):
        trend.of(seconds, [1.0] * len(seconds))
