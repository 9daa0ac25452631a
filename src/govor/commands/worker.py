"""`govor worker`: takes work from the queues of a fleet."""

from typing import Any

import click

from govor.commands.options import data_dir_option, settings_with


@click.command()
@data_dir_option
@click.option(
    "--http", "worker_http", metavar="HOST:PORT", help="Address of /health and /metrics  [127.0.0.1:8081]"
)
def worker(**flags: Any) -> None:
    """Recognise what a fleet's `govor serve --no-worker` accepts, until it is told to stop."""
    from govor import worker as working

    working.run(settings_with(**flags, worker=True))
