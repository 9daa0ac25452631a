"""What of a folder is to be transcribed, seen by looking again and again.

Rule 1: a recording is taken when its size and time have stayed the same since the last look, and long enough.
Rule 2: it is taken again only when it has changed; outputs that are newer count as taken (outputs.py).
Rule 3: while the service does not answer, recordings wait; nothing fails for that.
"""

import asyncio
import contextlib
import time
from collections.abc import Callable
from pathlib import Path

from govor.client import errors as client
from govor.commands import sources
from govor.commands.batch import Batch
from govor.commands.outcomes import Outcome
from govor.commands.sources import Source

AWAY_SECONDS = 5.0  # between two tries while no service answers


class Watcher:
    """Looks into one folder; `clock` is seconds since the epoch, as files have them."""

    def __init__(
        self,
        folder: Path,
        batch: Batch,
        tell: Callable[[Outcome], None],
        *,
        recursive: bool,
        settle_seconds: float,
        clock: Callable[[], float] = time.time,
    ) -> None:
        assert batch.outputs is not None
        self.folder = folder
        self.batch = batch
        self.outputs = batch.outputs
        self.tell = tell
        self.recursive = recursive
        self.settle_seconds = settle_seconds
        self.clock = clock
        self.failed = 0
        self._seen: dict[Path, str] = {}  # as of the last look: path → identity
        self._taken: dict[Path, str] = {}
        self._slots = asyncio.Semaphore(batch.jobs)

    async def run(self, stop: asyncio.Event, *, poll_seconds: float, once: bool) -> int:
        """Look until `stop` is set, or with `once` until all is done; returns how many failed.

        Raises what is wrong with the key, see batch.py.
        """
        try:
            async with asyncio.TaskGroup() as group:
                await self._work(group, stop, poll_seconds, once=once)
        except* client.ClientError as raised:
            raise raised.exceptions[0] from None
        return self.failed

    async def _work(
        self, group: asyncio.TaskGroup, stop: asyncio.Event, poll_seconds: float, *, once: bool
    ) -> None:
        running: set[asyncio.Task[None]] = set()
        while not stop.is_set():
            ready, growing = await asyncio.to_thread(self.look)
            for source in ready:
                task = group.create_task(self.one(source))
                running.add(task)
                task.add_done_callback(running.discard)
            if once and not growing and not running:
                break
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), poll_seconds)
        for task in running:
            task.cancel()

    def look(self) -> tuple[list[Source], bool]:
        """What is to be taken now, and whether something there may still grow."""
        found = sources.placed(sources.of_name(str(self.folder), recursive=self.recursive))
        fresh = [each for each in found if each.path and self._taken.get(each.path) != each.identity]
        whole = [each for each in fresh if self._is_whole(each)]
        self._seen = {each.path: each.identity for each in found if each.path}
        self._taken |= {each.path: each.identity for each in whole if each.path}
        self._taken = {path: known for path, known in self._taken.items() if path in self._seen}
        return [each for each in whole if not self.outputs.are_there(each)], len(whole) < len(fresh)

    def _is_whole(self, source: Source) -> bool:
        age_seconds = self.clock() - source.modified_ns / 1e9
        settled = abs(age_seconds) >= self.settle_seconds  # a time long to come says nothing
        return settled and source.path in self._seen and self._seen[source.path] == source.identity

    async def one(self, source: Source) -> None:
        """Transcribe a recording, however long the service stays away in between."""
        async with self._slots:
            while True:
                try:
                    outcome = await self.batch.outcome(source, lambda share: None)
                except (client.Unreachable, client.BadAnswer):
                    await asyncio.sleep(AWAY_SECONDS)
                else:
                    break
        self.failed += outcome.state == "failed"
        self.tell(outcome)
