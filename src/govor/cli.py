"""The command line. Each command parses, calls one thing and prints; heavy imports wait for their command."""

import asyncio
import sys
from pathlib import Path
from typing import Any

import click

from govor import __version__
from govor.commands.accounts import accounts
from govor.commands.bench import bench
from govor.commands.hot_words import hot_words
from govor.commands.keys import keys
from govor.commands.models import models
from govor.commands.operations import operations
from govor.commands.options import data_dir_option, hot_words_option, phrases_in, settings_with
from govor.commands.text import asked, text, text_options
from govor.commands.tls import tls
from govor.commands.worker import worker
from govor.errors import GovorError
from govor.settings import Settings


class Commands(click.Group):
    """Turns our errors into one line on standard error and exit status 1."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except GovorError as error:
            click.echo(f"govor: {error.message}" + (f"\n{error.detail}" if error.detail else ""), err=True)
            sys.exit(1)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="govor")
def main() -> None:
    """Self-hosted asynchronous speech recognition with the API of Yandex SpeechKit."""


main.add_command(accounts)
main.add_command(bench)
main.add_command(hot_words)
main.add_command(keys)
main.add_command(models)
main.add_command(operations)
main.add_command(text)
main.add_command(tls)
main.add_command(worker)


@main.command()
@data_dir_option
@click.option("--http", metavar="HOST:PORT", help="REST address  [127.0.0.1:8080]")
@click.option("--grpc", metavar="HOST:PORT", help="gRPC address  [127.0.0.1:50051]")
@click.option("--auth", type=click.Choice(["keys", "none"]), help="Who may call  [keys]")
@click.option("--allow-remote", is_flag=True, default=None, help="Let --auth none listen beyond this machine")
@click.option(
    "--no-worker",
    "worker",
    flag_value=False,
    default=None,
    help="Leave the work of a fleet to `govor worker`",
)
def serve(**flags: Any) -> None:
    """Run the service until it is told to stop."""
    from govor import app

    app.serve(settings_with(**flags))


@main.command()
@click.argument("sources", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--format", "format_name", type=click.Choice(["text", "json", "srt", "vtt"]), default="text")
@click.option(
    "--output", type=click.Path(file_okay=False, path_type=Path), help="Write a file for each recording"
)
@click.option("--language", default="ru-RU", show_default=True)
@hot_words_option
@text_options
@click.pass_context
def transcribe(context: click.Context, /, sources: tuple[Path, ...], **options: Any) -> None:
    """Transcribe files and folders of recordings here, without a service."""
    from govor import telemetry
    from govor import transcribe as transcribing

    settings = Settings()
    telemetry.configure_logging(settings)
    wanted = asked(options)
    options["hot_words"] = phrases_in(options["hot_words"])
    failed = asyncio.run(transcribing.transcribe(sources, settings, wanted, **options))
    context.exit(1 if failed else 0)
