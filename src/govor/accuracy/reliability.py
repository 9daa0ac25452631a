"""Whether confidences mean what they say: of the words at 0.8, eight in ten should be right. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

BINS = 10  # tenths: what people read off a confidence


@dataclass(frozen=True, slots=True)
class Judged:
    """A word heard: how sure the recogniser was, and whether it was right."""

    confidence: float
    right: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Bin:
    """Words whose confidences lie between two tenths."""

    low: float
    high: float
    words: int
    confidence: float  # their mean; 0 where there are none
    right: float  # the share of them that is right


def bins(judged: Sequence[Judged]) -> tuple[Bin, ...]:
    """BINS equal parts of 0..1; the last holds 1 too."""
    inside: list[list[Judged]] = [[] for _ in range(BINS)]
    for word in judged:
        inside[min(BINS - 1, int(word.confidence * BINS))].append(word)
    return tuple(
        Bin(
            low=index / BINS,
            high=(index + 1) / BINS,
            words=len(words),
            confidence=sum(word.confidence for word in words) / max(1, len(words)),
            right=sum(word.right for word in words) / max(1, len(words)),
        )
        for index, words in enumerate(inside)
    )


def expected_calibration_error(judged: Sequence[Judged]) -> float:
    """The mean distance between confidence and truth, bins weighing as many words as they have.

    Guo et al., On Calibration of Modern Neural Networks, 2017, equation 3. 0 is perfect.
    """
    return sum(part.words * abs(part.confidence - part.right) for part in bins(judged)) / max(1, len(judged))
