"""`auto`: several models in one process; each utterance gets the words of the model that is surest of them.

Such a model is no folder: models.find makes it of the models of several languages, the likeliest first.

Rule 1: models are asked in order, and the first that is sure enough is not doubted.
Rule 2: otherwise the words with the best evidence are taken: the mean confidence, weighted by time.
Rule 3: one wave's words do not depend on the others'.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from govor.errors import ModelFailed
from govor.recognition import drivers
from govor.recognition.model_folder import Model
from govor.recognition.recognizer import Expecting, Recognizer, Wave
from govor.records import Word

NAME = "auto"
SURE = 0.75  # evidence: a model that understands nothing of a language is rarely so sure of its words
HALF_BAND_TAPS = 63  # of the filter before every second sample is left out; 50 dB down at 4.4 kHz of 16


def inspect(folder: Path, _: Mapping[str, Any]) -> int:
    """See Driver; there are no such folders."""
    raise ModelFailed(f"the model {folder.name} is corrupt", f"{NAME} stands for several models, and is none")


def made_of(members: Sequence[Model]) -> Model:
    """One model of several."""
    first = members[0]
    return Model(
        name="+".join(member.name for member in members),
        folder=first.folder,
        languages=tuple(dict.fromkeys(code for member in members for code in member.languages)),
        driver=NAME,
        sample_rate_hz=max(member.sample_rate_hz for member in members),
        config={drivers.MEMBERS: tuple(members)},
        files={},
        device=first.device,
    )


def load(model: Model, threads: int) -> "IdentifyingRecognizer":
    """See Driver."""
    members: tuple[Model, ...] = model.config[drivers.MEMBERS]
    loaded = tuple(drivers.load(member, threads) for member in members)
    return IdentifyingRecognizer(members=loaded, sample_rate_hz=model.sample_rate_hz)


@dataclass(frozen=True, kw_only=True, slots=True)
class IdentifyingRecognizer:
    """A Recognizer."""

    members: tuple[Recognizer, ...]
    sample_rate_hz: int

    def words(self, waves: Sequence[Wave]) -> list[tuple[Word, ...]]:
        """See Recognizer."""
        best: list[tuple[Word, ...]] = [()] * len(waves)
        doubted = list(range(len(waves)))
        for member in self.members:
            heard = member.words([self._for(member, waves[place]) for place in doubted])
            for place, words in zip(doubted, heard, strict=True):
                if evidence(words) > evidence(best[place]):
                    best[place] = words
            doubted = [place for place in doubted if evidence(best[place]) < SURE]
        return best

    def expecting(self, phrases: Sequence[str]) -> "IdentifyingRecognizer":
        """See Expecting."""
        members = tuple(
            member.expecting(phrases) if isinstance(member, Expecting) else member for member in self.members
        )
        return IdentifyingRecognizer(members=members, sample_rate_hz=self.sample_rate_hz)

    def _for(self, member: Recognizer, wave: Wave) -> Wave:
        """The wave at the rate that a member must have."""
        if member.sample_rate_hz == self.sample_rate_hz:
            return wave
        if member.sample_rate_hz * 2 == self.sample_rate_hz:
            return halved(wave)
        raise ModelFailed(
            "auto cannot join these models", f"{member.sample_rate_hz} and {self.sample_rate_hz} Hz"
        )


def evidence(words: Sequence[Word]) -> float:
    """0..1; 0 without words."""
    weights = [max(1, word.end_ms - word.start_ms) for word in words]
    total = sum(weight * word.confidence for weight, word in zip(weights, words, strict=True))
    return total / sum(weights) if weights else 0.0


def halved(wave: Wave) -> Wave:
    """Every second sample, after a low-pass filter at a quarter of the rate."""
    if len(wave) < HALF_BAND_TAPS:
        return wave[::2]
    places = np.arange(HALF_BAND_TAPS) - HALF_BAND_TAPS // 2
    taps = (np.sinc(places / 2) * np.hamming(HALF_BAND_TAPS)).astype(np.float32)
    low: Wave = np.convolve(wave, taps / taps.sum(), mode="same").astype(np.float32)
    return low[::2]
