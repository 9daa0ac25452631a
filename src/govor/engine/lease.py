"""Proof of life of a worker: an advisory lock, which PostgreSQL drops together with its session.

Rule 1: a session ends when its process dies, and when nothing was heard of it for SILENCE_SECONDS: a worker
        that is frozen or cut off is then as good as dead, and its work goes to others.
Rule 2: a worker that wakes up takes a new lock at once. What it still runs was given to others; their
        outcome counts, because DBOS records one only for the owner of the row.
Rule 3: locks are two numbers: one for the version of the workflows, one made of the executor id.
"""

import asyncio
import os
import secrets
import socket
import zlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import psycopg
import structlog

from govor.errors import StorageFailed

# Three pings fit into the silence that ends a session; that and a round of takeover (postgres.py) are 11 s.
PING_SECONDS = 2.0
SILENCE_SECONDS = 8.0
ANSWER_SECONDS = 4.0  # a server that takes longer is as good as gone
AGAIN_SECONDS = 0.5  # between attempts to come back
# A database may restart, or move, for so long; then the worker ends, and a supervisor decides.
LOST_SECONDS = 60.0

log = structlog.get_logger(__name__)


def new_executor_id() -> str:
    """A name for this life of this process: nobody has had it, nobody will."""
    return f"{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(4)}"


def number(text: str) -> int:
    """One of the two numbers of a lock: 32 bits with a sign, as PostgreSQL wants them."""
    return int.from_bytes(zlib.crc32(text.encode()).to_bytes(4), signed=True)


def kind(version: str) -> int:
    """The first number: workers of this version."""
    return number(f"govor worker {version}")


class Lease:
    """The lock of one worker."""

    def __init__(self, conninfo: str, executor_id: str, version: str) -> None:
        self.conninfo = conninfo
        self.executor_id = executor_id
        self.kind = kind(version)
        self.held = False
        self._connection: psycopg.AsyncConnection | None = None

    async def take(self) -> None:
        """Connect and lock; StorageFailed when the database does not answer, or the lock is not to be had."""
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                self._connection = await psycopg.AsyncConnection.connect(self.conninfo, autocommit=True)
                await self._ask(f"SET idle_session_timeout = '{SILENCE_SECONDS:g}s'")
                # It waits while somebody has it, who is just giving our work to others.
                await self._ask("SELECT pg_advisory_lock(%s, %s)", *self._numbers())
        except (psycopg.Error, TimeoutError) as error:
            await self.drop()
            raise StorageFailed("the fleet's database does not answer", type(error).__name__) from error
        self.held = True

    async def keep(self) -> None:
        """Hold the lock, and take it anew when it was lost; return when LOST_SECONDS did not do."""
        while True:
            try:
                await asyncio.sleep(PING_SECONDS)
                async with asyncio.timeout(ANSWER_SECONDS):
                    await self._ask("SELECT 1")
            except (psycopg.Error, TimeoutError) as error:
                await self.drop()
                log.warning("lost the database: no new work is taken", how=type(error).__name__)
                if not await self._come_back():
                    return

    async def drop(self) -> None:
        """End the session, and with it the lock."""
        self.held = False
        if self._connection is not None:
            connection, self._connection = self._connection, None
            await connection.close()

    @asynccontextmanager
    async def of_the_dead(self, executor_id: str) -> AsyncIterator[bool]:
        """Hold another worker's lock for a moment: True if it was free, so that worker is no more."""
        free = await self._ask("SELECT pg_try_advisory_lock(%s, %s)", *self._numbers(executor_id))
        try:
            yield bool(free)
        finally:
            if free:
                await self._ask("SELECT pg_advisory_unlock(%s, %s)", *self._numbers(executor_id))

    async def _come_back(self) -> bool:
        end = asyncio.get_running_loop().time() + LOST_SECONDS
        while asyncio.get_running_loop().time() < end:
            try:
                await self.take()
            except StorageFailed:
                await asyncio.sleep(AGAIN_SECONDS)
            else:
                log.info("the database is back")
                return True
        return False

    async def _ask(self, sql: str, *values: int) -> object:
        if self._connection is None:
            raise psycopg.OperationalError("the lock's session is gone")
        cursor = await self._connection.execute(sql.encode(), values or None)
        row = await cursor.fetchone() if cursor.description else None
        return row[0] if row else None

    def _numbers(self, executor_id: str = "") -> tuple[int, int]:
        return self.kind, number(executor_id or self.executor_id)
