"""`govor operations dead` and `replay`: what a fault of the service ended; beside a running one."""

import json
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from govor.commands.options import data_dir_option, settings_with

if TYPE_CHECKING:
    from govor.engine.dead_letters import DeadLetter

LISTED = 100


@click.command("dead")
@click.option("--limit", type=click.IntRange(1), default=LISTED, show_default=True, help="At most so many")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object on each line")
@data_dir_option
def dead(limit: int, as_json: bool, data_dir: Path | None) -> None:
    """List operations that a fault of the service ended, newest first: id, folder, when, why.

    They are read from the data directory, or from the database of a fleet (GOVOR_DATABASE_URL).
    """
    from govor.engine.dead_letters import DeadLetters  # 2 s of imports

    with closing(DeadLetters.open(settings_with(data_dir=data_dir))) as letters:
        for letter in letters.list(limit):
            click.echo(json.dumps(document(letter), ensure_ascii=False) if as_json else line(letter))


@click.command("replay")
@click.argument("ids", nargs=-1, metavar="[ID]…")
@click.option("--all", "everything", is_flag=True, help="All that `govor operations dead` lists")
@data_dir_option
def replay(ids: tuple[str, ...], everything: bool, data_dir: Path | None) -> None:
    """Run dead operations again, under their ids: now, or when the service is started."""
    from govor.engine.dead_letters import DeadLetters
    from govor.storage.database import Database
    from govor.storage.journal import Journal

    if bool(ids) == everything:
        raise click.UsageError("name operations, or --all")
    settings = settings_with(data_dir=data_dir)
    with closing(DeadLetters.open(settings)) as letters, closing(Database.open(settings)) as database:
        journal = Journal(database)
        for operation_id in [letter.id for letter in letters.list()] if everything else ids:
            letters.replay(operation_id)
            journal.reopen(operation_id)
            click.echo(operation_id)


def line(letter: "DeadLetter") -> str:
    """For people."""
    ended = datetime.fromtimestamp(letter.ended_ms / 1000, UTC)
    detail = f" ({letter.failure.detail})" if letter.failure.detail else ""
    return f"{letter.id}  {letter.folder_id}  {ended:%Y-%m-%d %H:%M:%S}Z  {letter.failure.message}{detail}"


def document(letter: "DeadLetter") -> dict[str, object]:
    """For programs."""
    return {
        "id": letter.id,
        "folderId": letter.folder_id,
        "createdAt": letter.created_ms // 1000,
        "endedAt": letter.ended_ms // 1000,
        "error": type(letter.failure).__name__,
        "message": letter.failure.message,
        "detail": letter.failure.detail,
    }
