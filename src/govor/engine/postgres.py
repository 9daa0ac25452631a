"""Operations in PostgreSQL: any number of processes, on any number of machines.

Rule 1: a process has a new executor id each time it starts; what its earlier life left is like anybody's.
Rule 2: a worker proves that it lives by a lock (lease.py). The work of one whose lock is free goes back into
        the queues: all workers look for such, every ROUND_SECONDS.
Rule 3: a worker without its lock takes no work.
Rule 4: a process that takes no work has no lock: nothing that others would have to take over is ever its own.
"""

import asyncio
from collections.abc import Mapping
from typing import Any

import psycopg
import sqlalchemy as sa
import structlog

from govor.engine.lease import Lease, kind, new_executor_id
from govor.engine.queries import SCHEMA, SEARCH_PATH
from govor.engine.store import Recover, Rows
from govor.errors import GovorError, StorageFailed, Unavailable
from govor.storage.database import with_driver

# A killed worker's lock is free at once, a frozen one's after lease.SILENCE_SECONDS; then a round notices.
ROUND_SECONDS = 3.0
# One for each queue and a few for what runs; a fleet's processes share the server's max_connections.
POOL_SIZE = 12
CONNECT_SECONDS = 5
# A server that vanished without a word is noticed after 10 + 3 x 3 s, while sending after 15 s.
KEEPALIVES = {
    "keepalives_idle": 10,
    "keepalives_interval": 3,
    "keepalives_count": 3,
    "tcp_user_timeout": 15_000,
    "connect_timeout": CONNECT_SECONDS,
}
VERSION_MIN = 140_000  # idle_session_timeout came with PostgreSQL 14

log = structlog.get_logger(__name__)


class PostgresStore:
    """The database of a fleet; `works` when this process takes work from its queues."""

    shared = True

    def __init__(self, url: str, version: str, *, works: bool) -> None:
        self.executor_id = new_executor_id()
        self.version = version
        self._url = sa.make_url(with_driver(url))
        self.place = self._url.render_as_string(hide_password=True)
        conninfo = psycopg.conninfo.make_conninfo(
            self._url.set(drivername="postgresql").render_as_string(hide_password=False),
            **KEEPALIVES,
        )
        self._lease = Lease(conninfo, self.executor_id, version) if works else None
        self._conninfo = conninfo
        self._rows: Rows | None = None
        self._tasks: list[asyncio.Task[None]] = []

    def configuration(self) -> Mapping[str, Any]:
        """Its address, and where in it our tables are."""
        options = {**SEARCH_PATH, "application_name": self.executor_id}
        return {
            "system_database_url": self._url.render_as_string(hide_password=False),
            "dbos_system_schema": SCHEMA,
            "sys_db_pool_size": POOL_SIZE,
            "db_engine_kwargs": {"connect_args": {**KEEPALIVES, **options}},
        }

    async def open(self) -> None:
        """See that the database answers and is new enough; take the lock of a worker."""
        try:
            async with await psycopg.AsyncConnection.connect(self._conninfo) as connection:
                found = connection.info.server_version
        except psycopg.Error as error:
            reason = str(error).splitlines()[0]
            raise StorageFailed("the fleet's database cannot be used", f"{self.place}: {reason}") from error
        if found < VERSION_MIN:
            raise Unavailable("PostgreSQL 14 or newer is needed", f"{self.place} is {found // 10_000}")
        if self._lease:
            await self._lease.take()

    async def launched(self, rows: Rows, recover: Recover) -> None:
        """A worker holds its lock and looks after dead ones."""
        self._rows = rows
        if self._lease:
            self._tasks = [
                asyncio.create_task(self._lease.keep()),
                asyncio.create_task(self._rounds(self._lease, rows, recover)),
            ]

    async def not_ready(self) -> str:
        """Some worker of our version has to live; ourselves, if we are one."""
        assert self._rows is not None, "the engine is not launched"
        if self._lease:
            return "" if self._lease.held else "the connection to the fleet's database is lost"
        if await self.works(self.version):
            return ""
        return f"no worker of version {self.version} is running: start `govor worker`"

    async def works(self, version: str) -> bool:
        """Somebody holds a lock of that version."""
        assert self._rows is not None, "the engine is not launched"
        ((count,),) = await self._rows("workers", kind=kind(version) % 2**32)
        return bool(count)

    def may_take(self) -> bool:
        """Only with the lock."""
        return self._lease is not None and self._lease.held

    async def lost(self) -> None:
        """Return when the lock was lost for too long, or when what looks after it failed."""
        if not self._tasks:
            await asyncio.Event().wait()
        await asyncio.wait(self._tasks, return_when=asyncio.FIRST_COMPLETED)

    async def resting(self) -> None:
        """Our work goes back into the queues now, instead of when others find us dead."""
        await self._end_tasks()
        if self._lease and self._lease.held and self._rows:
            try:
                async with asyncio.timeout(CONNECT_SECONDS):
                    await self._rows("hand_back", mine=self.executor_id)
            except (StorageFailed, TimeoutError) as error:
                log.warning("our work stays with us until others take it over", how=type(error).__name__)

    async def close(self) -> None:
        """Drop the lock."""
        await self._end_tasks()
        if self._lease:
            await self._lease.drop()

    async def _end_tasks(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks = []

    async def _rounds(self, lease: Lease, rows: Rows, recover: Recover) -> None:
        """Again and again: what dead workers left goes back into the queues."""
        while True:
            try:
                if lease.held:
                    for (executor_id,) in await rows("holders", version=self.version, mine=self.executor_id):
                        await take_over(lease, executor_id, recover)
            except (GovorError, psycopg.Error) as error:
                log.warning("looking for dead workers failed", how=type(error).__name__)
            await asyncio.sleep(ROUND_SECONDS)


async def take_over(lease: Lease, executor_id: str, recover: Recover) -> None:
    """Put a worker's running work back into the queues, if that worker is dead."""
    async with lease.of_the_dead(executor_id) as dead:
        if dead:
            await recover([executor_id])
            log.warning("took over the work of a dead worker", worker=executor_id)
