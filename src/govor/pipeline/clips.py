"""Clips: stretches of speech in a file. They travel between processes by reference, never as samples."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

SAMPLE = np.dtype("<i2")  # one sample: signed 16 bit, little-endian, as in LINEAR16_PCM
FULL_SCALE = 32_768


@dataclass(frozen=True, kw_only=True, slots=True)
class Clip:
    """`samples` mono samples of `path` from sample `offset` on, at the model's sample rate."""

    path: str
    offset: int
    samples: int

    def wave(self) -> NDArray[np.float32]:
        """Read the samples as -1..1. Raises FileNotFoundError when the file is gone."""
        read = np.fromfile(self.path, SAMPLE, self.samples, offset=self.offset * SAMPLE.itemsize)
        return read.astype(np.float32) / np.float32(FULL_SCALE)
