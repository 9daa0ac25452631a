"""The engine's own promises: its database, its queries, its end."""

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from govor.engine.queries import query
from govor.engine.sqlite import DATABASE
from govor.engine.states import BY_STATUS, FINISHED, State
from govor.errors import BadSetting, StorageFailed, Unavailable
from tests.tiny.service import ALICE, build, expected, finished, heard, record, started


async def test_the_database_writes_ahead(tmp_path: Path) -> None:
    async with started(tmp_path):
        with closing(sqlite3.connect(tmp_path / DATABASE)) as connection:
            assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)


async def test_a_database_that_is_none_is_reported(tmp_path: Path) -> None:
    (tmp_path / DATABASE).write_bytes(b"this is not a database" * 100)
    operations = build(tmp_path)
    with pytest.raises(StorageFailed, match="cannot be used"):
        await operations.start()
    (tmp_path / DATABASE).unlink()
    async with started(tmp_path) as mended:  # the failed start left nothing locked
        accepted = await mended.submit(record(tmp_path, "a.pcm", [4]), ALICE)
        assert heard((await finished(mended, accepted.id)).transcript) == expected([4])


async def test_a_database_that_does_not_answer_is_reported_without_its_password(tmp_path: Path) -> None:
    url = "postgresql://govor:secret@127.0.0.1:1/govor"
    with pytest.raises(StorageFailed) as raised:
        await build(tmp_path, database_url=url, work_url=f"file://{tmp_path}/shared").start()
    assert "127.0.0.1" in raised.value.detail
    assert "secret" not in raised.value.detail


@pytest.mark.parametrize("url", ["nonsense", "mysql://u:secret@host/db", "sqlite:///file", "postgresql:/x:y"])
def test_an_address_of_no_database_is_refused(tmp_path: Path, url: str) -> None:
    with pytest.raises(BadSetting) as raised:
        build(tmp_path, database_url=url, work_url=f"file://{tmp_path}/shared")
    assert "secret" not in raised.value.message + raised.value.detail


def test_one_machine_without_a_worker_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadSetting):
        build(tmp_path, worker=False)


async def test_threads_work_after_the_engine_is_gone(tmp_path: Path) -> None:
    async with started(tmp_path):
        pass
    assert await asyncio.to_thread(lambda: 1) == 1


async def test_an_engine_starts_again_in_the_same_process(tmp_path: Path) -> None:
    for level in (1, 2):
        async with started(tmp_path) as operations:
            accepted = await operations.submit(record(tmp_path, "a.pcm", [level]), ALICE)
            assert heard((await finished(operations, accepted.id)).transcript) == expected([level])


async def test_a_data_directory_that_is_in_use_is_not_touched(tmp_path: Path) -> None:
    async with started(tmp_path) as operations:
        with pytest.raises(Unavailable):
            await build(tmp_path).engine.start()
        accepted = await operations.submit(record(tmp_path, "a.pcm", [1]), ALICE)
        assert (await finished(operations, accepted.id)).failure is None


@pytest.mark.parametrize("name", ["operation", "outcome", "active", "expired", "states"])
def test_every_query_has_a_name(name: str) -> None:
    assert str(query(name)).startswith("SELECT")


def test_an_unknown_query_is_an_error() -> None:
    with pytest.raises(KeyError):
        query("missing")


def test_every_state_is_finished_or_not() -> None:
    assert set(State) - FINISHED == {State.QUEUED, State.RUNNING}
    assert all(BY_STATUS[status] is State.QUEUED for status in ("ENQUEUED", "DELAYED"))
