"""The order of the steps from a link to a transcript. Pure order: what a step does is next door.

Rule 1: a step may run twice (the process may die between its end and its note), so steps repeat harmlessly.
Rule 2: what a step returns is small and plain; large things lie in the operation's scratch folder.
Rule 3: the folder goes when the operation ends, well or badly, but stays when only the process ends, and when
        a recording that is nowhere else failed by our fault: until it is replayed, or expires.
"""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, Protocol, TypeVar

from govor.errors import ServiceError, StorageFailed
from govor.pipeline.early import Told
from govor.pipeline.stored import Plain
from govor.pipeline.stored_extras import read_summary
from govor.pipeline.work import Work
from govor.records import Task, Transcript

T = TypeVar("T")
Step = Callable[[], Coroutine[Any, Any, T]]


class Durable(Protocol):
    """Runs steps and remembers what they returned (engine/durable.py)."""

    async def step(self, name: str, work: Step[T]) -> T:
        """The result of `work`, of an earlier life if there was one."""
        ...

    async def prepared(self, prepare: Callable[[Told], Coroutine[Any, Any, Plain]]) -> Plain:
        """The result of the step `prepare`; recognition of the parts that it tells of begins meanwhile."""
        ...

    async def parts(self, count: int) -> Sequence[str]:
        """What Work.recognise returns for parts 0 … count - 1, wherever they were recognised."""
        ...

    async def give_up(self) -> None:
        """The operation failed: parts that wait or run are not wanted any more."""
        ...

    async def superseded(self, error: BaseException) -> bool:
        """Whether this error says that another process runs the operation now, and needs its files."""
        ...


async def transcribe(operation_id: str, task: Task, work: Work, durable: Durable) -> Transcript:
    """Run one operation. Raises the error that becomes its failure."""
    try:
        size = await durable.step("fetch", partial(work.fetch, operation_id, task))
        prepared = await durable.prepared(partial(work.prepare, operation_id, task))
        await work.measured(operation_id, size, prepared)
        heard = await durable.parts(prepared["parts"])
        rows = None
        if task.extras.label_speakers and prepared["channels"] == 1:
            rows = await durable.step("speakers", partial(work.tell_speakers, operation_id, task))
        transcript = await asyncio.to_thread(work.assemble, task, prepared, heard, rows)
        if task.extras.instructions:
            summary = await durable.step("summarise", partial(work.summarise, transcript))
            transcript = replace(transcript, summary=read_summary(summary))
    except asyncio.CancelledError:  # the process is ending: the next one goes on from here, with these files
        raise
    except BaseException as error:  # failed, or cancelled by the caller, as the engine tells in its own way
        if not await durable.superseded(error):
            await durable.give_up()
            if not wanted_again(error, task):
                await work.discard(operation_id)
        raise
    await work.discard(operation_id)
    return transcript


def wanted_again(error: BaseException, task: Task) -> bool:
    """Whether an operator may have it run again for which its files are needed: they came with the request.

    Those of a recording that has a link are fetched again; and a full disk must not stay full.
    """
    ours = isinstance(error, ServiceError) and not isinstance(error, StorageFailed)
    return ours and not task.uri
