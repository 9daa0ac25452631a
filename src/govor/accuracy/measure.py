"""Transcribe every recording of a manifest here and compare: the steps behind `govor bench accuracy`."""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from govor.accuracy import manifest
from govor.accuracy.manifest import Recording
from govor.accuracy.report import Failed, Result
from govor.accuracy.score import Score, score
from govor.errors import BadRequest, CallerError, ObjectMissing
from govor.pipeline import local
from govor.records import TextOptions, Word
from govor.settings import Settings

Progress = Callable[[float], None]  # called with the number of recordings done


def read(path: Path) -> tuple[Recording, ...]:
    """The recordings of a manifest file; ObjectMissing or BadRequest when it is none."""
    try:
        return manifest.parse(path.read_text(encoding="utf-8"), path.parent)
    except OSError as error:
        raise ObjectMissing(f"cannot read {path}", str(error)) from error
    except UnicodeDecodeError as error:
        raise BadRequest(f"{path} is not UTF-8 text", str(error)) from error


async def measure(
    recordings: Sequence[Recording], settings: Settings, *, language: str, progress: Progress,
    hot_words: Sequence[str] = (),
) -> Result:  # fmt: skip
    """Every recording's score; one that cannot be transcribed is listed as failed and counts nowhere.

    Raises LanguageUnavailable and ModelFailed, and BadRequest when no recording could be transcribed.
    """
    scores: list[Score] = []
    failed: list[Failed] = []
    async with local.opened(settings, language, hot_words) as transcriber:
        for number, recording in enumerate(recordings):
            try:
                scores.append(await one(transcriber, recording, partial(_advance, progress, number)))
            except CallerError as error:  # a recording's own fault; ours end the measurement
                failed.append(Failed(path=str(recording.path), reason=reason(error)))
            progress(number + 1)
        model = transcriber.model_name
    if not scores:
        raise BadRequest("no recording of the manifest could be transcribed", failed[0].reason)
    return Result(model=model, scores=tuple(scores), failed=tuple(failed))


async def one(transcriber: local.LocalTranscriber, recording: Recording, progress: Progress) -> Score:
    """One recording; words as they were recognised, before numbers become digits."""
    transcript = await transcriber.transcribe(recording.path, TextOptions(raw_results=True), progress)
    heard: list[Word] = [word for chunk in transcript.chunks for word in chunk.words]
    seconds = transcript.audio_ms * transcript.channels / 1000
    return score(recording.path, seconds, recording.text, heard)


def _advance(progress: Progress, number: int, share: float) -> None:
    progress(number + share)


def reason(error: CallerError) -> str:
    """One line."""
    return f"{error.message} ({error.detail})" if error.detail else error.message
