"""espeak-ng's library: speech whose word times are known, because it says when it begins each word."""

import ctypes
import ctypes.util
from dataclasses import dataclass

import av
import numpy as np
from numpy.typing import NDArray

SYNCHRONOUS = 2  # AUDIO_OUTPUT_SYNCHRONOUS of <espeak-ng/speak_lib.h>
WORD, END = 1, 5  # espeak_EVENT_TYPE
RATE = 1  # espeak_PARAMETER: words a minute
UTF8 = 1


class Event(ctypes.Structure):
    """espeak_EVENT."""

    _fields_ = (
        ("type", ctypes.c_int),
        ("unique_identifier", ctypes.c_uint),
        ("text_position", ctypes.c_int),  # characters from 1
        ("length", ctypes.c_int),
        ("audio_position", ctypes.c_int),  # milliseconds
        ("sample", ctypes.c_int),
        ("user_data", ctypes.c_void_p),
        ("id", ctypes.c_char * 8),
    )


Callback = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.POINTER(Event))


@dataclass(frozen=True, slots=True)
class Spoken:
    """A text as sound. `starts_ms` has the begin of each word, in order; None where espeak-ng tells none."""

    samples: NDArray[np.int16]
    words: tuple[str, ...]
    starts_ms: tuple[int | None, ...]


class Espeak:
    """One voice; the library allows one at a time in a process."""

    def __init__(self, voice: str, words_a_minute: int = 150) -> None:
        name = ctypes.util.find_library("espeak-ng")
        if name is None:
            raise SystemExit("libespeak-ng is not installed (Debian: libespeak-ng1)")
        self._library = ctypes.CDLL(name)
        self.sample_rate_hz = int(self._library.espeak_Initialize(SYNCHRONOUS, 0, None, 0))
        self._library.espeak_SetVoiceByName(voice.encode())
        self._library.espeak_SetParameter(RATE, words_a_minute, 0)
        self._sound: list[NDArray[np.int16]] = []
        self._begins: dict[int, int] = {}
        self._callback = Callback(self._take)
        self._library.espeak_SetSynthCallback(self._callback)

    def say(self, text: str, rate_hz: int) -> Spoken:
        """Speak words that single spaces separate; the sound comes at `rate_hz`."""
        self._sound, self._begins = [], {}
        data = text.encode() + b"\0"
        self._library.espeak_Synth(data, ctypes.c_size_t(len(data)), 0, 1, 0, UTF8, None, None)
        words = text.split()
        places = np.cumsum([1, *(len(word) + 1 for word in words[:-1])]).tolist()
        starts = tuple(self._begins.get(place) for place in places)
        return Spoken(self._resampled(np.concatenate(self._sound), rate_hz), tuple(words), starts)

    def _take(
        self, samples: "ctypes._Pointer[ctypes.c_short]", count: int, events: "ctypes._Pointer[Event]"
    ) -> int:
        if count > 0:
            self._sound.append(np.ctypeslib.as_array(samples, (count,)).astype(np.int16))
        index = 0
        while (event := events[index]).type:
            if event.type == WORD:
                self._begins.setdefault(event.text_position, event.audio_position)
            index += 1
        return 0

    def _resampled(self, samples: NDArray[np.int16], rate_hz: int) -> NDArray[np.int16]:
        frame = av.AudioFrame.from_ndarray(samples[None], format="s16", layout="mono")
        frame.sample_rate = self.sample_rate_hz
        resampler = av.AudioResampler("s16", "mono", rate_hz)
        parts = [*resampler.resample(frame), *resampler.resample(None)]
        return np.concatenate([part.to_ndarray()[0] for part in parts])
