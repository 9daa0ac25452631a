"""The durable engine: DBOS Transact 3.4.0 on a database of operations, SQLite's or PostgreSQL's.

Rule 1: what differs between the two is in sqlite.py and postgres.py, behind store.py.
Rule 2: the engine keeps plain values only; records are made of them in pipeline/stored.py.
Rule 3: private names of DBOS stay in this package: its version is pinned, and tests kill the service.
Rule 4: DBOS waits for ever for a database that is gone. Callers do not: they are told soon.
"""

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from itertools import product
from typing import Any

import sqlalchemy as sa
from dbos import DBOS, EnqueueOptions

from govor.engine import fairness, limits, quiet, workflows
from govor.engine.claims import Claims
from govor.engine.dead_letters import DeadLetter, DeadLetters
from govor.engine.durable import APPLICATION_VERSION, DEFERRED, LONG, OPERATION, OPERATIONS, SEGMENT, SEGMENTS
from govor.engine.progress import Notes, noted
from govor.engine.queries import query
from govor.engine.serializer import JsonSerializer
from govor.engine.sqlite import SqliteStore
from govor.engine.states import BY_STATUS, Entry, State
from govor.engine.store import Store
from govor.errors import BadSetting, GovorError, StorageFailed, Unavailable
from govor.pipeline.stored import Plain
from govor.pipeline.work import Work
from govor.records import Caller, Queue
from govor.settings import Settings
from govor.storage.database import checked
from govor.telemetry import life

# Half of it is added to every operation. With 0.1 and 0.2 s an idle service takes about 5 % of a core;
# twice as often costs 9 %, and no operation was measurably faster.
OPERATIONS_POLL_SECONDS = 0.1
SEGMENTS_POLL_SECONDS = 0.2
# We send no messages between workflows; the thread that looks for them only makes stopping wait for it.
MESSAGES_POLL_SECONDS = 0.1
# An operation that runs mostly waits; what is heavy has limits of its own (pipeline/work.py).
OPERATIONS_MAX = 64
OPERATIONS_OF_A_FOLDER_MAX = 32
LONG_MAX, LONG_OF_A_FOLDER_MAX = 32, 16  # of those, gigabytes may lie on the disk at a time
DEFERRED_MAX = 8  # enough to keep idle recognisers busy
DEFERRED_POLL_SECONDS = 1.0  # nobody waits for these by the second
# A worker of a fleet has so many operations for each part that it can recognise at a time: some are being
# fetched, some decoded, and a recogniser never waits. More would wait here while other workers are idle.
AHEAD = 4
THREADS_MAX = 64  # of the engine and of asyncio.to_thread; they read, write and wait
# A write takes milliseconds. When one has to wait so long, its caller hears of it.
WRITE_SECONDS = 10.0


