"""`govor status`: how a running service is, on one screen."""

import json
import time
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

import click

from govor.commands.service import client_for, service_options

NOT_READY = 1  # exit status: it answers, but a job submitted now would not run
ERRORS_SHOWN = 5
MINUTE, HOUR, DAY = 60, 3_600, 86_400
MIB, GIB = 1 << 20, 1 << 30


@click.command()
@service_options
@click.option("--json", "as_json", is_flag=True, help="Print the service's own JSON document")
@click.pass_context
def status(context: click.Context, server: str | None, key: str | None, as_json: bool) -> None:
    """Show how a service is: ready or why not, queues, recognisers, memory, disk, errors.

    Exit status: 0 ready, 1 not ready, 3 no service answers, 4 it does not know the key.
    """
    with client_for(server, key) as client:
        document = client.status()
        address = client.session.server
    if as_json:
        click.echo(json.dumps(document, ensure_ascii=False, indent=2))
    else:
        click.echo("\n".join(lines(document, address, now=time.time())))
    context.exit(0 if document["ready"] else NOT_READY)


def lines(document: Mapping[str, Any], address: str, *, now: float) -> Iterator[str]:
    """The screen: a line for each subject."""
    state = "ready" if document["ready"] else f"NOT READY: {document['reason']}"
    age = duration(now - seconds(document["startedAt"]))
    yield f"{state}: govor {document['version']} at {address}, up for {age}"
    rows: list[tuple[str, str]] = [
        ("models", listed(f"{m['language']} {m['model']} ({m['quality']})" for m in document["models"])),
        *(("queue", waiting(queue)) for queue in document["queues"] if queue["depth"]),
        *(("stranded", text) for text in map(stranded, document.get("stranded", {}).items())),
        ("operations", counted(document["operations"])),
        ("recognisers", counted(document["recognisers"]) + clips(document["clipsWaiting"])),
        ("memory", memory(document["memoryBytes"])),
        ("disk", f"{document['diskFreeBytes'] / GIB:.1f} GiB free"),
        ("audio", f"{duration(document['audioSeconds'])} recognised since the start"),
    ]
    rows += [("problem", f"{m['language']}: {m['problem']}") for m in document["models"] if m["problem"]]
    rows += [("errors", fault(each, now)) for each in document["errors"][:ERRORS_SHOWN]]
    width = max(len(name) for name, _ in rows)
    shown = ""
    for name, text in rows:
        yield f"  {'' if name == shown else name:<{width}}  {text}"
        shown = name


def waiting(queue: Mapping[str, Any]) -> str:
    """One queue that is not empty."""
    kind = "" if queue["class"] == "general" else f" of {queue['class']}"
    return f"{queue['depth']} {queue['queue']}{kind} wait, the oldest for {duration(queue['oldestSeconds'])}"


def stranded(waiting: tuple[str, int]) -> str:
    """What no worker takes any more."""
    version, number = waiting
    return f"{number} operations wait for a worker of version {version}, and there is none"


def counted(numbers: Mapping[str, int]) -> str:
    """ "2 busy, 1 free"; what is zero is left out."""
    return listed(f"{number} {name}" for name, number in numbers.items() if number)


def clips(number: int) -> str:
    """What waits for recognisers, if anything."""
    return f"; {number} pieces of speech wait" if number else ""


def memory(by_process: Mapping[str, int]) -> str:
    """All of it, and who has how much."""
    each = listed(f"{name} {number / MIB:.0f}" for name, number in by_process.items())
    return f"{sum(by_process.values()) / MIB:.0f} MiB: {each}"


def fault(error: Mapping[str, Any], now: float) -> str:
    """One kind of error: how often and when last."""
    age = duration(now - seconds(error["lastAt"]))
    return f"{error['where']} {error['code']}: {error['count']}, the last {age} ago"


def listed(items: Iterator[str]) -> str:
    """Several in a line."""
    return ", ".join(items) or "none"


def seconds(moment: str) -> float:
    """A time of the document since the epoch."""
    return datetime.fromisoformat(moment).timestamp()


def duration(length: float) -> str:
    """Seconds as people say them: two units at most."""
    whole = max(0, round(length))
    if whole < MINUTE:
        return f"{whole} s"
    if whole < HOUR:
        return f"{whole // MINUTE} min {whole % MINUTE} s"
    if whole < DAY:
        return f"{whole // HOUR} h {whole % HOUR // MINUTE} min"
    return f"{whole // DAY} d {whole % DAY // HOUR} h"
