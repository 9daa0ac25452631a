"""`govor bench`: what the installation can do, measured by whoever runs it."""

import asyncio
import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import click

from govor.commands.options import hot_words_option, phrases_in
from govor.errors import StorageFailed
from govor.settings import Settings

EXIT_FAILED = 1  # something could not be transcribed
EXIT_OVER_LIMIT = 3  # all was transcribed, --wer-max was not kept; 2 is click's, for wrong usage


@click.group()
def bench() -> None:
    """Measure this installation."""


@bench.command()
@click.argument("manifest", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--language", default="ru-RU", show_default=True)
@hot_words_option
@click.option("--json", "as_json", is_flag=True, help="Print a JSON document instead of a page")
@click.option("--plot", type=click.Path(dir_okay=False, path_type=Path), help="Write a picture (SVG)")
@click.option("--wer-max", type=float, metavar="PERCENT", help="Exit 3 above this word error rate")
@click.option("--limit", type=click.IntRange(min=1), help="Only the first so many recordings")
@click.pass_context
def accuracy(context: click.Context, /, **options: Any) -> None:
    """Word and character error rate, confusions and calibration over recordings with known text.

    MANIFEST has a line `file TAB text` for each recording. Exit status: 0 measured, 1 a recording could not
    be transcribed, 3 over --wer-max.
    """
    from govor import telemetry

    settings = Settings()
    telemetry.configure_logging(settings)
    context.exit(asyncio.run(_accuracy(settings, **options)))


async def _accuracy(
    settings: Settings,
    *,
    manifest: Path,
    language: str,
    hot_words: Iterable[str] | None,
    as_json: bool,
    plot: Path | None,
    wer_max: float | None,
    limit: int | None,
) -> int:
    """Measure, print, say how it went."""
    from govor.accuracy import measure, report
    from govor.accuracy.plot import svg
    from govor.accuracy.score import total

    recordings = measure.read(manifest)[:limit]
    hidden = not sys.stderr.isatty()
    with click.progressbar(
        length=100 * len(recordings), label=manifest.name, file=sys.stderr, hidden=hidden
    ) as bar:
        result = await measure.measure(
            recordings,
            settings,
            language=language,
            progress=lambda done: bar.update(int(100 * done) - bar.pos),
            hot_words=phrases_in(hot_words),
        )
    if plot is not None:
        _write(plot, svg(result))
    if as_json:
        click.echo(json.dumps(report.document(result), ensure_ascii=False, indent=1))
    else:
        click.echo(report.text(result), nl=False)
    for failed in result.failed:
        click.echo(f"govor: {failed.path}: {failed.reason}", err=True)
    if result.failed:
        return EXIT_FAILED
    over = wer_max is not None and 100 * total(result.scores).rate > wer_max
    return EXIT_OVER_LIMIT if over else 0


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise StorageFailed(f"cannot write {path}", str(error)) from error
