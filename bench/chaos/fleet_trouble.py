"""What goes wrong in a fleet: workers that die for good, freeze or are cut off, a database that restarts."""

import asyncio
import contextlib
import random
import signal
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from pathlib import Path

import httpx
import sqlalchemy as sa

from bench.chaos.database import Database
from bench.chaos.store import Store
from bench.chaos.trouble import RESTARTED_AFTER_SECONDS, Trouble, Troublemaker
from bench.fleet import Fleet, Member
from tests.servers.breaking_proxy import BreakingProxy, Fault
from tests.servers.postgres import PostgresServer

# A worker that stays dead for so long was taken over by others, not by itself.
DEAD_SECONDS = (15.0, 25.0)
# Around and beyond the silence after which a worker is as good as dead (engine/lease.py: 8 s).
AWAY_SECONDS = (0.5, 20.0)
TAKEOVER_SECONDS = 60.0  # longer was not measured, it did not happen
LOOK_SECONDS = 0.25


class FleetTroublemaker(Troublemaker):
    """Leaves one worker in peace at least, or nobody could take over; `ways` lead workers to the database."""

    def __init__(
        self,
        fleet: Fleet,
        store: Store,
        chance: random.Random,
        disk: Path | None,
        *,
        server: PostgresServer,
        database: Database,
        ways: Sequence[BreakingProxy],
    ) -> None:
        super().__init__(fleet, store, chance, disk)
        self.server = server
        self.database = database
        self.ways = dict(zip((worker.name for worker in fleet.workers), ways, strict=True))
        self._unwell: set[str] = set()  # names of workers

    def troubles(self) -> Mapping[Trouble, int]:
        """Each with its weight."""
        return {
            self.kill: 5,
            self.kill_api: 2,
            self.freeze: 3,
            self.cut_off: 3,
            self.restart_database: 2,
            self.kill_recogniser: 4,
            self.kill_decoders: 1,
            self.store_fails: 4,
            self.fill_disk: 1 if self.disk else 0,
        }

    async def kill(self) -> bool:
        """kill -9 of a worker for good; another machine comes later."""
        if (worker := self._victim()) is None:
            return False
        async with self._suffering(worker):
            pid, began = worker.pid, time.monotonic()
            worker.kill()
            if await self._holds(pid) and await self._taken_over(pid):
                self.recovery_seconds.append(time.monotonic() - began)
            await asyncio.sleep(self.chance.uniform(*DEAD_SECONDS))
            worker.start()
        return True

    async def kill_api(self) -> bool:
        """kill -9 of the API node; its supervisor starts it again."""
        (api,) = self.fleet.apis
        api.kill()
        await asyncio.sleep(self.chance.uniform(*RESTARTED_AFTER_SECONDS))
        api.start()
        return True

    async def freeze(self) -> bool:
        """A zombie: SIGSTOP, and later SIGCONT, perhaps when others have its work."""
        if (worker := self._victim()) is None:
            return False
        async with self._suffering(worker):
            worker.freeze()
            await asyncio.sleep(self.chance.uniform(*AWAY_SECONDS))
            worker.thaw()
        return True

    async def cut_off(self) -> bool:
        """A partition: the worker works on, but nothing passes between it and the database."""
        if (worker := self._victim()) is None:
            return False
        async with self._suffering(worker):
            self.ways[worker.name].suffer(self.chance.choice([Fault.STALLS, Fault.RESETS]))
            await asyncio.sleep(self.chance.uniform(*AWAY_SECONDS))
            self.ways[worker.name].suffer(Fault.NONE)
        return True

    async def restart_database(self) -> bool:
        """PostgreSQL's immediate restart: every connection breaks, nothing was checkpointed."""
        await asyncio.to_thread(self.server.stop, signal.SIGQUIT)
        await asyncio.sleep(self.chance.uniform(*RESTARTED_AFTER_SECONDS))
        await asyncio.to_thread(self.server.start)
        return True

    def _victim(self) -> Member | None:
        """A worker that is well, if another one is left."""
        well = [worker for worker in self.fleet.workers if worker.alive and worker.name not in self._unwell]
        return self.chance.choice(well) if len(well) > 1 else None

    @contextlib.asynccontextmanager
    async def _suffering(self, worker: Member) -> AsyncIterator[None]:
        """It is unwell until it says that it works again; its supervisor may have had to start it."""
        self._unwell.add(worker.name)
        try:
            yield
            async with httpx.AsyncClient(timeout=5) as client:
                await self.fleet.working(worker, client)
        finally:
            self._unwell.discard(worker.name)

    async def _taken_over(self, pid: int) -> bool:
        """Wait until nothing is in the hands of that process any more."""
        end = time.monotonic() + TAKEOVER_SECONDS
        while await self._holds(pid):
            if time.monotonic() > end:
                return False
            await asyncio.sleep(LOOK_SECONDS)
        return True

    async def _holds(self, pid: int) -> bool:
        """Whether work is assigned to a life with this process id (it is in the executor's name)."""
        while True:
            try:
                holders = await asyncio.to_thread(self.database.holders)
            except sa.exc.SQLAlchemyError:  # the database is being restarted
                await asyncio.sleep(LOOK_SECONDS)
            else:
                return any(f"-{pid}-" in holder for holder in holders)
