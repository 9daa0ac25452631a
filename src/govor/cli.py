"""The command line. Each command parses, calls one thing and prints; heavy imports wait for their command."""

import asyncio
import sys
from pathlib import Path
from typing import Any

import click

from govor import __version__
from govor.accuracy.command import bench
from govor.commands.accounts import accounts
from govor.commands.keys import keys
from govor.commands.options import data_dir_option, settings_with
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
main.add_command(keys)


@main.command()
@data_dir_option
@click.option("--http", metavar="HOST:PORT", help="REST address  [127.0.0.1:8080]")
@click.option("--grpc", metavar="HOST:PORT", help="gRPC address  [127.0.0.1:50051]")
@click.option("--auth", type=click.Choice(["keys", "none"]), help="Who may call  [keys]")
@click.option("--allow-remote", is_flag=True, default=None, help="Let --auth none listen beyond this machine")
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
@click.pass_context
def transcribe(context: click.Context, /, sources: tuple[Path, ...], **options: Any) -> None:
    """Transcribe files and folders of recordings here, without a service."""
    from govor import telemetry
    from govor import transcribe as transcribing

    settings = Settings()
    telemetry.configure_logging(settings)
    context.exit(1 if asyncio.run(transcribing.transcribe(sources, settings, **options)) else 0)


@main.group("models")
def models_group() -> None:
    """Recognition models of this machine."""


@models_group.command("list")
@data_dir_option
def models_list(data_dir: Path | None) -> None:
    """List the model of each language: language, name, folder."""
    from govor.recognition import models

    model = models.find("auto", settings_with(data_dir=data_dir))
    click.echo(f"{' '.join(model.languages)}  {model.name}  {model.folder}")


@models_group.command("verify")
@data_dir_option
def models_verify(data_dir: Path | None) -> None:
    """Compare every file of the models with its checksum; exit 1 if one differs or is missing."""
    from govor.recognition import models

    model = models.find("auto", settings_with(data_dir=data_dir))
    for name in sorted(model.files):
        click.echo(f"{model.name}/{name}: as published")
