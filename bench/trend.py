"""A straight line through measurements: how fast something grows. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

HOUR_SECONDS = 3600.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Trend:
    """A line by least squares; `error` is the standard error of the slope."""

    per_hour: float
    error: float


def of(seconds: Sequence[float], values: Sequence[float]) -> Trend:
    """The trend of values measured at these times; at least three of them."""
    x, y = np.asarray(seconds, float) / HOUR_SECONDS, np.asarray(values, float)
    if len(x) < 3 or np.ptp(x) == 0:
        raise ValueError("a trend needs three measurements at different times")
    slope, intercept = np.polyfit(x, y, 1)
    left = y - (slope * x + intercept)
    error = np.sqrt((left @ left) / (len(x) - 2) / ((x - x.mean()) @ (x - x.mean())))
    return Trend(per_hour=float(slope), error=float(error))


def after_warming(seconds: Sequence[float], values: Sequence[float], share: float) -> Trend:
    """The same without the first `share` of the time."""
    begin = seconds[0] + share * (seconds[-1] - seconds[0])
    kept = [(second, value) for second, value in zip(seconds, values, strict=True) if second >= begin]
    return of(*zip(*kept, strict=True))
