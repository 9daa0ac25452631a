"""So many at a time, and who waits goes in the order of deadlines: a semaphore that is fair."""

import asyncio
import heapq
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import count


class Turns:
    """`places` for everybody, and `extra` ones for what is small: a long job so keeps no short one waiting.

    Of equal deadlines the one that came first goes first.
    """

    def __init__(self, places: int, *, extra: int = 0) -> None:
        self._places = {False: places, True: places + extra}
        self._taken = 0
        self._waiting: dict[bool, list[tuple[int, int, asyncio.Future[None]]]] = {False: [], True: []}
        self._numbers = count()

    @asynccontextmanager
    async def one(self, deadline: int = 0, *, small: bool = False) -> AsyncIterator[None]:
        """A place until the block ends."""
        await self._come(deadline, small)
        try:
            yield
        finally:
            self._taken -= 1
            self._call()

    async def _come(self, deadline: int, small: bool) -> None:
        place: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._waiting[small], (deadline, next(self._numbers), place))
        self._call()
        try:
            await place
        except asyncio.CancelledError:
            if place.done() and not place.cancelled():  # we were called in the same moment
                self._taken -= 1
                self._call()
            raise

    def _call(self) -> None:
        """Give free places to those who may have them."""
        while call := self._next():
            self._taken += 1
            call.set_result(None)

    def _next(self) -> asyncio.Future[None] | None:
        """Who goes next, off the queue; None while nobody may."""
        for waiting in self._waiting.values():
            while waiting and waiting[0][2].done():  # went away
                heapq.heappop(waiting)
        called = [waiting for small, waiting in self._waiting.items() if waiting and self._free(small)]
        return heapq.heappop(min(called, key=lambda waiting: waiting[0][:2]))[2] if called else None

    def _free(self, small: bool) -> bool:
        return self._taken < self._places[small]
