"""`govor operations`: the operations of a running service, from the command line."""

import click


@click.group()
def operations() -> None:
    """Operations of a service: what was submitted and what became of it."""
