"""`govor hot-words`: phrases that the recordings of a folder are expected to hold."""

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from govor.commands.options import as_json_option, data_dir_option, print_row, settings_with

if TYPE_CHECKING:
    from govor.storage.hot_words import HotWords

folder_option = click.option("--folder", "folder_id", help="Whose recordings  [the default folder]")
phrases_argument = click.argument("phrases", nargs=-1)
file_option = click.option(
    "--file", type=click.File(encoding="utf-8"), help="A phrase on each line; - is stdin"
)


@click.group("hot-words")
def hot_words() -> None:
    """Names and terms to expect in a folder's recordings."""


@hot_words.command("add")
@phrases_argument
@file_option
@folder_option
@data_dir_option
def add(
    phrases: tuple[str, ...], file: Iterable[str] | None, folder_id: str | None, data_dir: Path | None
) -> None:
    """Expect PHRASES; a folder has at most 1,000."""
    from govor.recognition import phrases as spelling

    words, folder = _opened(folder_id, data_dir)
    wanted = [spelling.canonical(phrase) for phrase in _given(phrases, file)]
    spelling.collected(words.of(folder), wanted)
    click.echo(f"{words.add(folder, wanted)} new hot words in folder {folder}", err=True)


@hot_words.command("remove")
@phrases_argument
@file_option
@folder_option
@data_dir_option
def remove(
    phrases: tuple[str, ...], file: Iterable[str] | None, folder_id: str | None, data_dir: Path | None
) -> None:
    """Expect PHRASES no longer."""
    from govor.recognition import phrases as spelling

    words, folder = _opened(folder_id, data_dir)
    gone = words.remove(folder, [spelling.canonical(phrase) for phrase in _given(phrases, file)])
    click.echo(f"{gone} hot words removed from folder {folder}", err=True)


@hot_words.command("list")
@folder_option
@data_dir_option
@as_json_option
def show(folder_id: str | None, data_dir: Path | None, as_json: bool) -> None:
    """Print the phrases of a folder, one a line."""
    words, folder = _opened(folder_id, data_dir)
    for phrase in words.of(folder):
        print_row({"phrase": phrase, "folder": folder}, phrase, as_json=as_json)


def _opened(folder_id: str | None, data_dir: Path | None) -> "tuple[HotWords, str]":
    """The table, and the folder that is meant."""
    from govor.storage.accounts import Accounts
    from govor.storage.database import Database
    from govor.storage.hot_words import HotWords

    database = Database.open(settings_with(data_dir=data_dir))
    return HotWords(database), folder_id or Accounts(database).default_folder()


def _given(phrases: tuple[str, ...], file: Iterable[str] | None) -> list[str]:
    """What stands on the command line and in the file; empty lines are none."""
    given = [*phrases, *(line.strip() for line in file or () if line.strip())]
    if not given:
        raise click.UsageError("name at least one phrase, or a file of them with --file")
    return given
