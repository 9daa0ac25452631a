"""Every other ONNX model, through onnx-asr's public interface: RNN-T, TDT, Canary, T-one, Vosk 0.5x, NeMo.

Settings: `type` (or the folder's own `model_type`) is one of TYPES; `quantization` ("int8") is part of the
file names; `writes` says that the model punctuates; `prompt` says that it must be told the language.

Rule 1: one wave a run, like the CTC driver: padding to the longest of a batch changes what is heard.
Rule 2: the folder exists, so onnx-asr never looks for a hub.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from govor.errors import ModelFailed
from govor.recognition import languages, sessions, tokens
from govor.recognition.model_folder import Model
from govor.recognition.recognizer import Wave
from govor.recognition.tokens import Token
from govor.recognition.voice_activity import FRAME_MS, INT16_SCALE, VoiceActivity
from govor.records import Word

if TYPE_CHECKING:
    from onnx_asr.adapters import TimestampedResultsAsrAdapter
    from onnx_asr.asr import TimestampedResult

Rate = Literal[8_000, 16_000]
TELEPHONE_HZ: Rate = 8_000
USUAL_HZ: Rate = 16_000
# onnx-asr's types, and what waves must have. Its Whisper tells no times; faster_whisper.py is for that.
TYPES: dict[str, Rate] = {
    "gigaam-v2-ctc": USUAL_HZ,
    "gigaam-v2-rnnt": USUAL_HZ,
    "gigaam-v3-ctc": USUAL_HZ,
    "gigaam-v3-rnnt": USUAL_HZ,
    "gigaam-v3-e2e-ctc": USUAL_HZ,
    "gigaam-v3-e2e-rnnt": USUAL_HZ,
    "gigaam-multilingual-ctc": USUAL_HZ,
    "nemo-conformer-ctc": USUAL_HZ,
    "nemo-conformer-rnnt": USUAL_HZ,
    "nemo-conformer-tdt": USUAL_HZ,
    "nemo-conformer-aed": USUAL_HZ,
    "kaldi-rnnt": USUAL_HZ,
    "vosk": USUAL_HZ,
    "t-one-ctc": TELEPHONE_HZ,
}
WAVE_MS_MIN = 100  # shorter than any word, and than the windows of some front ends


def inspect(folder: Path, config: Mapping[str, Any]) -> int:
    """See Driver."""
    return TYPES[type_of(folder, config)]


def type_of(folder: Path, config: Mapping[str, Any]) -> str:
    """onnx-asr's name for the architecture; ModelFailed when the settings name none of TYPES."""
    found = str(config.get("type") or config.get("model_type"))
    if found not in TYPES:
        raise ModelFailed(
            f"the model {folder.name} has an unknown type: {found}", f"this version has {', '.join(TYPES)}"
        )
    return found


def load(model: Model, threads: int) -> "OnnxAsrRecognizer":
    """See Driver."""
    import onnx_asr

    found = type_of(model.folder, model.config)
    providers = sessions.providers(model.device)
    try:
        adapter = onnx_asr.load_model(
            found,
            model.folder,
            quantization=model.config.get("quantization"),
            sess_options=sessions.options(threads),
            providers=providers,
        )
    except Exception as error:  # onnx-asr's own, onnxruntime's, and what a wrong config or vocabulary causes
        raise sessions.failed(error, model.folder) from error
    return OnnxAsrRecognizer(
        name=model.name,
        adapter=adapter.with_timestamps(),
        sample_rate_hz=TYPES[found],
        language=languages.short(model.language) if model.config.get("prompt") else None,
        writes=bool(model.config.get("writes", False)),
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class OnnxAsrRecognizer:
    """A Recognizer; word times are as in tokens.py, confidences the geometric mean of token probabilities."""

    name: str
    adapter: "TimestampedResultsAsrAdapter"
    sample_rate_hz: Rate
    language: str | None  # "de" for models that must be told
    writes: bool

    def words(self, waves: Sequence[Wave]) -> list[tuple[Word, ...]]:
        """See Recognizer."""
        return [self._words(wave) for wave in waves]

    def _words(self, wave: Wave) -> tuple[Word, ...]:
        wave_ms = len(wave) * 1000 // self.sample_rate_hz
        if wave_ms < WAVE_MS_MIN:
            return ()
        result = self._recognize(wave)
        pieces = result.tokens or []
        sure = result.logprobs or [0.0] * len(pieces)
        if result.timestamps is None:
            untimed = timed(pieces, [0.0] * len(pieces), sure)
            return tokens.spread(untimed, *speech_ms(wave, self.sample_rate_hz), writes=self.writes)
        return tokens.words(timed(pieces, result.timestamps, sure), wave_ms, writes=self.writes)

    def _recognize(self, wave: Wave) -> "TimestampedResult":
        try:
            if self.language is None:
                return self.adapter.recognize(wave, sample_rate=self.sample_rate_hz)
            return self.adapter.recognize(wave, sample_rate=self.sample_rate_hz, language=self.language)
        except AssertionError as error:  # onnx-asr asserts what it expects of a graph's answer
            raise ModelFailed(
                f"the vocabulary of the model {self.name} does not fit its graph", "bring the model again"
            ) from error
        except Exception as error:  # onnxruntime's types, and KeyError for a token that is not there
            raise ModelFailed(f"the model {self.name} failed", repr(error)) from error


def timed(pieces: Iterable[str], seconds: Iterable[float], sure: Iterable[float]) -> list[Token]:
    """onnx-asr's parallel lists as Tokens."""
    return [
        Token(text, round(start * 1000), min(0.0, log_probability))
        for text, start, log_probability in zip(pieces, seconds, sure, strict=True)
    ]


def speech_ms(wave: Wave, sample_rate_hz: int) -> tuple[int, int]:
    """Where the first speech of a wave begins and the last ends; all of it when there seems to be none."""
    activity = VoiceActivity(sample_rate_hz)
    samples = (wave * INT16_SCALE).clip(-INT16_SCALE, INT16_SCALE - 1).astype(np.int16)
    spoken = np.flatnonzero(np.concatenate([activity.feed(samples), activity.finish()]))
    if not len(spoken):
        return 0, len(wave) * 1000 // sample_rate_hz
    return int(spoken[0]) * FRAME_MS, (int(spoken[-1]) + 1) * FRAME_MS
