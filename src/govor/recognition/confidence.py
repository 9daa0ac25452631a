"""How sure a recognised word is: a logistic map of what the model and the beam search saw. No I/O."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from govor.recognition.beam import Reading
from govor.records import Reading as Heard


@dataclass(frozen=True, kw_only=True, slots=True)
class Calibration:
    """Weights of the logistic map; fitted on a development set, stored in config.json of the model."""

    bias: float = 1.0
    posterior: float = 0.5  # for each nat of the mean log-probability of the letters (0 is sure)
    ratio: float = 0.5  # for each nat a letter lies under the best symbols of its frames
    support: float = 2.0  # for the share of the readings that have the word
    clarity: float = 0.0  # for each nat of the clarity of the wave


@dataclass(frozen=True, slots=True)
class Evidence:
    """What was seen of one word."""

    posterior: float  # mean over its letters of the best log p of each, <= 0
    ratio: float  # log p of its path less that of the best symbol of each frame, by letter, <= 0
    support: float  # 0..1
    clarity: float  # of the wave it is in, <= 0


def evidence(
    log_probs: NDArray[np.float32], symbols: Sequence[int], begins: Sequence[int], ends: Sequence[int]
) -> tuple[float, float]:
    """Posterior and ratio of a word whose letters lie at these frames of log p [frames, symbols]."""
    letters = list(zip(symbols, begins, ends, strict=True))
    peaks = [float(log_probs[begin:end, symbol].max()) for symbol, begin, end in letters]
    behind = [
        float((log_probs[begin:end, symbol] - log_probs[begin:end].max(axis=1)).sum())
        for symbol, begin, end in letters
    ]
    return float(np.mean(peaks)), float(np.mean(behind))


def clarity(log_probs: NDArray[np.float32], blank: int) -> float:
    """How sure the model is of a wave: its mean best log p where that is no blank, else 0.

    A word of a wave that is hard to understand is less likely to be right than its own letters tell.
    """
    best = log_probs.argmax(axis=1)
    spoken = best != blank
    return float(log_probs.max(axis=1)[spoken].mean()) if spoken.any() else 0.0


def support(word: str, readings: Sequence[Reading]) -> float:
    """The share of probability of the readings that contain the word."""
    scores = np.array([reading.score for reading in readings])
    weights = np.exp(scores - scores.max())
    have = [word in reading.text.split() for reading in readings]
    return float(weights[have].sum() / weights.sum())


def probable(readings: Sequence[Reading], least: float = 0.005) -> list[Heard]:
    """The texts of the readings with their shares of probability, those of at least `least`, best first."""
    scores = np.array([reading.score for reading in readings])
    weights = np.exp(scores - scores.max())
    shares = (weights / weights.sum()).tolist()
    rows = (Heard(text=each.text, probability=share) for each, share in zip(readings, shares, strict=True))
    return [row for row in rows if row.probability >= least and row.text]


def confidence(seen: Evidence, calibration: Calibration) -> float:
    """0..1, rounded to a thousandth."""
    logit = (
        calibration.bias
        + calibration.posterior * seen.posterior
        + calibration.ratio * seen.ratio
        + calibration.support * seen.support
        + calibration.clarity * seen.clarity
    )
    return round(1 / (1 + float(np.exp(-np.clip(logit, -20, 20)))), 3)
