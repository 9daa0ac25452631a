"""Who waits for parts is woken when one has ended here, and need not ask the database all the time.

Rule 1: a bell says that there is something to see, never what: the database knows what became of a part.
Rule 2: it rings when the task that ran a part is done: its outcome is on record then.
Rule 3: a part that ends in another process rings nothing here; so who waits looks anyway, ever less often.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

# A part takes a second or more. Who has waited long for one may wait an eighth longer, and a second at most:
# of 64 recordings that wait for their parts, the database hears 64 times a second.
LOOK_SECONDS_MIN = 0.1
LOOK_SECONDS_MAX = 1.0
LOOK_SHARE = 1 / 8


def pause_seconds(waited_seconds: float) -> float:
    """Until the next look of somebody who has waited so long."""
    return min(max(LOOK_SECONDS_MIN, waited_seconds * LOOK_SHARE), LOOK_SECONDS_MAX)


class Bells:
    """One for each operation that waits for its parts in this process; for one event loop."""

    def __init__(self) -> None:
        self._bells: dict[str, asyncio.Event] = {}

    @contextmanager
    def of(self, operation_id: str) -> Iterator[asyncio.Event]:
        """Set whenever a part of the operation has ended here, until the block ends."""
        bell = self._bells[operation_id] = asyncio.Event()
        try:
            yield bell
        finally:
            if self._bells.get(operation_id) is bell:  # else a second execution waits for the same parts
                del self._bells[operation_id]

    def ring_at_end(self, operation_id: str) -> None:
        """Ring when the task that runs now, a part of the operation, has ended, well or badly."""
        task = asyncio.current_task()
        assert task is not None, "parts run in tasks"
        task.add_done_callback(lambda _: self._ring(operation_id))

    def _ring(self, operation_id: str) -> None:
        if (bell := self._bells.get(operation_id)) is not None:
            bell.set()


async def rung(bell: asyncio.Event, seconds: float) -> None:
    """Wait for the bell, so long at most."""
    try:
        async with asyncio.timeout(seconds):
            await bell.wait()
    except TimeoutError:
        return
