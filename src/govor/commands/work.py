"""What `govor transcribe` and `govor watch` have in common: their flags, and who does the work."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from govor.commands import journal
from govor.commands.formats import BINARY, SUFFIXES
from govor.commands.options import hot_words_option, phrases_in
from govor.commands.service import key_option, server_option
from govor.commands.text import asked, text_options
from govor.records import TextOptions
from govor.settings import Settings

if TYPE_CHECKING:
    from govor.commands.batch import Transcribing

Command = TypeVar("Command", bound=Callable[..., Any])

# On this machine more than the recognisers can carry gains nothing but a decoder that runs ahead; a service
# queues by itself, and each job costs one connection that waits.
JOBS_HERE, JOBS_THERE = 2, 8
STATE = ".govor-state.jsonl"  # in --output; see journal.py


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """What is to be done with each recording, and by whom."""

    formats: tuple[str, ...]
    language: str
    model: str
    hot_words: Sequence[str]
    text: TextOptions
    server: str  # "": this machine
    key: str
    jobs: int
    delete: bool
    state: Path | None

    @classmethod
    def of(cls, options: dict[str, Any], settings: Settings, output: Path | None) -> "Asked":
        """Takes the flags of `work_options` out of a command's. Raises click's UsageError, BadRequest."""
        server = options.pop("server") or settings.server
        formats, state = options.pop("formats"), options.pop("state")
        if output is None and BINARY & set(formats):
            raise click.UsageError(f"--format {', '.join(sorted(BINARY & set(formats)))} needs --output")
        made = cls(
            text=asked(options),
            formats=formats,
            language=options.pop("language"),
            model=options.pop("model") or "",
            hot_words=phrases_in(options.pop("hot_words")),
            server=server,
            key=options.pop("key") or settings.api_key,
            jobs=options.pop("jobs") or (JOBS_THERE if server else JOBS_HERE),
            delete=options.pop("delete"),
            state=state or (output / STATE if output and server else None),
        )
        if not server and (made.model or made.delete):
            raise click.UsageError("--model and --delete need --server")
        return made


def chosen_formats(
    context: click.Context, parameter: click.Parameter, given: tuple[str, ...]
) -> tuple[str, ...]:
    """The formats of several --format, each with one or with several between commas."""
    names = [name.strip() for each in given for name in each.split(",")]
    for name in names:
        if name not in SUFFIXES:
            raise click.BadParameter(f"{name!r} is not one of {', '.join(SUFFIXES)}.", context, parameter)
    return tuple(dict.fromkeys(names)) or ("text",)


def work_options(command: Command) -> Command:
    """The flags that `Asked.of` reads."""
    for option in reversed(
        (
            click.option(
                "--format",
                "formats",
                multiple=True,
                callback=chosen_formats,
                metavar="|".join(SUFFIXES),
                help="One or more, repeated or with commas  [text]",
            ),
            click.option("--language", default="ru-RU", show_default=True),
            hot_words_option,
            text_options,
            server_option,
            key_option,
            click.option("--model", metavar="TAG", help="With --server: general, deferred-general …"),
            click.option("--jobs", type=click.IntRange(1, 256), help="How many at once  [2; 8 on a server]"),
            click.option(
                "--state",
                type=click.Path(dir_okay=False, path_type=Path),
                help=f"With --server: where to remember unfinished operations  [OUTPUT/{STATE}]",
            ),
            click.option(
                "--delete", is_flag=True, help="With --server: delete operations there once they are here"
            ),
        )
    ):
        command = option(command)
    return command


@asynccontextmanager
async def opened(settings: Settings, wanted: Asked) -> AsyncIterator["Transcribing"]:
    """Who does the work, until the block ends.

    Raises LanguageUnavailable, ModelFailed; of a service Unreachable, Unauthenticated; Unavailable when
    another process uses the state file.
    """
    async with AsyncExitStack() as stack:
        made = await (there if wanted.server else here)(stack, settings, wanted)
        await made.ready()
        yield made


async def here(stack: AsyncExitStack, settings: Settings, wanted: Asked) -> "Transcribing":
    """This machine."""
    from govor.commands import local_work

    opening = local_work.opened(
        settings, wanted.text, wanted.formats, language=wanted.language, hot_words=wanted.hot_words
    )
    return await stack.enter_async_context(opening)


async def there(stack: AsyncExitStack, settings: Settings, wanted: Asked) -> "Transcribing":
    """A service."""
    from govor.client import AsyncClient
    from govor.commands.server_work import ServerWork

    return ServerWork(
        client=await stack.enter_async_context(AsyncClient(wanted.server, wanted.key)),
        server=wanted.server,
        journal=stack.enter_context(journal.opened(wanted.state)),
        options=options_for(wanted),
        formats=wanted.formats,
        delete=wanted.delete,
    )


def options_for(wanted: Asked) -> Any:
    """The same as the client's options."""
    return {
        "language": wanted.language,
        "literature_text": wanted.text.literature_text,
        "profanity_filter": wanted.text.profanity_filter,
        "raw_results": wanted.text.raw_results,
        **({"model": wanted.model} if wanted.model else {}),
        **({"hot_words": list(wanted.hot_words)} if wanted.hot_words else {}),
    }
