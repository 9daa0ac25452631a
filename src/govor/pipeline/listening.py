"""Listens to a stream in the sandbox: bytes come in, sound goes to a file, utterances are reported.

Rule 1: every message is answered with one Report; listener.py is the other end.
Rule 2: sound is written before it is reported, so that recognisers can read it at once.
Rule 3: what is reported depends on the bytes, the silences and the ends between them, not on the messages.
"""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from govor.audio.sandbox_wire import Talk
from govor.errors import OutOfRange
from govor.records import AudioSpec

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from govor.recognition.live_segments import Utterance

# The first byte of a message: sound in the declared encoding, milliseconds of silence, end of an utterance,
# end of the stream.
SOUND, SILENCE, EOU, FINISH = b"A", b"S", b"E", b"F"
TOO_LONG = "OutOfRange: Exceeded maximum allowed stream duration"  # SpeechKit's text
SILENCE_MS_AT_ONCE = 1_000  # bounds the memory that a silence takes


@dataclass(frozen=True, slots=True)
class Stretch:
    """Samples begin .. end - 1 of the stream's file."""

    begin: int
    end: int
    cut: bool = False  # taken off speech that goes on


@dataclass(frozen=True, slots=True)
class Report:
    """What has become known since the last one."""

    samples: int  # heard so far
    ended: tuple[Stretch, ...]  # utterances
    open: Stretch | None  # being spoken


def write_report(report: Report) -> bytes:
    """For `read_report`."""
    return json.dumps(asdict(report)).encode()


def read_report(message: bytes) -> Report:
    """The report in a message."""
    read = json.loads(message)
    ended = tuple(Stretch(**each) for each in read["ended"])
    return Report(read["samples"], ended, Stretch(**read["open"]) if read["open"] else None)


@dataclass(frozen=True, kw_only=True, slots=True)
class Manner:
    """How a stream is listened to."""

    audio: AudioSpec  # what the caller says it is
    sample_rate_hz: int  # the model's
    pause_ms: int | None  # of silence that ends an utterance; None: the caller says where one ends
    seconds_max: float


def listen(talk: Talk, path: Path, manner: Manner) -> None:
    """Listen until told to finish. Raises BadAudio, OutOfRange: longer than `seconds_max`."""
    from govor.audio import live  # FFmpeg's libraries: only where they are used

    with Ear(talk, path, manner) as ear:
        for samples in live.sound(ear, manner.audio, sample_rate_hz=manner.sample_rate_hz):
            ear.hear(samples)
        while ear.read():  # behind the end of what a header announced
            pass
        ear.finish()


class Ear:
    """The source of the decoder, and where its sound goes: `read` answers one message and takes the next."""

    def __init__(self, talk: Talk, path: Path, manner: Manner) -> None:
        from govor.recognition.live_segments import LiveSegmenter

        self.segmenter = LiveSegmenter(manner.sample_rate_hz, manner.pause_ms)
        self.rate_hz = manner.sample_rate_hz
        self.samples_max = round(manner.seconds_max * manner.sample_rate_hz)
        self.ended: list[Utterance] = []
        self._talk = talk
        self._file = path.open("wb", buffering=0)
        self._buffer = b""
        self._asked = self._over = False

    def __enter__(self) -> "Ear":
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def read(self, size: int = -1, /) -> bytes:
        """At most `size` bytes; b"" at its end. Silences and ends are dealt with on the way."""
        while not self._buffer and not self._over:
            if self._asked:
                self._report()
            message = self._talk.receive()
            self._asked = True
            kind, content = message[:1], message[1:]
            if kind == SOUND:
                self._buffer = content
            elif kind == SILENCE:
                self._be_silent(int(content))
            elif kind == EOU:
                self.ended += self.segmenter.end()
            else:
                self._over = True
        taken = self._buffer if size < 0 else self._buffer[:size]
        self._buffer = self._buffer[len(taken) :]
        return taken

    def hear(self, samples: "NDArray[np.int16]") -> None:
        """Keep samples and judge them; raises OutOfRange."""
        self._make_room(len(samples))
        self._file.write(samples.astype("<i2", copy=False).tobytes())
        self.ended += self.segmenter.feed(samples)

    def finish(self) -> None:
        """The last report."""
        self.ended += self.segmenter.finish()
        self._report()

    def _make_room(self, samples: int) -> None:
        if self.segmenter.fed + samples > self.samples_max:
            raise OutOfRange(TOO_LONG, f"the limit is {self.samples_max / self.rate_hz:g} s")

    def _be_silent(self, duration_ms: int) -> None:
        self._make_room(duration_ms * self.rate_hz // 1000)
        for zeros in silences(duration_ms, self.rate_hz):
            self.hear(zeros)

    def _report(self) -> None:
        still = self.segmenter.open
        report = Report(
            self.segmenter.fed,
            tuple(Stretch(each.begin, each.end, each.cut) for each in self.ended),
            Stretch(still.begin, still.end, still.cut) if still else None,
        )
        self._talk.send(write_report(report))
        self.ended = []


def silences(duration_ms: int, sample_rate_hz: int) -> "Iterator[NDArray[np.int16]]":
    """Zeros, a second at a time."""
    import numpy as np

    for start_ms in range(0, duration_ms, SILENCE_MS_AT_ONCE):
        length_ms = min(SILENCE_MS_AT_ONCE, duration_ms - start_ms)
        yield np.zeros(length_ms * sample_rate_hz // 1000, np.int16)
