"""Whisper in CTranslate2's format, through faster-whisper (the extra `whisper`).

Settings: `compute_type` ("int8", "float16" …; "default" is what the files hold), `beam` (5).

Word times come from the attention of the decoder to the sound (Whisper's own alignment heads), confidences
are the mean probabilities of a word's tokens. Rule: temperature 0 and no text of earlier waves, so that the
same wave gives the same words; Whisper's guard against silence stays on.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from govor.errors import ModelFailed
from govor.recognition import languages, sessions, tokens
from govor.recognition.model_folder import Model, first_of
from govor.recognition.recognizer import Wave
from govor.records import Word

if TYPE_CHECKING:
    from faster_whisper import WhisperModel
    from faster_whisper.transcribe import Word as WhisperWord

SAMPLE_RATE_HZ = 16_000
WAVE_MS_MIN = 100  # shorter than any word
BEAM = 5  # faster-whisper's own


def inspect(folder: Path, config: Mapping[str, Any]) -> int:
    """See Driver."""
    int(config.get("beam", BEAM))
    for name in ("model.bin", "config.json", "tokenizer.json"):
        first_of(folder, (name,))
    return SAMPLE_RATE_HZ


def load(model: Model, threads: int) -> "WhisperRecognizer":
    """See Driver."""
    try:
        from faster_whisper import WhisperModel
    except ImportError as error:
        raise ModelFailed(
            f"the model {model.name} needs faster-whisper", "install it with: pip install 'govor[whisper]'"
        ) from error
    try:
        whisper = WhisperModel(
            str(model.folder),
            device=model.device,
            compute_type=str(model.config.get("compute_type", "default")),
            cpu_threads=threads,
            num_workers=1,
            local_files_only=True,
        )
    except Exception as error:  # CTranslate2 raises RuntimeError and ValueError, tokenizers bare Exception
        raise sessions.failed(error, model.folder) from error
    return WhisperRecognizer(
        name=model.name,
        whisper=whisper,
        language=languages.short(model.language),
        beam=int(model.config.get("beam", BEAM)),
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class WhisperRecognizer:
    """A Recognizer. Without a language, Whisper judges it by each wave."""

    name: str
    whisper: "WhisperModel"
    language: str | None
    beam: int

    @property
    def sample_rate_hz(self) -> int:
        """What waves must have."""
        return SAMPLE_RATE_HZ

    def words(self, waves: Sequence[Wave]) -> list[tuple[Word, ...]]:
        """See Recognizer."""
        return [self._words(wave) for wave in waves]

    def _words(self, wave: Wave) -> tuple[Word, ...]:
        wave_ms = len(wave) * 1000 // SAMPLE_RATE_HZ
        if wave_ms < WAVE_MS_MIN:
            return ()
        try:
            segments, _ = self.whisper.transcribe(
                wave,
                language=self.language,
                beam_size=self.beam,
                temperature=0.0,
                condition_on_previous_text=False,
                word_timestamps=True,
            )
            heard = [word for segment in segments for word in segment.words or ()]
        except Exception as error:  # CTranslate2's types; ValueError for a language the model does not have
            raise ModelFailed(f"the model {self.name} failed", repr(error)) from error
        return ordered(heard, wave_ms)


def ordered(heard: Iterable["WhisperWord"], wave_ms: int) -> tuple[Word, ...]:
    """Whisper's words as ours: in order, within the wave, a word at least a frame long."""
    made: list[Word] = []
    for one in heard:
        written = one.word.strip()
        if not tokens.bare(written):
            continue
        start_ms = max(min(round(one.start * 1000), wave_ms), made[-1].end_ms if made else 0)
        end_ms = max(min(round(one.end * 1000), wave_ms), start_ms + 1)
        made.append(tokens.word(written, start_ms, end_ms, round(float(one.probability), 3), writes=True))
    return tuple(made)
