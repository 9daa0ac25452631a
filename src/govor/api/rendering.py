"""Writing answers without holding up everybody else."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from itertools import islice
from typing import TypeVar

from govor.api.gateway import Answer
from govor.records import Operation

T = TypeVar("T")
Made = TypeVar("Made")

# About 10 ms of writing. The answer to a 4-hour recording (2,000 chunks) takes ten times that.
CHUNKS_AT_ONCE_MAX = 200
# Events of a streamed answer written in one go: about 10 ms of writing, and 100 KB to send.
EVENTS_AT_ONCE = 100


async def rendered(write: Callable[[Answer], bytes], answer: Answer) -> bytes:
    """What `write` makes of an answer; a long one is written in a thread while polls go on."""
    transcript = answer.transcript if isinstance(answer, Operation) else None
    if transcript is None or len(transcript.chunks) <= CHUNKS_AT_ONCE_MAX:
        return write(answer)
    return await asyncio.to_thread(write, answer)


async def streamed(write: Callable[[T], Made], answer: Iterable[T]) -> AsyncIterator[list[Made]]:
    """What `write` makes of each message, some at a time; the messages are made in a thread, too."""
    messages = iter(answer)
    while batch := await asyncio.to_thread(_batch, write, messages):
        yield batch


def _batch(write: Callable[[T], Made], messages: Iterator[T]) -> list[Made]:
    return [write(message) for message in islice(messages, EVENTS_AT_ONCE)]
