"""`govor doctor`: looks at everything that a job needs, and says what to do about what it finds."""

import json
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import click
from pydantic import ValidationError

from govor.commands import exits
from govor.commands.findings import Check, Finding, State, fail, of
from govor.commands.options import data_dir_option, settings_with
from govor.commands.service import service_options
from govor.settings import Settings


@click.command()
@data_dir_option
@service_options
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object for each finding, on a line")
@click.pass_context
def doctor(
    context: click.Context, /, data_dir: Path | None, server: str | None, key: str | None, as_json: bool
) -> None:
    """Check this installation, and with --server a service: what is well, what is not, what to do.

    Settings, disk, memory, models, decoders, databases, ports, object storage, certificate, clock.

    Exit status: 0 nothing failed, 1 something did.
    """
    failed = False
    for finding in findings(data_dir, server, key):
        failed = failed or finding.state is State.FAIL
        click.echo(json.dumps(finding.document, ensure_ascii=False) if as_json else finding.line)
    context.exit(exits.FAILED if failed else 0)


def findings(data_dir: Path | None, server: str | None, key: str | None) -> Iterator[Finding]:
    """Everything, one after the other; what is slow comes last."""
    from govor.commands import checks

    yield from of("versions", checks.versions)
    try:
        settings = settings_with(data_dir=data_dir)
    except ValidationError as error:
        for wrong in error.errors():
            name = "GOVOR_" + "_".join(map(str, wrong["loc"])).upper()
            yield fail("settings", f"{name}: {wrong['msg']}", "see docs/settings.md")
        return
    for name, check in checks_of(settings, server or settings.server, key or settings.api_key):
        yield from of(name, check)


def checks_of(settings: Settings, server: str, key: str) -> Iterator[tuple[str, Check]]:
    """Every check by the name of what it is about."""
    from govor.commands import checks, service_checks

    yield "settings", checks.settings
    yield "data", partial(checks.data, settings)
    yield "machine", checks.machine
    yield "database", partial(checks.databases, settings)
    yield "ports", partial(service_checks.ports, settings)
    yield "tls", partial(checks.certificate, settings)
    yield "storage", partial(service_checks.storage, settings)
    if server:
        yield "service", partial(service_checks.service, server, key)
    yield "models", partial(checks.models, settings)
    yield "audio", checks.audio
