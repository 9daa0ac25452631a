"""Many recordings at once, in an order that does not depend on which is done first.

Rule 1: a bad recording does not stop the others; a service that cannot be reached or a wrong key does.
Rule 2: what is there already is not made again, so the same command goes on where it was stopped.
Rule 3: outputs appear whole or not at all, and only then is a recording forgotten.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from govor.client import errors as client
from govor.commands.outcomes import Made, Outcome
from govor.commands.outputs import Outputs
from govor.commands.progress import Board
from govor.commands.sources import Source
from govor.errors import GovorError

Progress = Callable[[float], None]  # called with 0..1
# Errors that say something about the service, not about one recording.
HOPELESS = (client.Unreachable, client.BadAnswer, client.Unauthenticated, client.PermissionDenied)


class Transcribing(Protocol):
    """What makes transcripts: this machine, or a service."""

    async def transcribe(self, source: Source, progress: Progress) -> Made:
        """The transcript of one recording. Raises GovorError, ClientError."""
        ...

    async def ready(self) -> None:
        """Raises what is wrong with the service before anything is sent there."""
        ...

    async def delivered(self, source: Source) -> None:
        """Its outputs are where they belong."""
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Batch:
    """How recordings become outputs."""

    transcribing: Transcribing
    outputs: Outputs | None  # None: to standard output
    jobs: int  # at once
    again: bool = False  # also what is there already

    async def run(self, sources: Sequence[Source], board: Board) -> AsyncIterator[Outcome]:
        """Outcomes in the order of the sources. Raises what rule 1 says; the others are cancelled then."""
        slots = asyncio.Semaphore(self.jobs)

        async def one(number: int, source: Source) -> Outcome:
            async with slots:
                outcome = await self.outcome(source, lambda share: board.progress(number, share))
            board.over(number, outcome)
            return outcome

        tasks = [asyncio.create_task(one(*numbered)) for numbered in enumerate(sources)]
        for task in tasks:
            task.add_done_callback(stopper(tasks))
        try:
            for task in tasks:
                await asyncio.wait([task])
                if task.cancelled():
                    continue  # another one was hopeless: its error is raised when its turn comes
                yield task.result()
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def outcome(self, source: Source, progress: Progress) -> Outcome:
        """What becomes of one recording."""
        if self.outputs and not self.again and await asyncio.to_thread(self.outputs.are_there, source):
            paths = tuple(self.outputs.paths(source).values())
            return Outcome(shown=source.shown, state="skipped", outputs=paths)
        started = time.monotonic()
        progress(0.0)
        try:
            made = await self.transcribing.transcribe(source, progress)
            paths = await self._deliver(source, made)
            await self.transcribing.delivered(source)
        except HOPELESS:
            raise
        except (GovorError, client.ClientError) as error:
            return failed(source, error, time.monotonic() - started)
        return Outcome(
            shown=source.shown,
            state="done",
            files={} if paths else made.files,
            outputs=paths,
            audio_seconds=made.audio_seconds,
            seconds=time.monotonic() - started,
            operation_id=made.operation_id,
        )

    async def _deliver(self, source: Source, made: Made) -> tuple[Path, ...]:
        if self.outputs is None:
            return ()
        return tuple(await asyncio.to_thread(self.outputs.write, source, made.files))


def stopper(tasks: Sequence[asyncio.Task[Outcome]]) -> Callable[[asyncio.Task[Outcome]], None]:
    """Cancels all when one ends with an error: that was a hopeless one."""

    def look(task: asyncio.Task[Outcome]) -> None:
        if not task.cancelled() and task.exception() is not None:
            for each in tasks:
                each.cancel()

    return look


def failed(source: Source, error: GovorError | client.ClientError, seconds: float) -> Outcome:
    """The outcome of a recording that could not be transcribed."""
    return Outcome(
        shown=source.shown,
        state="failed",
        seconds=seconds,
        operation_id=getattr(error, "operation_id", ""),
        code=error.code,
        message=error.message,
        detail=error.detail,
        request_id=getattr(error, "request_id", ""),
    )
