"""What is deleted is gone: from every table of every database, and from every folder."""

import sqlite3
import time
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa

from govor.engine.queries import query
from govor.engine.sqlite import DATABASE
from govor.errors import UnknownOperation
from govor.operations import Operations
from tests.operations.test_dead_letters import INLINE
from tests.tiny.recogniser import BREAKS, FAILS
from tests.tiny.service import ALICE, build, finished, record, started
from tests.tiny.sound import sound

DAY = 86_400


def traces(data_dir: Path, operation_id: str) -> list[str]:
    """Every table and every file that says anything of an operation."""
    found = [str(path) for path in data_dir.rglob("*") if operation_id in path.name]
    for path in (*data_dir.rglob("*.sqlite"), *data_dir.rglob("*.db")):
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
            tables = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
            for (table,) in tables:
                rows = connection.execute(f'SELECT * FROM "{table}"').fetchall()
                found += [f"{path.name}: {table}" for row in rows if operation_id in repr(row)]
    return found


async def made(operations: Operations, data_dir: Path) -> dict[str, str]:
    """Operations that ended in every way; their ids."""
    tasks = {
        "long": record(data_dir, "long.pcm", range(1, 70)),
        "short": record(data_dir, "short.pcm", [1]),
        "bad": record(data_dir, "bad.pcm", [FAILS]),
        "cancelled": record(data_dir, "cancelled.pcm", range(1, 70)),
        "deferred": replace(record(data_dir, "deferred.pcm", [2]), model="deferred-general"),
    }
    ids = {name: (await operations.submit(task, ALICE, name)).id for name, task in tasks.items()}
    ids["dead"] = (await operations.submit(INLINE, ALICE, content=sound(BREAKS))).id
    await operations.cancel(ids["cancelled"], ALICE)
    for operation_id in ids.values():
        await finished(operations, operation_id)
    return ids


async def test_a_deleted_operation_leaves_nothing_anywhere(tmp_path: Path) -> None:
    async with started(tmp_path, quotas="speechkit") as operations:
        ids = await made(operations, tmp_path)
        assert all(traces(tmp_path, operation_id) for operation_id in ids.values())
        for operation_id in ids.values():
            await operations.delete(operation_id, ALICE)
            with pytest.raises(UnknownOperation):
                await operations.get(operation_id, ALICE)
        assert [traces(tmp_path, operation_id) for operation_id in ids.values()] == [[]] * len(ids)


async def test_an_expired_operation_leaves_nothing_anywhere(tmp_path: Path) -> None:
    later = 0.0
    operations = build(tmp_path, clock=lambda: time.time() + later, quotas="speechkit")
    await operations.start()
    ids = await made(operations, tmp_path)
    later = 2.9 * DAY
    await operations._sweep()
    assert all(traces(tmp_path, operation_id) for operation_id in ids.values())
    later = 3.1 * DAY
    await operations._sweep()
    assert [traces(tmp_path, operation_id) for operation_id in ids.values()] == [[]] * len(ids)
    with closing(sqlite3.connect(tmp_path / "keys.db")) as connection:  # what quotas counted, too
        assert connection.execute("SELECT count(*) FROM govor_usage").fetchone() == (0,)
    await operations.stop()


@pytest.mark.parametrize("name", ["expired", "unfinished", "unfinished_of", "dead_one", "operation"])
async def test_what_is_asked_often_is_answered_from_an_index(tmp_path: Path, name: str) -> None:
    async with started(tmp_path):
        pass
    values = {"workflow": "operation", "before_ms": 1, "limit": 10, "folder_id": "b1g", "id": "e03"}
    with sa.create_engine(f"sqlite:///{tmp_path / DATABASE}").connect() as connection:
        asked = query(name)
        plan = connection.execute(sa.text(f"EXPLAIN QUERY PLAN {asked.text}"), values)
        steps = [row.detail for row in plan]
    assert steps
    assert not [step for step in steps if "SCAN" in step and "INDEX" not in step]
