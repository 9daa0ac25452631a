"""The durable engine: DBOS Transact 3.4.0 on SQLite in the data directory.

Rule 1: one process at a time (lock.py) with a fixed executor id: what a dead process left is ours to finish.
Rule 2: write-ahead logging is set before the launch; DBOS never sets it, and it makes waits under load short.
Rule 3: the engine keeps plain values only; records are made of them in pipeline/stored.py.
Rule 4: private names of DBOS are used here alone: its version is pinned, and tests kill the service.
"""

import asyncio
import sqlite3
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from dbos import DBOS, EnqueueOptions

from govor.engine import quiet, workflows
from govor.engine.durable import APPLICATION_VERSION, OPERATION, OPERATIONS, SEGMENTS
from govor.engine.lock import DataDirectoryLock
from govor.engine.progress import Notes, noted
from govor.engine.queries import query
from govor.engine.serializer import JsonSerializer
from govor.engine.states import BY_STATUS, Entry, State
from govor.errors import GovorError, StorageFailed, Unimplemented
from govor.pipeline.stored import Plain
from govor.pipeline.work import Work
from govor.records import Caller
from govor.settings import Settings

DATABASE = "operations.sqlite"
EXECUTOR = "local"
# Half of it is added to every operation. With 0.1 and 0.2 s an idle service takes about 5 % of a core;
# twice as often costs 9 %, and no operation was measurably faster.
OPERATIONS_POLL_SECONDS = 0.1
SEGMENTS_POLL_SECONDS = 0.2
# We send no messages between workflows; the thread that looks for them only makes stopping wait for it.
MESSAGES_POLL_SECONDS = 0.1
# An operation that runs mostly waits; what is heavy has limits of its own (pipeline/work.py).
OPERATIONS_MAX = 64
OPERATIONS_OF_A_FOLDER_MAX = 32
THREADS_MAX = 64  # of the engine and of asyncio.to_thread; they read, write and wait


