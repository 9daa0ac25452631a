"""The CTC driver: features, an ONNX graph, beam search, word times and confidences.

Rule 1: one wave a run (batch of 1): the same wave gives the same words, whatever it is sent with.
Rule 2: the text comes from the search, the times from the best path of that text (alignment.py).
Rule 3: without a language model the text is the best symbol of each frame.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from govor.errors import ModelFailed
from govor.recognition import alignment, tokens
from govor.recognition.beam import BeamSearch, Reading
from govor.recognition.confidence import (
    Calibration,
    Evidence,
    clarity,
    confidence,
    evidence,
    probable,
    support,
)
from govor.recognition.features import FRAME_MS, FrontEnd
from govor.recognition.recognizer import Wave
from govor.recognition.vocabulary import Vocabulary
from govor.records import Hearing, Word

LogProbs = NDArray[np.float32]  # natural, [frames, symbols]


class Session(Protocol):
    """The part of onnxruntime's InferenceSession that is used."""

    def run(self, outputs: list[str], inputs: dict[str, NDArray[np.generic]]) -> list[NDArray[np.float32]]:
        """Run the graph."""
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Timing:
    """From frames to milliseconds; offsets are measured on speech with known times."""

    subsampling: int = 1  # feature frames for each frame of log-probabilities
    word_start_offset_ms: int = 0
    word_end_offset_ms: int = 0

    @property
    def frame_ms(self) -> int:
        """Milliseconds between frames of log-probabilities."""
        return FRAME_MS * self.subsampling


@dataclass(frozen=True, kw_only=True, slots=True)
class CtcRecognizer:
    """A Recognizer; built by models.load."""

    session: Session
    front_end: FrontEnd
    vocabulary: Vocabulary
    timing: Timing
    calibration: Calibration
    search: BeamSearch | None
    writes: bool = False  # the model punctuates and puts capitals

    @property
    def sample_rate_hz(self) -> int:
        """What waves must have."""
        return self.front_end.sample_rate_hz

    def words(self, waves: Sequence[Wave]) -> list[tuple[Word, ...]]:
        """See Recognizer."""
        return self.decode([self.log_probs(wave) for wave in waves])

    def expecting(self, phrases: Sequence[str]) -> "CtcRecognizer":
        """See Expecting; without a language model there is no search, and nothing changes."""
        return replace(self, search=self.search.expecting(phrases)) if self.search else self

    def log_probs(self, wave: Wave) -> LogProbs:
        """What the graph says of a wave; ModelFailed when it cannot be run or answers in another shape."""
        features = self.front_end.features(wave)
        bands, frames = features.shape
        if frames == 0:
            return np.zeros((0, len(self.vocabulary.symbols)), np.float32)
        inputs: dict[str, NDArray[np.generic]] = {
            "features": features[None],
            "feature_lengths": np.array([frames], np.int64),
        }
        try:
            answer = self.session.run(["log_probs"], inputs)[0]
        except Exception as error:  # onnxruntime raises a dozen unrelated types, some of them bare Exception
            raise ModelFailed("the acoustic model failed", f"{bands} x {frames} features: {error}") from error
        expected = ((frames - 1) // self.timing.subsampling + 1, len(self.vocabulary.symbols))
        if answer.ndim != 3 or answer.shape[1] < expected[0] or answer.shape[2] != expected[1]:
            raise ModelFailed(
                "the acoustic model does not fit its config.json", f"{answer.shape} for {expected}"
            )
        return answer[0, : expected[0]].astype(np.float32)

    def decode(self, log_probs: Sequence[LogProbs]) -> list[tuple[Word, ...]]:
        """log p of each wave → its words."""
        return [
            Hearing.of(self.timed(table, readings), () if self.writes else probable(readings))
            for table, readings in zip(log_probs, self.readings(log_probs), strict=True)
        ]

    def readings(self, log_probs: Sequence[LogProbs]) -> list[list[Reading]]:
        """log p of each wave → its texts, best first."""
        if self.search is None:
            return [[self.greedy_reading(table)] for table in log_probs]
        return self.search.readings(log_probs)

    def greedy(self, log_probs: LogProbs) -> str:
        """The text without search and language model."""
        return self.greedy_reading(log_probs).text

    def greedy_reading(self, log_probs: LogProbs) -> Reading:
        """The best symbol of each frame, repeats merged, blanks left out."""
        ids = log_probs.argmax(axis=1)
        kept = np.r_[True, ids[1:] != ids[:-1]][: len(ids)] & (ids != self.vocabulary.blank)
        symbols = tuple(ids[kept].tolist())
        return Reading(self.vocabulary.text(symbols), symbols, float(log_probs.max(axis=1).sum()))

    def timed(self, log_probs: LogProbs, readings: Sequence[Reading]) -> tuple[Word, ...]:
        """The words of the best reading with times and confidences."""
        symbols = readings[0].symbols
        if not readings[0].text:
            return ()
        path = alignment.align(log_probs, symbols, self.vocabulary.blank)
        words: list[Word] = []
        clear = clarity(log_probs, self.vocabulary.blank)
        for text, places in self.vocabulary.words(symbols):
            begins, ends = path.begins[places].tolist(), path.ends[places].tolist()
            posterior, ratio = evidence(log_probs, [symbols[place] for place in places], begins, ends)
            seen = Evidence(posterior, ratio, support(text, readings), clear)
            earliest_ms = words[-1].end_ms if words else 0
            start_ms, end_ms = self.times(begins[0], ends[-1], earliest_ms, len(log_probs))
            sure = confidence(seen, self.calibration)
            words.append(tokens.word(text, start_ms, end_ms, sure, writes=self.writes))
        return tuple(word for word in words if word.text)  # a dash of its own is no word

    def times(self, begin: int, end: int, earliest_ms: int, frames: int) -> tuple[int, int]:
        """Frames of a word → start and end in milliseconds, in order and at least a frame long."""
        frame_ms = self.timing.frame_ms
        start_ms = max(earliest_ms, begin * frame_ms + self.timing.word_start_offset_ms)
        end_ms = min(frames * frame_ms, end * frame_ms + self.timing.word_end_offset_ms)
        return start_ms, max(end_ms, start_ms + frame_ms)
