"""`govor text`: recognised words to written text, and the switches it shares with `govor transcribe`."""

import sys
from collections.abc import Callable
from typing import Any, TypeVar

import click

from govor.commands.options import settings_with
from govor.records import TextOptions

Command = TypeVar("Command", bound=Callable[..., Any])


def text_options(command: Command) -> Command:
    """The switches of a text."""
    command = click.option("--profanity", is_flag=True, help="Mask profanity with asterisks")(command)
    command = click.option("--literature", is_flag=True, help="Punctuation and capitals")(command)
    return click.option("--raw", is_flag=True, help="Leave numbers as words")(command)


def asked(options: dict[str, Any]) -> TextOptions:
    """Takes the switches out of a command's options."""
    return TextOptions(
        raw_results=options.pop("raw"),
        literature_text=options.pop("literature"),
        profanity_filter=options.pop("profanity"),
    )


@click.command()
@click.option("--language", default="ru-RU", show_default=True)
@text_options
def text(language: str, **options: Any) -> None:
    """Read lines of recognised words and write each as it would stand in `text`."""
    from govor.recognition import languages
    from govor.text.writing import Writer

    writer, code, wanted = Writer.of(settings_with()), languages.canonical(language), asked(options)
    for line in sys.stdin.buffer:
        click.echo(writer.line(line.decode("utf-8", "replace").split(), wanted, code))
