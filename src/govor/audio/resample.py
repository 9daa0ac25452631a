"""Sound of any rate and 1 to 8 channels to int16 at the recogniser's rate, piece by piece (libswresample)."""

import av
import numpy as np
from numpy.typing import NDArray

from govor.audio.sound import Samples, silence

# Any layout with the right number of channels does: in and out are the same, so nothing is mixed.
_LAYOUTS = ("mono", "stereo", "2.1", "quad", "5.0", "5.1", "6.1", "7.1")

# The filter gives nothing for less than its own length, at most 32 samples of the lower rate.
FLUSH_SECONDS = 0.05


class Resampler:
    """One pass with an anti-aliasing filter; output sample k is at the time of input sample k * in / out."""

    def __init__(self, rate_hz: int, channels: int, *, to_hz: int) -> None:
        self._rate_hz, self._to_hz, self._channels = rate_hz, to_hz, channels
        self._layout = _LAYOUTS[channels - 1]
        self._swr = av.AudioResampler(format="s16", layout=self._layout, rate=to_hz)
        self._fed = self._given = 0

    def feed(self, samples: Samples) -> NDArray[np.int16]:
        """[channels, n] in, [channels, m] out; the filter keeps the last few samples for the next call."""
        if samples.shape[1] == 0:
            return self._joined([])
        # Not planes: PyAV miscounts them when there are eight.
        interleaved = np.ascontiguousarray(samples.T, np.float32).reshape(1, -1)
        frame = av.AudioFrame.from_ndarray(interleaved, format="flt", layout=self._layout)
        frame.sample_rate = self._rate_hz
        given = self._joined(self._swr.resample(frame))
        self._fed, self._given = self._fed + samples.shape[1], self._given + given.shape[1]
        return given

    def finish(self) -> NDArray[np.int16]:
        """What the filter still holds: in all, exactly as long as what was fed."""
        left = round(self._fed * self._to_hz / self._rate_hz) - self._given
        if not self._fed:
            return self._joined([])
        tail = self.feed(silence(self._channels, round(FLUSH_SECONDS * self._rate_hz)))
        rest = self._joined(self._swr.resample(None))
        return np.concatenate([tail, rest], axis=1)[:, : max(0, left)]

    def _joined(self, frames: list[av.AudioFrame]) -> NDArray[np.int16]:
        arrays = [frame.to_ndarray().astype(np.int16, copy=False) for frame in frames]
        interleaved = np.concatenate([np.zeros((1, 0), np.int16), *arrays], axis=1)
        return interleaved.reshape(-1, self._channels).T
