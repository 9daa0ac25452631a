"""`govor transcribe`: files and folders to text, JSON or subtitles, with progress on a terminal."""

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import click

from govor.api import v2_json
from govor.errors import GovorError
from govor.exports import plain, subtitles
from govor.pipeline import local
from govor.records import TextOptions, Transcript
from govor.settings import Settings

JSON_STYLE = v2_json.Style(always_chunks=True, true_confidence=True)
WRITERS: dict[str, Callable[[Transcript], str]] = {
    "text": plain.write,
    "json": lambda transcript: v2_json.write_response(transcript, JSON_STYLE),
    "srt": subtitles.write_srt,
    "vtt": subtitles.write_vtt,
}
SUFFIXES = {"text": ".txt", "json": ".json", "srt": ".srt", "vtt": ".vtt"}
# What a folder is searched for; a file that is named is taken whatever its name.
AUDIO_SUFFIXES = {".ogg", ".opus", ".oga", ".mp3", ".wav"}
BAR_STEPS = 1_000


def files_of(sources: Iterable[Path]) -> Iterator[Path]:
    """Files as they are; folders with everything in them that is named like audio, sorted."""
    for source in sources:
        if source.is_dir():
            yield from sorted(path for path in source.rglob("*") if path.suffix.lower() in AUDIO_SUFFIXES)
        else:
            yield source


async def transcribe(
    sources: Iterable[Path],
    settings: Settings,
    text: TextOptions,
    *,
    language: str,
    format_name: str,
    output: Path | None,
    hot_words: Sequence[str] = (),
) -> int:
    """Transcribe every file; returns how many failed. A bad file does not stop the others."""
    failed = 0
    async with local.opened(settings, language, hot_words) as transcriber:
        for path in files_of(sources):
            try:
                with progress_bar(path.name) as progress:
                    transcript = await transcriber.transcribe(path, text, progress)
            except GovorError as error:
                failed += 1
                click.echo(
                    f"govor: {path}: {error.message}" + (f" ({error.detail})" if error.detail else ""),
                    err=True,
                )
                continue
            deliver(WRITERS[format_name](transcript), path, output, SUFFIXES[format_name])
    return failed


def deliver(text: str, source: Path, output: Path | None, suffix: str) -> None:
    """To standard output, or to a file named after the source in the folder `output`."""
    if output is None:
        click.echo(text, nl=False)
        return
    output.mkdir(parents=True, exist_ok=True)
    (output / (source.stem + suffix)).write_text(text, encoding="utf-8")


@contextmanager
def progress_bar(name: str) -> Iterator[local.Progress]:
    """A bar on standard error when that is a terminal, nothing otherwise."""
    hidden = not sys.stderr.isatty()
    with click.progressbar(length=BAR_STEPS, label=name, file=sys.stderr, hidden=hidden) as bar:
        yield lambda share: bar.update(int(share * BAR_STEPS) - bar.pos)