class Engine:
    """Starts operations durably and knows what became of them. Everything is called in one event loop."""

    def __init__(
        self, settings: Settings, work: Work, segments_max: int, version: str = APPLICATION_VERSION
    ) -> None:
        """`segments_max` parts are recognised at a time; one more than recognisers keeps those busy."""
        self.work = work
        self.segments_max = segments_max
        self.running = False
        self.version = version
        self.store = store_of(settings, version)
        self._dbos: DBOS | None = None
        self._watching: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Take the database and go on with what an earlier process left unfinished.

        Raises Unavailable when another process has the data directory, StorageFailed when the database fails.
        """
        try:
            await self.store.open()
            quiet.logs()
            self._dbos = DBOS(
                config={
                    "name": "govor",
                    "application_version": self.version,
                    "executor_id": self.store.executor_id,
                    "serializer": JsonSerializer(),
                    "max_executor_threads": THREADS_MAX,
                    "notification_listener_polling_interval_sec": MESSAGES_POLL_SECONDS,
                    "log_level": "WARNING",
                    "enable_otlp": False,
                    **self.store.configuration(),  # type: ignore[typeddict-item]  # its keys are DBOS's
                }
            )
            workflows.register(self.work)
            if not self.store.may_take():
                DBOS.listen_queues([])
            DBOS.launch()  # in this thread: DBOS then runs workflows in its event loop
            limits.impose(self._dbos, self._limits(), self.store.may_take)
            await self._register_queues()
            await self.store.launched(self._rows, self._recover)
        except sa.exc.SQLAlchemyError as error:
            await self.stop()
            place = f"{self.store.place}: {error.__cause__ or type(error).__name__}"
            raise StorageFailed("the service's database cannot be used", place) from error
        except GovorError:
            await self.stop()
            raise
        claims = Claims(self._rows, self.store.executor_id, self._dbos._active_workflows_set.activeList)
        self._watching = [asyncio.create_task(claims.watch())]
        self.running = True

    async def stop(self) -> None:
        """Interrupt what runs, without a trace in the database: the next start goes on with it."""
        self.running = False
        for watching in self._watching:
            watching.cancel()
        await asyncio.gather(*self._watching, return_exceptions=True)
        self._watching = []
        if self._dbos is not None:
            for event in self._dbos.background_thread_stop_events:  # take nothing more from the queues
                event.set()
            tasks = list(self._dbos._workflow_tasks)
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await self.store.resting()
            # Not in the default executor: that is the one DBOS shuts down. asyncio.to_thread needs a new one.
            loop = asyncio.get_running_loop()
            with ThreadPoolExecutor(1) as aside:
                await loop.run_in_executor(aside, lambda: DBOS.destroy(destroy_registry=True))
            loop.set_default_executor(ThreadPoolExecutor())
            self._dbos = None
        await self.store.close()

    async def not_ready(self) -> str:
        """Empty if an operation submitted now would run; else the reason why not."""
        return await self.store.not_ready()

    async def lost(self) -> None:
        """Return when this process has to end: it lost its database, or what watches it; mostly never."""
        lost = asyncio.create_task(self.store.lost())
        try:
            await asyncio.wait([lost, *self._watching], return_when=asyncio.FIRST_COMPLETED)
        finally:
            lost.cancel()

    async def submit(
        self, operation_id: str, task: Plain, caller: Caller, submitted_at: int, turn: fairness.Turn
    ) -> None:
        """Make an operation durable; one that exists under this id is left as it is."""
        options: EnqueueOptions = {
            "workflow_name": OPERATION,
            "queue_name": DEFERRED if turn.deferred else LONG if turn.long else OPERATIONS,
            "priority": turn.deadline(0),
            "workflow_id": operation_id,
            "app_version": self.version,
            "queue_partition_key": caller.folder_id,
            "authenticated_user": caller.subject_id,
        }
        async with self._writing():
            await DBOS.enqueue_workflow_with_options_async(options, operation_id, task, submitted_at)

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
        async with self._writing():
            await DBOS.cancel_workflow_async(operation_id, cancel_children=True)

    async def dead(self, limit: int) -> list[DeadLetter]:
        """Operations that were given up by a fault of ours, the newest first."""
        return await asyncio.to_thread(self._dead_letters().list, limit)

    async def dead_of(self, operation_ids: Iterable[str]) -> set[str]:
        """Which of these operations failed, of whatever."""
        ids = list(operation_ids)
        return {row[0] for row in await self._rows("dead_of", ids=ids, workflow=OPERATION)} if ids else set()

    async def replay(self, operation_id: str) -> None:
        """Run a dead one again. Raises UnknownOperation; BadRequest for one that is not dead."""
        await asyncio.to_thread(self._dead_letters().replay, operation_id)

    async def expired(self, before_ms: int, limit: int) -> list[str]:
        """At most `limit` operations that ended before that moment, the oldest first."""
        rows = await self._rows("expired", workflow=OPERATION, before_ms=before_ms, limit=limit)
        return [row[0] for row in rows]

    async def delete(self, operation_ids: Sequence[str]) -> None:
        """Forget operations, their parts and their outcomes."""
        async with self._writing():
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

    async def unfinished(self, folder_id: str = "") -> int:
        """How many operations of a folder (or, without one, of all) run or will run."""
        if folder_id:
            ((count,),) = await self._rows("unfinished_of", workflow=OPERATION, folder_id=folder_id)
        else:
            ((count,),) = await self._rows("unfinished", workflow=OPERATION)
        return int(count)

    async def states(self) -> Mapping[State, int]:
        """How many operations are in each state."""
        counts = dict.fromkeys(State, 0)
        for status, count in await self._rows("states", workflow=OPERATION):
            counts[BY_STATUS[status]] += count
        return counts

    async def stranded(self) -> Mapping[str, int]:
        """Operations of other versions of the workflows that no worker takes any more, by version."""
        others = await self._rows("of_other_versions", workflow=OPERATION, version=self.version)
        return {version: count for version, count in others if not await self.store.works(version)}

    async def queues(self, now: float) -> tuple[Queue, ...]:
        """How much waits at `now` (s since the epoch) in each queue and class, even if it is nothing."""
        rows = await self._rows("waiting", workflow=OPERATION, part=SEGMENT)
        found = {(queue, kind == DEFERRED): (depth, oldest) for queue, kind, depth, oldest in rows}
        made = []
        for queue, deferred in product(("operations", "parts"), (False, True)):
            depth, oldest_ms = found.get((queue, deferred), (0, now * 1000))
            kind = life.DEFERRED if deferred else life.GENERAL
            oldest_seconds = max(0.0, now - oldest_ms / 1000)
            made.append(Queue(name=queue, kind=kind, depth=depth, oldest_seconds=oldest_seconds))
        return tuple(made)

    async def _rows(self, name: str, **values: object) -> list[tuple[Any, ...]]:
        """The rows that a named statement returns."""
        try:
            return await asyncio.to_thread(self._execute, name, values)
        except sa.exc.SQLAlchemyError as error:
            raise failed(error) from error

    def _execute(self, name: str, values: Mapping[str, object]) -> list[tuple[Any, ...]]:
        assert self._dbos is not None, "the engine is not started"
        with self._dbos._sys_db.engine.begin() as connection:
            result = connection.execute(query(name), values)
            return [tuple(row) for row in result] if result.returns_rows else []

    @asynccontextmanager
    async def _writing(self) -> AsyncIterator[None]:
        """A write that the caller waits for: refused at once while the database does not answer."""
        await self._rows("alive")
        try:
            async with asyncio.timeout(WRITE_SECONDS):
                yield
        except sa.exc.SQLAlchemyError as error:
            raise failed(error) from error
        except TimeoutError as error:
            raise Unavailable("the service's database does not answer", "try again") from error

    async def _recover(self, executor_ids: Sequence[str]) -> None:
        """Put what these executors ran back into its queues; nothing is done twice if others do the same."""
        try:
            await asyncio.to_thread(DBOS._recover_pending_workflows, list(executor_ids))
        except sa.exc.SQLAlchemyError as error:
            raise failed(error) from error

    def _limits(self) -> limits.Limits:
        """How many workflows of each queue run here at most."""
        return {
            OPERATIONS: lambda: self._operations_max(OPERATIONS_MAX),
            LONG: lambda: self._operations_max(LONG_MAX),
            DEFERRED: lambda: DEFERRED_MAX,
            SEGMENTS: lambda: self.segments_max,
        }

    def _operations_max(self, most: int) -> int:
        """One machine takes what there is. A worker of a fleet leaves to others what would wait here."""
        if not self.store.shared:
            return most
        long_ones = sum(self.work.long_running.values())  # they wait for parts, which any worker takes
        return min(most, long_ones + AHEAD * self.segments_max)

    def _dead_letters(self) -> DeadLetters:
        assert self._dbos is not None, "the engine is not started"
        return DeadLetters(self._dbos._sys_db.engine, DBOS.application_version)

    async def _register_queues(self) -> None:
        await DBOS.register_queue_async(
            OPERATIONS,
            worker_concurrency=OPERATIONS_MAX,
            partition_worker_concurrency=OPERATIONS_OF_A_FOLDER_MAX,
            polling_interval_sec=OPERATIONS_POLL_SECONDS,
            on_conflict="always_update",
        )
        await DBOS.register_queue_async(
            LONG,
            worker_concurrency=LONG_MAX,
            partition_worker_concurrency=LONG_OF_A_FOLDER_MAX,
            polling_interval_sec=SEGMENTS_POLL_SECONDS,
            on_conflict="always_update",
        )
        await DBOS.register_queue_async(
            DEFERRED,
            worker_concurrency=DEFERRED_MAX,
            partition_worker_concurrency=DEFERRED_MAX,
            polling_interval_sec=DEFERRED_POLL_SECONDS,
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


def store_of(settings: Settings, version: str) -> Store:
    """The database that the settings name."""
    if not settings.database_url:
        if not settings.worker:
            raise BadSetting("without workers nothing would be done", "set GOVOR_DATABASE_URL to a fleet's")
        return SqliteStore(settings.data_path, version)
    from govor.engine.postgres import PostgresStore  # a driver that one machine does without

    return PostgresStore(checked(settings.database_url), version, works=settings.worker)
