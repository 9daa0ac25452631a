"""`govor transcribe`: recordings to text, subtitles and more, here or on a service."""

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

import click

from govor.commands import exits, sources, work
from govor.commands.sources import Source
from govor.settings import Settings


@click.command()
@click.argument("names", nargs=-1, required=True, metavar="FILE|DIR|GLOB|LINK…")
@click.option(
    "--output", type=click.Path(file_okay=False, path_type=Path), help="Write files into this folder"
)
@work.work_options
@click.option("--recursive/--no-recursive", default=True, help="Also look into folders of folders  [yes]")
@click.option("--again", is_flag=True, help="Also what --output has already")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object for each recording, on a line")
@click.option("--quiet", is_flag=True, help="Say nothing but what failed")
@click.pass_context
def transcribe(
    context: click.Context, /, names: tuple[str, ...], output: Path | None, **options: Any
) -> None:
    """Transcribe files, folders, patterns and links (https://…, s3://BUCKET/KEY, s3://BUCKET/FOLDER/).

    Without --server the work is done here. Transcripts go to standard output or, with --output, into files
    named after the recordings; what is there and newer than its recording is not made again.

    Exit status: 0 all is done, 1 something failed, 2 wrong usage, 3 no service answers, 4 the key is refused.
    """
    from govor import telemetry

    settings = Settings()
    wanted = work.Asked.of(options, settings, output)
    if not wanted.server:
        telemetry.configure_logging(settings)
    try:
        found = found_in(names, settings, wanted, recursive=options.pop("recursive"))
        failed = asyncio.run(run(found, settings, wanted, output, **options))
    except KeyboardInterrupt:
        click.echo(f"\ngovor: interrupted{how_to_go_on(wanted, output)}", err=True)
        context.exit(exits.INTERRUPTED)
    context.exit(exits.FAILED if failed else 0)


def found_in(
    names: tuple[str, ...], settings: Settings, wanted: work.Asked, *, recursive: bool
) -> list[Source]:
    """Every recording that is meant, each with a place of its own. Raises UsageError, StorageFailed …"""
    found: list[Source] = []
    for name in names:
        if sources.is_prefix(name):
            from govor.commands.buckets import in_bucket

            some = asyncio.run(in_bucket(name, settings, there=bool(wanted.server)))
        elif sources.is_link(name):
            some = [sources.of_link(name)]
        else:
            some = sources.of_name(name, recursive=recursive)
            if not some and not Path(name).is_dir():
                raise click.BadParameter(f"{name!r} does not exist.", param_hint="FILE|DIR|GLOB|LINK")
        if not some:
            click.echo(f"govor: no recordings in {name}", err=True)
        found += some
    return sources.placed(sources.once(found))


async def run(
    found: list[Source],
    settings: Settings,
    wanted: work.Asked,
    output: Path | None,
    *,
    again: bool,
    as_json: bool,
    quiet: bool,
) -> int:
    """Transcribe and deliver; returns how many failed."""
    from govor.commands.batch import Batch
    from govor.commands.outputs import Outputs
    from govor.commands.progress import Board

    failed = 0
    outputs = Outputs(folder=output, formats=wanted.formats) if output else None
    board = Board(found, sys.stderr, quiet=quiet)
    async with work.opened(settings, wanted) as transcribing:
        batch = Batch(transcribing=transcribing, outputs=outputs, jobs=wanted.jobs, again=again)
        try:
            async for outcome in batch.run(found, board):
                failed += outcome.state == "failed"
                if as_json:
                    click.echo(json.dumps(outcome.document, ensure_ascii=False))
                for content in () if as_json else outcome.files.values():
                    click.echo(content, nl=False)
        finally:
            board.finish()
    return failed


def how_to_go_on(wanted: work.Asked, output: Path | None) -> str:
    """What is true after Ctrl-C."""
    if output is None:
        return ""
    there = ", the service goes on with what it has" if wanted.server else ""
    return f"{there}; the same command goes on from here"
