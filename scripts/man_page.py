"""Writes docs/man/govor.1 from the commands and their help.

    python -m scripts.man_page [FILE]

Everything in it is taken from the command line itself, so the page cannot say anything else than --help.
"""

import inspect
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import click

from govor.cli import main

PAGE = Path(__file__).parent.parent / "docs/man/govor.1"
HEAD = '.\\" Made by `python -m scripts.man_page`; change the commands and run it again.\n'
FILES = (
    ("~/.local/share/govor", "Data: database, objects, keys, models; another place with GOVOR_DATA_DIR."),
    ("OUTPUT/.govor-state.jsonl", "What `govor transcribe --server` and `govor watch` have not finished."),
)
STATUSES = (
    ("0", "All is done."),
    ("1", "Something was tried and did not work, or a part of it."),
    ("2", "Wrong usage; nothing was tried."),
    ("3", "No service answers at --server. (`govor bench accuracy`: --wer-max was not kept.)"),
    ("4", "The service does not know the key, or the key may not do this."),
    ("130", "Interrupted (Ctrl-C)."),
)


def page() -> str:
    """The whole page in roff."""
    context = click.Context(main, info_name="govor")
    lines = [
        HEAD + '.TH GOVOR 1 "" "govor" "User Commands"',
        ".SH NAME",
        f"govor \\- {escaped(first_line(main.help or ''))}",
        ".SH SYNOPSIS",
        ".B govor",
        "COMMAND [FLAGS] [ARGUMENTS]",
        ".SH DESCRIPTION",
        "Settings are read from the environment (GOVOR_...); docs/settings.md lists them.",
        ".SH COMMANDS",
    ]
    for command in commands(main, context):
        lines += described(*command)
    for title, rows in (("EXIT STATUS", STATUSES), ("FILES", FILES)):
        lines.append(f".SH {title}")
        for term, text in rows:
            lines += [".TP", f".B {escaped(term)}", escaped(text)]
    return "\n".join(lines) + "\n"


def commands(group: click.Group, context: click.Context) -> Iterator[tuple[click.Command, click.Context]]:
    """Every command that does something, groups opened, in alphabetical order."""
    for name in sorted(group.commands):
        command = group.commands[name]
        below = click.Context(command, info_name=name, parent=context)
        if isinstance(command, click.Group):
            yield from commands(command, below)
        elif not command.hidden:
            yield command, below


def described(command: click.Command, context: click.Context) -> Iterator[str]:
    """One command: how it is called, what it does, its flags."""
    yield f".SS {escaped(context.command_path)} {escaped(' '.join(command.collect_usage_pieces(context)))}"
    for paragraph in re.split(r"\n\s*\n", inspect.cleandoc(command.help or "")):
        kept = paragraph.startswith("\b")
        if kept:
            yield ".nf"
        yield from (escaped(line) for line in paragraph.removeprefix("\b").strip("\n").splitlines())
        yield ".fi\n.PP" if kept else ".PP"
    for parameter in command.get_params(context):
        record = parameter.get_help_record(context)
        if record and record[1] and "--help" not in record[0]:
            yield f".TP\n.B {escaped(record[0])}\n{escaped(record[1])}"


def first_line(text: str) -> str:
    """The first sentence."""
    return text.strip().splitlines()[0].rstrip(".")


def escaped(text: str) -> str:
    """Text for roff: no escapes, no requests, hyphens as they can be copied."""
    safe = text.replace("\\", "\\e").replace("-", "\\-")
    return f"\\&{safe}" if safe.startswith((".", "'")) else safe


if __name__ == "__main__":
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else PAGE
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(page(), encoding="utf-8")
