"""A piece of sound on its way from a decoder to a Block."""

from dataclasses import dataclass

import av
import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.float32]  # [channels, n], within -1..1


@dataclass(frozen=True, slots=True)
class Piece:
    """Sound that follows the piece before it without a gap."""

    rate_hz: int
    samples: Samples


def from_frame(frame: av.AudioFrame, channels: int) -> Samples:
    """The samples of a frame of planes of floats.

    Not `to_ndarray`: it takes what lies behind the eighth plane for a ninth.
    """
    samples = np.empty((channels, frame.samples), np.float32)
    for row, plane in zip(samples, frame.planes, strict=False):
        row[:] = np.frombuffer(memoryview(plane), np.float32, count=frame.samples)
    return samples


def silence(channels: int, samples: int) -> Samples:
    """Zeros, [channels, samples]."""
    return np.zeros((channels, samples), np.float32)


def fit(samples: Samples, channels: int) -> Samples:
    """Make it `channels` wide: missing channels are silent, surplus ones are mixed into those there are."""
    if len(samples) == channels:
        return samples
    fitted = silence(channels, samples.shape[1])
    for channel in range(min(channels, len(samples))):
        fitted[channel] = samples[channel::channels].mean(axis=0)
    return fitted
