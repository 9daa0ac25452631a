"""The command line. Each command parses, calls one thing and prints; heavy imports wait for their command."""

import sys
from typing import Any

import click

from govor import __version__
from govor.commands.accounts import accounts
from govor.commands.backup import backup, restore
from govor.commands.bench import bench
from govor.commands.completion import completion
from govor.commands.dead_letters import dead, replay
from govor.commands.doctor import doctor
from govor.commands.healthcheck import healthcheck
from govor.commands.hot_words import hot_words
from govor.commands.keys import keys
from govor.commands.models import models
from govor.commands.operations import operations
from govor.commands.options import data_dir_option, settings_with
from govor.commands.status import status
from govor.commands.text import text
from govor.commands.tls import tls
from govor.commands.transcribe import transcribe
from govor.commands.watch import watch
from govor.commands.webhooks import webhooks
from govor.commands.worker import worker


class Commands(click.Group):
    """Turns our errors into a line on standard error and an exit status, see commands/exits.py."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except KeyboardInterrupt:  # before or after what a command does about it itself
            from govor.commands import exits

            sys.exit(exits.INTERRUPTED)
        except Exception as error:
            from govor.commands import exits

            if (status := exits.status(error)) is None:
                raise
            click.echo(f"govor: {exits.told(error)}", err=True)
            sys.exit(status)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="govor")
def main() -> None:
    """Self-hosted asynchronous speech recognition with the API of Yandex SpeechKit."""


main.add_command(accounts)
main.add_command(backup)
main.add_command(bench)
main.add_command(completion)
main.add_command(doctor)
main.add_command(healthcheck)
main.add_command(hot_words)
main.add_command(keys)
main.add_command(models)
main.add_command(operations)
operations.add_command(dead)
operations.add_command(replay)
main.add_command(restore)
main.add_command(status)
main.add_command(text)
main.add_command(tls)
main.add_command(webhooks)
main.add_command(transcribe)
main.add_command(watch)
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
