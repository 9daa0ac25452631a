"""How many operations are not done, of a folder or of all: asked of the database once a second."""

from collections.abc import Awaitable, Callable

Count = Callable[[str], Awaitable[int]]  # operations of a folder ("": of all) that are not done

# Between two counts: with 100,000 operations a count takes some milliseconds, and a submission not many more.
RECOUNT_SECONDS = 1.0
FOLDERS_MAX = 10_000  # remembered at a time; a count is a few numbers


class Crowd:
    """Counts that are at most RECOUNT_SECONDS old; who asks is counted as coming."""

    def __init__(self, unfinished: Count) -> None:
        self._unfinished = unfinished
        self._counts: dict[str, tuple[int, float]] = {}  # by folder: how many, and when that was counted

    async def of(self, folder_id: str, now: float) -> int:
        """Operations of the folder that are not done, and calls like this one since they were counted."""
        count, counted_at = self._counts.get(folder_id, (0, 0.0))
        if not 0 <= now - counted_at < RECOUNT_SECONDS:
            count, counted_at = await self._unfinished(folder_id), now
            if len(self._counts) > FOLDERS_MAX:
                self._counts.clear()
        self._counts[folder_id] = (count + 1, counted_at)
        return count

    async def exactly(self, folder_id: str) -> int:
        """The same, counted now."""
        return await self._unfinished(folder_id)
