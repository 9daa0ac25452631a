"""`govor operations`: the operations of a running service, from the command line."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING, Any

import click

from govor.commands import exits
from govor.commands.options import as_json_option, print_row
from govor.commands.progress import bar_of, printable
from govor.commands.service import client_for, service_options

if TYPE_CHECKING:
    from govor.client import Client, Operation

STATES = ("queued", "running", "done", "failed", "cancelled")
LISTED = 50  # the newest ones, unless more are asked for
TIMES = ["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S"]  # local time


@click.group()
def operations() -> None:
    """Operations of a service: what was submitted and what became of it."""


@operations.command("list")
@click.option("--state", "states", multiple=True, type=click.Choice(STATES), help="Only these, repeatable")
@click.option("--search", default="", help="Part of a name (in any case) or of an id")
@click.option("--since", type=click.DateTime(TIMES), help="Submitted then or later, local time")
@click.option("--until", type=click.DateTime(TIMES), help="Submitted before")
@click.option("--limit", type=click.IntRange(1), default=LISTED, show_default=True, help="At most so many")
@as_json_option
@service_options
def list_operations(
    server: str | None, key: str | None, *, limit: int, as_json: bool, states: tuple[Any, ...], **asked: Any
) -> None:
    """List the operations of the key's folder, newest first: id, state, length, when, name."""
    with client_for(server, key) as client:
        for operation in islice(client.operations(states=states, **asked), limit):
            tell(operation, as_json=as_json)


@operations.command("get")
@click.argument("ids", nargs=-1, required=True, metavar="ID…")
@as_json_option
@service_options
@click.pass_context
def get_operations(context: click.Context, /, ids: tuple[str, ...], as_json: bool, **service: Any) -> None:
    """Show operations: state, progress, and why they failed."""

    def show(client: "Client", operation_id: str) -> None:
        operation = client.get(operation_id)
        tell(operation, as_json=as_json)
        if not as_json:
            click.echo("".join(f"  {line}\n" for line in details(operation)), nl=False)

    context.exit(each(ids, show, **service))


@operations.command("cancel")
@click.argument("ids", nargs=-1, required=True, metavar="ID…")
@as_json_option
@service_options
@click.pass_context
def cancel_operations(context: click.Context, /, ids: tuple[str, ...], as_json: bool, **service: Any) -> None:
    """Stop operations; those that have ended stay as they are."""
    context.exit(each(ids, lambda client, one: tell(client.cancel(one), as_json=as_json), **service))


@operations.command("delete")
@click.argument("ids", nargs=-1, required=True, metavar="ID…")
@click.option("--cancel", is_flag=True, help="Stop those first that have not ended")
@service_options
@click.pass_context
def delete_operations(context: click.Context, /, ids: tuple[str, ...], cancel: bool, **service: Any) -> None:
    """Forget operations, their results and what was uploaded for them."""

    def delete(client: "Client", operation_id: str) -> None:
        client.delete(operation_id, cancel=cancel)
        click.echo(f"deleted {operation_id}", err=True)

    context.exit(each(ids, delete, **service))


@operations.command("wait")
@click.argument("ids", nargs=-1, required=True, metavar="ID…")
@click.option("--timeout", type=click.FloatRange(min=0), metavar="SECONDS", help="For each, at most so long")
@as_json_option
@service_options
@click.pass_context
def wait_operations(
    context: click.Context, /, ids: tuple[str, ...], timeout: float | None, as_json: bool, **service: Any
) -> None:
    """Wait until operations have ended, with a bar on a terminal.

    Exit status: 0 all are done, 1 one failed, was cancelled or is not done in time.
    """

    def wait(client: "Client", operation_id: str) -> None:
        from govor.client.blocking.client import raise_failed

        with bar() as progress:
            operation = client.wait(operation_id, timeout_seconds=timeout, progress=progress, check=False)
        tell(operation, as_json=as_json)
        raise_failed(operation)

    context.exit(each(ids, wait, **service))


def each(
    ids: tuple[str, ...], action: "Callable[[Client, str], None]", *, server: str | None, key: str | None
) -> int:
    """Do it with every operation, whatever becomes of the others; returns the exit status."""
    from govor.client import errors

    status = 0
    with client_for(server, key) as client:
        for operation_id in ids:
            try:
                action(client, operation_id)
            except (errors.Unreachable, errors.BadAnswer, errors.Unauthenticated, errors.PermissionDenied):
                raise
            except errors.ClientError as error:
                click.echo(f"govor: {operation_id}: {exits.told(error)}", err=True)
                status = exits.FAILED
    return status


def tell(operation: "Operation", *, as_json: bool) -> None:
    """One operation on a line."""
    print_row(document(operation), line(operation), as_json=as_json)


def line(operation: "Operation") -> str:
    """Id, state, length, when it was submitted (local time), name."""
    state = f"{operation.progress:.0%}" if operation.state == "running" else operation.state
    length = "" if operation.audio_seconds is None else f"{operation.audio_seconds:.0f} s"
    created = operation.created_at.astimezone().strftime("%Y-%m-%d %H:%M:%S")
    return f"{operation.id}  {state:<9}  {length:>8}  {created}  {printable(operation.name)}".rstrip()


def details(operation: "Operation") -> Iterator[str]:
    """What does not fit on the line."""
    yield f"language {operation.language}, model {operation.model}, stage {operation.stage}"
    if operation.parts:
        yield f"{operation.parts_done} of {operation.parts} parts"
    if operation.estimated_seconds_left is not None and not operation.ended:
        yield f"about {operation.estimated_seconds_left:.0f} s left"
    if operation.error is not None:
        yield f"error {operation.error.code}: {printable(operation.error.message)}"
        if operation.error.detail:
            yield printable(operation.error.detail)


def document(operation: "Operation") -> dict[str, Any]:
    """The same as JSON, in the API's own words."""
    error = operation.error
    return {
        "id": operation.id,
        "name": operation.name,
        "state": operation.state,
        "stage": operation.stage,
        "createdAt": stamp(operation.created_at),
        "modifiedAt": stamp(operation.modified_at),
        "language": operation.language,
        "model": operation.model,
        "channels": operation.channels,
        "audioSeconds": operation.audio_seconds,
        "progress": operation.progress,
        "estimatedSecondsLeft": operation.estimated_seconds_left,
        "error": error and {"code": error.code, "message": error.message, "detail": error.detail},
    }


def stamp(moment: datetime) -> str:
    """RFC 3339, whole seconds, UTC."""
    return moment.isoformat().replace("+00:00", "Z")


@contextmanager
def bar() -> Iterator["Callable[[Operation], None] | None"]:
    """Draws an operation's progress on a terminal; None elsewhere."""
    if not sys.stderr.isatty():
        yield None
        return

    def draw(operation: "Operation") -> None:
        sys.stderr.write(f"\r\x1b[2K{bar_of(printable(operation.name or operation.id), operation.progress)}")
        sys.stderr.flush()

    try:
        yield draw
    finally:
        sys.stderr.write("\r\x1b[2K")
        sys.stderr.flush()
