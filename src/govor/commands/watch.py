"""`govor watch`: whatever is put into a folder is transcribed, as long as the command runs."""

import asyncio
import json
import signal
import sys
from pathlib import Path
from typing import Any

import click

from govor.commands import exits, work
from govor.settings import Settings

POLL_SECONDS, SETTLE_SECONDS = 2.0, 5.0


@click.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path), metavar="DIR")
@click.option(
    "--output", type=click.Path(file_okay=False, path_type=Path), required=True, help="Write files there"
)
@work.work_options
@click.option("--recursive/--no-recursive", default=True, help="Also look into folders of folders  [yes]")
@click.option(
    "--poll", type=click.FloatRange(min=0.05), default=POLL_SECONDS, show_default=True, help="Seconds"
)
@click.option(
    "--settle",
    type=click.FloatRange(min=0),
    default=SETTLE_SECONDS,
    show_default=True,
    help="A file that has not changed for so many seconds is whole",
)
@click.option("--once", is_flag=True, help="End when everything that is there now is done")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object for each recording, on a line")
@click.pass_context
def watch(context: click.Context, /, folder: Path, output: Path, **options: Any) -> None:
    """Transcribe what lies in a folder and what comes into it, until told to stop (Ctrl-C, SIGTERM).

    A recording is taken once it has stopped growing; its outputs lie in --output as it lies in DIR. What is
    there and newer than its recording is not made again, so a restart goes on. A recording that failed is
    tried again when it changes, or at the next start.

    Exit status: 0 told to stop, or all done; 1 with --once, something failed; 2 wrong usage; 3 no service
    answers at the start; 4 the key is refused.
    """
    from govor import telemetry

    settings = Settings()
    wanted = work.Asked.of(options, settings, output)
    if not wanted.server:
        telemetry.configure_logging(settings)
    failed = asyncio.run(run(folder, output, settings, wanted, **options))
    context.exit(exits.FAILED if failed and options["once"] else 0)


async def run(
    folder: Path,
    output: Path,
    settings: Settings,
    wanted: work.Asked,
    *,
    recursive: bool,
    poll: float,
    settle: float,
    once: bool,
    as_json: bool,
) -> int:
    """Work until told to stop; returns how many recordings failed."""
    from govor.commands.batch import Batch
    from govor.commands.outcomes import Outcome
    from govor.commands.outputs import Outputs
    from govor.commands.progress import line_of, printable
    from govor.commands.watching import Watcher

    def tell(outcome: Outcome) -> None:
        if as_json:
            click.echo(json.dumps(outcome.document, ensure_ascii=False))
        elif outcome.state == "failed":
            click.echo(f"govor: {printable(outcome.told)}", err=True)
        else:
            click.echo(line_of(outcome), err=True)

    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with work.opened(settings, wanted) as transcribing:
        outputs = Outputs(folder=output, formats=wanted.formats)
        batch = Batch(transcribing=transcribing, outputs=outputs, jobs=wanted.jobs)
        watcher = Watcher(folder, batch, tell, recursive=recursive, settle_seconds=settle)
        print(f"watching {folder}", file=sys.stderr, flush=True)
        return await watcher.run(stop, poll_seconds=poll, once=once)
