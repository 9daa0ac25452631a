"""The gate every submission and every check passes: within the folder's quotas, or told when to come again.

Rule 1: submissions, audio and bytes are counted in the database: for every process, across restarts.
Rule 2: checks are counted in memory, for they are many and a count that a restart forgets does no harm. With
        N API processes a folder may so check at most N times as often.
Rule 3: a submission that is not accepted does not count.
"""

import asyncio
import math
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from weakref import WeakValueDictionary

from govor.errors import QuotaExceeded, Unavailable
from govor.quotas.crowd import Crowd
from govor.quotas.limits import FolderLimits, Limits
from govor.quotas.sliding_count import SlidingCount
from govor.storage.usage import Allowance, Overrun, Usage

HOUR_SECONDS, HOUR_MS = 3_600, 3_600_000
# Nobody knows when one of a folder's operations ends; this is the time that a short recording takes.
BUSY_SECONDS = 5.0
# A full queue has hours of work in it; who asks once a minute finds the place that was left.
QUEUE_SECONDS = 60.0
# Folders whose checks are counted at a time. A count has at most 60 steps, about 10 KB; idle ones go first.
FOLDERS_MAX = 10_000

WHAT: Mapping[str, str] = {
    "submissions_per_hour": "{limits.submissions_per_hour} recognition requests an hour",
    "audio_ms_per_day": "{limits.audio_hours_per_day:g} hours of audio a day",
    "bytes_per_day": "{limits.bytes_per_day} bytes of recordings a day",
    "operations": "{limits.operations} operations at a time",
    "checks_per_hour": "{limits.checks_per_hour} checks of operations an hour",
    "v3_checks_per_second": "{limits.v3_checks_per_second} checks of operations a second",
}


class Gate:
    """Made by app.py. `usage` may be missing where no folder has a limit that needs it."""

    def __init__(
        self,
        limits: FolderLimits | None = None,
        usage: Usage | None = None,
        *,
        queue_max: int = 0,
    ) -> None:
        """`queue_max`: operations that are not done, of all folders; 0 is no bound."""
        self.limits = limits or FolderLimits()
        self.usage = usage
        self.queue_max = queue_max
        assert usage or not self.limits.counted, "what is limited has to be counted"
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()  # one for each folder
        self._full_until: dict[str, tuple[float, str]] = {}  # by folder: until when, and why
        self._checks: dict[tuple[str, int], SlidingCount] = {}  # by folder and API; the idle ones first

    def check(self, folder_id: str, api: int, now: float) -> None:
        """Count one look at an operation; raises QuotaExceeded."""
        limits = self.limits.of(folder_id)
        what = "v3_checks_per_second" if api == 3 else "checks_per_hour"
        if not (most := getattr(limits, what)):
            return
        seconds = 1 if api == 3 else HOUR_SECONDS
        count = self._checks.pop((folder_id, api), None) or SlidingCount(most, seconds)
        self._checks[folder_id, api] = count
        if len(self._checks) > FOLDERS_MAX:
            del self._checks[next(iter(self._checks))]
        if wait_seconds := count.take(now):
            raise exceeded(what, limits, wait_seconds)

    def look(self, folder_id: str, now: float) -> None:
        """Refuse at once, without any work, what would be refused in the end; raises QuotaExceeded."""
        until, what = self._full_until.get(folder_id, (0.0, ""))
        if now < until:
            raise exceeded(what, self.limits.of(folder_id), until - now)

    @asynccontextmanager
    async def place(
        self, folder_id: str, operation_id: str, size: int, *, now: float, crowd: Crowd
    ) -> AsyncIterator[None]:
        """A place for one more operation of `size` bytes (0: unknown); it is given back if the block fails.

        Raises QuotaExceeded; Unavailable when the queue of the whole service is full; StorageFailed.
        """
        await self._require_queue(now, crowd)
        limits = self.limits.of(folder_id)
        if not (limits.counted or limits.operations):
            yield
            return
        lock = self._locks.setdefault(folder_id, asyncio.Lock())
        async with lock:  # otherwise two would see the same last place
            if limits.operations and await crowd.exactly(folder_id) >= limits.operations:
                raise exceeded("operations", limits, BUSY_SECONDS)
            new = limits.counted and await self._reserve(folder_id, operation_id, size, limits, now)
            try:
                yield
            except BaseException:
                if new and self.usage:
                    await asyncio.to_thread(self.usage.release, operation_id)
                raise

    async def _reserve(
        self, folder_id: str, operation_id: str, size: int, limits: Limits, now: float
    ) -> bool:
        """Write the submission down; False if it is there already."""
        assert self.usage is not None
        outcome = await asyncio.to_thread(
            self.usage.reserve, folder_id, operation_id, size, allowance(limits), now=now
        )
        if not isinstance(outcome, Overrun):
            return outcome
        if outcome.what != "bytes_per_day":  # a smaller recording may still find room
            self._full_until[folder_id] = (now + outcome.seconds, outcome.what)
        raise exceeded(outcome.what, limits, outcome.seconds)

    async def _require_queue(self, now: float, crowd: Crowd) -> None:
        """Unavailable when as many operations wait as may."""
        if not self.queue_max:
            return
        queued = await crowd.of("", now)
        if queued >= self.queue_max:
            raise Unavailable(
                "The queue is full",
                f"{queued} operations are not done (GOVOR_QUEUE_OPERATIONS_MAX)",
                retry_after_seconds=QUEUE_SECONDS,
            )


def allowance(limits: Limits) -> Allowance:
    """The part of a folder's limits that the database counts."""
    return Allowance(
        submissions_per_hour=limits.submissions_per_hour,
        audio_ms_per_day=int(limits.audio_hours_per_day * HOUR_MS),
        bytes_per_day=limits.bytes_per_day,
    )


def exceeded(what: str, limits: Limits, seconds: float) -> QuotaExceeded:
    """The refusal: which quota, and when to come again."""
    return QuotaExceeded(
        f"Quota exceeded: {WHAT[what].format(limits=limits)}",
        f"there is room again in {math.ceil(seconds)} s",
        retry_after_seconds=seconds,
    )
