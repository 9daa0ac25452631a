"""What several commands share."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import click

from govor.settings import Settings


def settings_with(**flags: Any) -> Settings:
    """Settings from the environment, with the flags that were given on top."""
    return Settings(**{name: value for name, value in flags.items() if value is not None})


data_dir_option = click.option(
    "--data-dir", type=click.Path(path_type=Path), help="Where Govor keeps its data  [~/.local/share/govor]"
)
hot_words_option = click.option(
    "--hot-words", type=click.File(encoding="utf-8"), help="Names and terms to expect, a phrase on each line"
)
role_option = click.option(
    "--role", "held", multiple=True, help="A role, repeatable  [ai.speechkit-stt.user, storage.editor]"
)
folder_option = click.option(
    "--folder", "folder_id", help="Folder whose operations it may see  [the default]"
)

as_json_option = click.option("--json", "as_json", is_flag=True, help="Print a JSON object on each line")


def print_row(fields: Mapping[str, Any], line: str, *, as_json: bool) -> None:
    """One thing of a list: as an object for programs, or as a line for people."""
    click.echo(json.dumps(fields, ensure_ascii=False) if as_json else line)


def phrases_in(file: Iterable[str] | None) -> tuple[str, ...]:
    """The hot words of a file, one a line; empty lines are none. Raises BadRequest."""
    from govor.recognition import phrases

    return phrases.collected(phrases.canonical(line) for line in file or () if line.strip())
