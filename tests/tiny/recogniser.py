"""A recogniser for tests: it hears the loudness of each second, and can be made to misbehave.

Give a pool `loader=LOADER`, with the repository in PYTHONPATH. The model is a TinyModel or its kind:
"" behaves; "missing" cannot be loaded; "dies" dies while loading; "slow:0.1" takes 0.1 s for each clip;
"share:0.1" takes a tenth of the clip's length, and computes no more than the others;
"needs:PATH" dies while loading as long as there is no such file;
"awaits:PATH" breaks on every clip as long as there is no such file;
"notes:PATH" takes 0.05 s for each clip and adds a byte to that file.
"""

import os
import signal
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from govor.errors import BadAudio, ModelFailed
from govor.recognition.recognizer import Wave
from govor.records import Hearing, Reading, Word

LOADER = "tests.tiny.recogniser:load"
RATE_HZ = 8_000
KILLS = 13_000  # a clip whose first sample is this kills the process
FAILS = 14_000  # ... raises an error
BREAKS = 15_000  # ... raises what is not ours
DOUBTFUL = 16_000  # ... is heard in two ways


@dataclass(frozen=True)
class TinyModel:
    """What Work takes for a model."""

    kind: str = ""
    sample_rate_hz: int = RATE_HZ


class TinyRecogniser:
    """One word for each begun second: its peak, as a number."""

    sample_rate_hz = RATE_HZ

    def __init__(
        self,
        seconds: float,
        phrases: Sequence[str] = (),
        share: float = 0.0,
        notes: Path | None = None,
        awaits: Path | None = None,
    ) -> None:
        self.notes = notes
        self.awaits = awaits
        self.seconds = seconds
        self.phrases = phrases
        self.share = share

    def expecting(self, phrases: Sequence[str]) -> "TinyRecogniser":
        """It hears what it is told to expect, at the beginning of every clip."""
        return TinyRecogniser(self.seconds, phrases, self.share)

    def words(self, waves: Sequence[Wave]) -> list[tuple[Word, ...]]:
        """The same wave gives the same words."""
        time.sleep(self.share * sum(len(wave) for wave in waves) / RATE_HZ)
        return [self._words(wave) for wave in waves]

    def _words(self, wave: Wave) -> tuple[Word, ...]:
        time.sleep(self.seconds)
        if self.notes is not None:
            with self.notes.open("ab") as file:
                file.write(b".")
        samples = np.round(wave * 32_768).astype(int)
        first = int(samples[0]) if len(samples) else 0
        if first == KILLS:
            os.kill(os.getpid(), signal.SIGKILL)
        if first == FAILS:
            raise BadAudio("this clip cannot be heard", "made by a test")
        if first == BREAKS or (self.awaits is not None and not self.awaits.exists()):
            raise ZeroDivisionError("made by a test")
        seconds = range(0, len(samples), RATE_HZ)
        told = tuple(Word(text=phrase, start_ms=0, end_ms=0, confidence=0.5) for phrase in self.phrases)
        heard = told + tuple(
            Word(
                text=str(int(np.abs(samples[start : start + RATE_HZ]).max())),
                start_ms=start * 1000 // RATE_HZ,
                end_ms=start * 1000 // RATE_HZ + 500,
                confidence=0.5,
            )
            for start in seconds
        )
        doubts = (Reading(text=heard[0].text, probability=0.75), Reading(text="иначе", probability=0.25))
        return Hearing.of(heard, doubts if first == DOUBTFUL else ())


def load(model: TinyModel | str) -> TinyRecogniser:
    """What the pool calls in its process."""
    model = model.kind if isinstance(model, TinyModel) else model
    kind, _, value = model.partition(":")
    if kind == "missing":
        raise ModelFailed("the model file is missing", "made by a test")
    if kind == "dies" or (kind == "needs" and not Path(value).exists()):
        os.kill(os.getpid(), signal.SIGKILL)
    if kind == "needs":
        return TinyRecogniser(0)
    if kind == "awaits":
        return TinyRecogniser(0, awaits=Path(value))
    if model.startswith("notes:"):
        return TinyRecogniser(0.05, notes=Path(model.removeprefix("notes:")))
    if model.startswith("share:"):
        return TinyRecogniser(0, share=float(model.removeprefix("share:")))
    return TinyRecogniser(float(model.removeprefix("slow:") or 0))
