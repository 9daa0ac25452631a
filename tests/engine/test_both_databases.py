"""One contract, both databases that keep operations: SQLite in the data directory, PostgreSQL of a fleet."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from govor.engine import claims, queries, retention
from govor.errors import Cancelled, NotReady, UnknownOperation
from govor.operations import Operations
from tests.tiny.service import ALICE, BOB, expected, finished, heard, record, started

DAY = 86_400
LONG = list(range(100, 230))  # three parts
NUMBERS = {
    "before_ms",
    "limit",
    "kind",
    "since_ms",
    "now_ms",
}  # of values in queries.sql; all others are texts
ONLY_POSTGRESQL = {"workers"}
TEXT = Path(queries.__file__).with_name("queries.sql").read_text()
STATEMENTS = sorted({found["name"] for found in queries.NAMED.finditer(TEXT)} - ONLY_POSTGRESQL)


class Place:
    """Where the operations of a test are kept, and their recordings."""

    def __init__(self, folder: Path, settings: dict[str, Any]) -> None:
        self.folder = folder
        self.settings = settings
        self.recordings = folder / "shared" if settings else folder

    @asynccontextmanager
    async def started(self, kind: str = "") -> AsyncIterator[Operations]:
        """Operations on it."""
        async with started(self.folder, kind, **self.settings) as operations:
            yield operations


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    if request.param == "sqlite":
        return Place(tmp_path, {})
    url = request.getfixturevalue("postgres_url")
    return Place(tmp_path, {"database_url": url, "work_url": f"file://{tmp_path}/shared"})


def value_of(name: str) -> object:
    """Something of the kind that a statement expects there."""
    return ["x"] if name == "ids" else 1 if name in NUMBERS else "x"


def scratch(operations: Operations) -> list[Path]:
    """Folders of operations on this machine's disk."""
    root = operations.work.root
    return list(root.iterdir()) if root.is_dir() else []


async def until(condition: Callable[[], bool]) -> None:
    """At most a minute."""
    for _ in range(3000):
        if condition():
            return
        await asyncio.sleep(0.02)
    raise AssertionError("it did not happen")


async def has_files(operations: Operations) -> None:
    await until(lambda: bool(scratch(operations)))


async def test_operations_end_well_badly_and_cancelled(place: Place) -> None:
    async with place.started() as operations:
        long = await operations.submit(record(place.recordings, "long.pcm", LONG), ALICE, "a key")
        assert (
            await operations.submit(record(place.recordings, "long.pcm", LONG), ALICE, "a key")
        ).id == long.id
        bad = await operations.submit(record(place.recordings, "bad.pcm", [14_000]), ALICE)
        with pytest.raises(NotReady):
            await operations.delete(long.id, ALICE)
        assert heard((await finished(operations, long.id)).transcript) == expected(LONG)
        failure = (await finished(operations, bad.id)).failure
        assert failure is not None
        assert failure.message == "this clip cannot be heard"
        with pytest.raises(UnknownOperation):
            await operations.get(long.id, BOB)
        statistics = await operations.statistics()
        assert (statistics.by_state["done"], statistics.by_state["failed"]) == (1, 1)
        await operations.delete(long.id, ALICE)
        with pytest.raises(UnknownOperation):
            await operations.get(long.id, ALICE)


async def test_a_cancelled_operation_stops_and_leaves_no_files(place: Place) -> None:
    async with place.started("slow:0.2") as operations:
        accepted = await operations.submit(record(place.recordings, "long.pcm", LONG), ALICE)
        await has_files(operations)
        cancelled = await operations.cancel(accepted.id, ALICE)
        assert cancelled.failure is not None
        assert cancelled.failure.code == Cancelled.code
        left = f"scratch/{accepted.id}/**/*.pcm"
        await until(lambda: not list(place.recordings.glob(left)) and not list(scratch(operations)))


async def test_what_was_interrupted_goes_on_at_the_next_start(place: Place) -> None:
    async with place.started("slow:0.05") as operations:
        accepted = await operations.submit(record(place.recordings, "long.pcm", LONG), ALICE)
        await has_files(operations)
    async with place.started() as operations:
        assert heard((await finished(operations, accepted.id)).transcript) == expected(LONG)


async def test_expired_operations_are_deleted(place: Place) -> None:
    async with place.started() as operations:
        accepted = await operations.submit(record(place.recordings, "short.pcm", [1]), ALICE)
        await finished(operations, accepted.id)
        engine = operations.engine
        assert await retention.sweep(engine, now=time.time() + 2.9 * DAY, result_days=3) == 0
        assert await retention.sweep(engine, now=time.time() + 3.1 * DAY, result_days=3) == 1
        with pytest.raises(UnknownOperation):
            await operations.get(accepted.id, ALICE)


def answers_lost(database: sa.Engine) -> list[str]:
    """From now on the first taking of work is committed, and who took it hears that the connection broke.

    The list has its statement then.
    """
    lost: list[str] = []

    def executed(connection: sa.Connection, *about: Any) -> None:
        statement = about[1]
        if "recovery_attempts" in statement and statement.startswith("UPDATE") and not lost:
            connection.info["taking"] = statement

    def committing(connection: sa.Connection) -> None:
        if statement := connection.info.pop("taking", None):
            driver = connection.connection.dbapi_connection
            assert driver is not None
            driver.commit()
            lost.append(statement)
            raise sa.exc.OperationalError("COMMIT", None, ConnectionError("made by a test"))

    sa.event.listen(database, "after_cursor_execute", executed)
    sa.event.listen(database, "commit", committing)
    return lost


async def test_work_that_was_taken_and_never_begun_is_done_all_the_same(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(claims, "ROUND_SECONDS", 0.5)
    async with place.started() as operations:
        assert operations.engine._dbos is not None
        lost = answers_lost(operations.engine._dbos._sys_db.engine)
        accepted = await operations.submit(record(place.recordings, "short.pcm", [3, 4]), ALICE)
        assert heard((await finished(operations, accepted.id)).transcript) == expected([3, 4])
        assert lost


async def test_what_runs_is_not_put_back(place: Place) -> None:
    async with place.started("slow:0.02") as operations:
        engine = operations.engine
        assert engine._dbos is not None
        running = engine._dbos._active_workflows_set.activeList
        watch = claims.Claims(engine._rows, engine.store.executor_id, running)
        accepted = await operations.submit(record(place.recordings, "long.pcm", LONG), ALICE)
        await has_files(operations)
        for _ in range(5):
            await watch.look()
        assert heard((await finished(operations, accepted.id)).transcript) == expected(LONG)
        ((_, attempts),) = await attempts_of(operations, accepted.id)
        assert attempts == 1


async def attempts_of(operations: Operations, operation_id: str) -> list[tuple[Any, ...]]:
    """How often it was taken from a queue."""
    assert operations.engine._dbos is not None
    sql = "SELECT status, recovery_attempts FROM workflow_status WHERE workflow_uuid = :id"
    with operations.engine._dbos._sys_db.engine.begin() as connection:
        return [tuple(row) for row in connection.execute(sa.text(sql), {"id": operation_id})]


async def test_every_statement_runs(place: Place) -> None:
    async with place.started() as operations:
        for name in STATEMENTS:
            values = {each: value_of(each) for each in queries.query(name)._bindparams}
            assert isinstance(await operations.engine._rows(name, **values), list), name
            if "ids" in values:
                assert await operations.engine._rows(name, **{**values, "ids": []}) == [], name
