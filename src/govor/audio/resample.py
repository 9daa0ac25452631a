"""Sound of any rate and 1 to 8 channels to int16 at the recogniser's rate, piece by piece (libswresample)."""

import av
import numpy as np
from numpy.typing import NDArray

from govor.audio.sound import Samples

# Any layout with the right number of channels does: in and out are the same, so nothing is mixed.
_LAYOUTS = ("mono", "stereo", "2.1", "quad", "5.0", "5.1", "6.1", "7.1")


class Resampler:
    """One pass with an anti-aliasing filter; output sample k is at the time of input sample k * in / out."""

    def __init__(self, rate_hz: int, channels: int, *, to_hz: int) -> None:
        self._rate_hz, self._channels = rate_hz, channels
        self._layout = _LAYOUTS[channels - 1]
        self._swr = av.AudioResampler(format="s16p", layout=self._layout, rate=to_hz)
        self._fed = False

    def feed(self, samples: Samples) -> NDArray[np.int16]:
        """[channels, n] in, [channels, m] out; the filter keeps the last few samples for the next call."""
        if samples.shape[1] == 0:
            return self._joined([])
        self._fed = True
        plain = np.ascontiguousarray(samples, np.float32)
        frame = av.AudioFrame.from_ndarray(plain, format="fltp", layout=self._layout)
        frame.sample_rate = self._rate_hz
        return self._joined(self._swr.resample(frame))

    def finish(self) -> NDArray[np.int16]:
        """What the filter still holds."""
        return self._joined(self._swr.resample(None) if self._fed else [])

    def _joined(self, frames: list[av.AudioFrame]) -> NDArray[np.int16]:
        arrays = [frame.to_ndarray().astype(np.int16, copy=False) for frame in frames]
        return np.concatenate([np.zeros((self._channels, 0), np.int16), *arrays], axis=1)