class Engine:
    """Starts operations durably and knows what became of them. Everything is called in one event loop."""

    def __init__(self, settings: Settings, work: Work, segments_max: int) -> None:
        """`segments_max` parts are recognised at a time; one more than recognisers keeps those busy."""
        self.settings = settings
        self.work = work
        self.segments_max = segments_max
        self.running = False
        self._lock = DataDirectoryLock(settings.data_path)
        self._dbos: DBOS | None = None

    async def start(self) -> None:
        """Take the data directory and go on with what an earlier process left unfinished.

        Raises Unavailable when another process has the directory, StorageFailed when the database fails.
        """
        if self.settings.database_url:
            raise Unimplemented("this version keeps operations in SQLite", "leave GOVOR_DATABASE_URL empty")
        self._lock.take()
        path = self.settings.data_path / DATABASE
        try:
            await asyncio.to_thread(set_write_ahead, path)
            quiet.logs()
            self._dbos = DBOS(
                config={
                    "name": "govor",
                    "system_database_url": f"sqlite:///{path}",
                    "application_version": APPLICATION_VERSION,
                    "executor_id": EXECUTOR,
                    "serializer": JsonSerializer(),
                    "max_executor_threads": THREADS_MAX,
                    "notification_listener_polling_interval_sec": MESSAGES_POLL_SECONDS,
                    "log_level": "WARNING",
                    "enable_otlp": False,
                }
            )
            workflows.register(self.work)
            DBOS.launch()  # in this thread: DBOS then runs workflows in its event loop
            await self._register_queues()
        except (sqlite3.Error, sa.exc.SQLAlchemyError) as error:
            await self.stop()
            raise StorageFailed("the service's database cannot be used", f"{path}: {error}") from error
        self.running = True

    async def stop(self) -> None:
        """Interrupt what runs, without a trace in the database: the next start goes on with it."""
        self.running = False
        if self._dbos is not None:
            for event in self._dbos.background_thread_stop_events:  # take nothing more from the queues
                event.set()
            tasks = list(self._dbos._workflow_tasks)
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            # Not in the default executor: that is the one DBOS shuts down. asyncio.to_thread needs a new one.
            loop = asyncio.get_running_loop()
            with ThreadPoolExecutor(1) as aside:
                await loop.run_in_executor(aside, lambda: DBOS.destroy(destroy_registry=True))
            loop.set_default_executor(ThreadPoolExecutor())
            self._dbos = None
        self._lock.release()

    async def submit(self, operation_id: str, task: Plain, caller: Caller, submitted_at: int) -> None:
        """Make an operation durable; one that exists under this id is left as it is."""
        options: EnqueueOptions = {
            "workflow_name": OPERATION,
            "queue_name": OPERATIONS,
            "workflow_id": operation_id,
            "app_version": APPLICATION_VERSION,
            "queue_partition_key": caller.folder_id,
            "authenticated_user": caller.subject_id,
        }
        try:
            await DBOS.enqueue_workflow_with_options_async(options, operation_id, task, submitted_at)
        except sa.exc.SQLAlchemyError as error:
            raise failed(error) from error

    async def read(self, operation_id: str) -> Entry | None:
        """Where an operation stands; None when there is none."""
        rows = await self._rows("operation", id=operation_id, workflow=OPERATION)
        return entry(rows[0]) if rows else None

    async def outcome(self, operation_id: str) -> Plain | GovorError:
        """What a DONE operation made (see stored.read_transcript), or why a FAILED one failed."""
        ((output, error),) = await self._rows("outcome", id=operation_id)
        read: Plain | GovorError = await asyncio.to_thread(JsonSerializer().deserialize, error or output)
        return read

    async def cancel(self, operation_id: str) -> None:
        """Stop an operation and its parts, within about a second; a finished one stays as it is."""
        try:
            await DBOS.cancel_workflow_async(operation_id, cancel_children=True)
        except sa.exc.SQLAlchemyError as error:
            raise failed(error) from error

    async def expired(self, before_ms: int, limit: int) -> list[str]:
        """At most `limit` operations that ended before that moment, the oldest first."""
        rows = await self._rows("expired", workflow=OPERATION, before_ms=before_ms, limit=limit)
        return [row[0] for row in rows]

    async def delete(self, operation_ids: Sequence[str]) -> None:
        """Forget operations, their parts and their outcomes."""
        await DBOS.delete_workflows_async(list(operation_ids), delete_children=True)

    async def entries(self, operation_ids: Sequence[str]) -> dict[str, Entry]:
        """Where several operations stand; those that there are none of are left out."""
        rows = await self._rows("operations", ids=list(operation_ids), workflow=OPERATION)
        return {row[0]: entry(row) for row in rows}

    async def notes(self, operation_ids: Sequence[str]) -> dict[str, Notes]:
        """How far operations are, by their ids."""
        ids = list(operation_ids)
        steps, parts = await self._rows("steps", ids=ids), await self._rows("parts", ids=ids)
        return noted(ids, steps, {row[0]: row[1] for row in parts})

    async def active(self) -> set[str]:
        """The operations that run or will run."""
        return {row[0] for row in await self._rows("active", workflow=OPERATION)}

    async def states(self) -> Mapping[State, int]:
        """How many operations are in each state."""
        counts = dict.fromkeys(State, 0)
        for status, count in await self._rows("states", workflow=OPERATION):
            counts[BY_STATUS[status]] += count
        return counts

    async def _rows(self, name: str, **values: object) -> list[tuple[Any, ...]]:
        """The rows of a named query."""
        try:
            return await asyncio.to_thread(self._select, name, values)
        except sa.exc.SQLAlchemyError as error:
            raise failed(error) from error

    def _select(self, name: str, values: Mapping[str, object]) -> list[tuple[Any, ...]]:
        assert self._dbos is not None, "the engine is not started"
        with self._dbos._sys_db.engine.connect() as connection:
            return [tuple(row) for row in connection.execute(query(name), values)]

    async def _register_queues(self) -> None:
        await DBOS.register_queue_async(
            OPERATIONS,
            worker_concurrency=OPERATIONS_MAX,
            partition_worker_concurrency=OPERATIONS_OF_A_FOLDER_MAX,
            polling_interval_sec=OPERATIONS_POLL_SECONDS,
            on_conflict="always_update",
        )
        await DBOS.register_queue_async(
            SEGMENTS,
            worker_concurrency=self.segments_max,
            polling_interval_sec=SEGMENTS_POLL_SECONDS,
            on_conflict="always_update",
        )


def entry(row: tuple[Any, ...]) -> Entry:
    """An Entry from a row of the query `operation`."""
    operation_id, status, subject_id, folder_id, created_ms, updated_ms, completed_ms = row
    return Entry(
        id=operation_id,
        state=BY_STATUS[status],
        subject_id=subject_id,
        folder_id=folder_id,
        created_ms=created_ms,
        updated_ms=updated_ms,
        completed_ms=completed_ms,
    )


def failed(error: sa.exc.SQLAlchemyError) -> StorageFailed:
    """The error for a database that does not answer as it should; its values stay out of logs and answers."""
    return StorageFailed("the service's database failed", type(error).__name__)


def set_write_ahead(path: Path) -> None:
    """Readers and the writer then do not wait for each other; the setting stays in the file."""
    connection = sqlite3.connect(path)
    try:
        connection.execute("PRAGMA journal_mode=WAL")
    finally:
        connection.close()
