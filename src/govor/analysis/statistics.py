"""Descriptive statistics, as API v3 has them. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, kw_only=True, slots=True)
class Statistics:
    """Of some values; all zero where there are none."""

    least: float = 0.0
    most: float = 0.0
    mean: float = 0.0
    deviation: float = 0.0  # standard deviation of the values themselves, not an estimate for more of them
    quantiles: tuple[tuple[float, float], ...] = ()  # level, value


def described(values: Sequence[float], levels: Sequence[float]) -> Statistics:
    """Quantiles are interpolated between the values beside them (numpy's `linear`)."""
    if not values:
        return Statistics(quantiles=tuple((level, 0.0) for level in levels))
    array = np.asarray(values, np.float64)
    return Statistics(
        least=float(array.min()),
        most=float(array.max()),
        mean=float(array.mean()),
        deviation=float(array.std()),
        quantiles=tuple((level, float(np.quantile(array, level))) for level in levels),
    )
