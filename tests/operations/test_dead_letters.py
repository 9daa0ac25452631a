"""Operations that were given up by a fault of ours: listed, and run again under their ids."""

import json
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from govor.cli import main
from govor.engine.sqlite import DATABASE
from govor.errors import BadRequest, UnknownOperation
from govor.operations import Operations
from govor.records import AudioEncoding, AudioSpec, Task
from tests.tiny.life import rows
from tests.tiny.recogniser import BREAKS, FAILS
from tests.tiny.service import ALICE, BOB, expected, finished, heard, record, started
from tests.tiny.sound import sound

INLINE = Task(uri="", audio=AudioSpec(encoding=AudioEncoding.LINEAR16_PCM, sample_rate_hz=8_000), api=3)
LONG = list(range(1, 70))  # two parts


async def failed(operations: Operations, task: Task, content: bytes | None = None) -> str:
    """Submit it and see it fail; its id."""
    accepted = await operations.submit(task, ALICE, content=content)
    assert (await finished(operations, accepted.id)).failure is not None
    return accepted.id


async def test_only_what_failed_by_our_fault_is_dead(tmp_path: Path) -> None:
    async with started(tmp_path) as operations:
        bad = await failed(operations, record(tmp_path, "bad.pcm", [FAILS]))
        broken = await failed(operations, record(tmp_path, "broken.pcm", [BREAKS]))
        good = await operations.submit(record(tmp_path, "good.pcm", [1]), ALICE)
        await finished(operations, good.id)
        listed = await operations.dead()
        assert [letter.id for letter in listed] == [broken]
        assert (listed[0].folder_id, listed[0].failure.message) == (ALICE.folder_id, "the recogniser failed")
        for other in (bad, good.id):
            with pytest.raises(BadRequest, match="not given up by us"):
                await operations.replay(other)
        with pytest.raises(UnknownOperation):
            await operations.replay("e03" + "0" * 17)
        assert (await operations.get(good.id, ALICE)).transcript is not None


async def test_a_dead_operation_runs_again_under_its_id(tmp_path: Path) -> None:
    model = tmp_path / "model"
    async with started(tmp_path, f"awaits:{model}") as operations:
        dead = [
            await failed(operations, record(tmp_path, "long.pcm", LONG)),
            await failed(operations, INLINE, sound(5, 6)),  # this recording is nowhere else
        ]
        await operations._sweep()
        model.touch()  # the operator mends it
        before = await operations.get(dead[0], ALICE)
        for operation_id, levels in zip(dead, (LONG, [5, 6]), strict=True):
            await operations.replay(operation_id)
            with pytest.raises(BadRequest):
                await operations.replay(operation_id)
            done = await finished(operations, operation_id)
            assert heard(done.transcript) == expected(levels)
        after = await operations.get(dead[0], ALICE)
        assert (after.created_at, after.created_by) == (before.created_at, before.created_by)
        assert not await operations.dead()
        assert not await operations.work.folders()
        states = rows(tmp_path, "SELECT DISTINCT status FROM workflow_status WHERE name = 'segment'")
        assert states == [("SUCCESS",)]
        line = operations.work.journal.line(dead[0])
        assert line is not None
        assert line.state == "done"


async def test_many_failures_of_callers_do_not_hide_one_of_ours(tmp_path: Path) -> None:
    async with started(tmp_path) as operations:
        broken = await failed(operations, record(tmp_path, "broken.pcm", [BREAKS]))
        bad = await failed(operations, record(tmp_path, "bad.pcm", [FAILS]))
    with closing(sqlite3.connect(tmp_path / DATABASE)) as connection, connection:
        copy_failures(connection, bad, 450)
    async with started(tmp_path) as operations:
        assert [letter.id for letter in await operations.dead()] == [broken]


def copy_failures(connection: sqlite3.Connection, operation_id: str, count: int) -> None:
    """More operations that failed like this one, in the same second."""
    columns = "status, name, created_at, updated_at, completed_at, priority, queue_partition_key"
    for number in range(count):
        name = f"e03{number:017d}"
        connection.execute(
            f"INSERT INTO workflow_status (workflow_uuid, {columns})"
            f" SELECT ?, {columns} FROM workflow_status WHERE workflow_uuid = ?",
            (name, operation_id),
        )
        connection.execute(
            "INSERT INTO workflow_output (workflow_uuid, error)"
            " SELECT ?, error FROM workflow_output WHERE workflow_uuid = ?",
            (name, operation_id),
        )


async def test_what_the_service_always_died_over_can_be_replayed(tmp_path: Path) -> None:
    task = record(tmp_path, "deadly.pcm", [3])
    async with started(tmp_path) as operations:
        accepted = await operations.submit(task, BOB)
        await finished(operations, accepted.id, BOB)
    with closing(sqlite3.connect(tmp_path / DATABASE)) as connection, connection:  # as after many deaths
        connection.execute(
            "UPDATE workflow_status SET status = 'MAX_RECOVERY_ATTEMPTS_EXCEEDED', queue_name = NULL"
        )
        connection.execute("DELETE FROM workflow_output")
    async with started(tmp_path) as operations:
        assert "again and again" in (await operations.dead())[0].failure.message
        await operations.replay(accepted.id)
        assert heard((await finished(operations, accepted.id, BOB)).transcript) == expected([3])


QUEUE = "SELECT queue_name FROM workflow_status WHERE workflow_uuid = ?"
WAITING = {"short": "operations", "long": "long", "deferred": "deferred"}


@pytest.mark.parametrize("forgotten", [False, True], ids=["failed", "died over too often"])
async def test_what_is_replayed_waits_among_its_like_again(tmp_path: Path, forgotten: bool) -> None:
    short = record(tmp_path, "short.pcm", [3])
    tasks = {
        "short": short,
        "long": record(tmp_path, "long.pcm", [3] * 270),  # 4.3 MB
        "deferred": replace(short, model="deferred-general"),
    }
    async with started(tmp_path, f"awaits:{tmp_path / 'model'}") as operations:
        dead = {name: await failed(operations, task) for name, task in tasks.items()}
        if forgotten:  # as the engine does when it gives up
            with closing(sqlite3.connect(tmp_path / DATABASE)) as connection, connection:
                connection.execute(
                    "UPDATE workflow_status SET status = 'MAX_RECOVERY_ATTEMPTS_EXCEEDED', queue_name = NULL"
                    " WHERE name = 'operation'"
                )
        for name, operation_id in dead.items():
            await operations.replay(operation_id)
            assert rows(tmp_path, QUEUE, operation_id) == [(WAITING[name],)]


def run(*arguments: str, data_dir: Path, status: int = 0) -> str:
    """What a command prints."""
    done = CliRunner().invoke(main, ["operations", *arguments, "--data-dir", str(data_dir)])
    assert done.exit_code == status, done.output
    return done.output


async def test_commands_list_and_replay_while_the_service_runs_and_without_it(tmp_path: Path) -> None:
    model = tmp_path / "model"
    async with started(tmp_path, f"awaits:{model}") as operations:
        dead = [await failed(operations, record(tmp_path, f"{n}.pcm", [n])) for n in (1, 2)]
        listed = [json.loads(line) for line in run("dead", "--json", data_dir=tmp_path).splitlines()]
        assert {letter["id"] for letter in listed} == set(dead)
        assert listed[0]["error"] == "ModelFailed"
        model.touch()
        assert run("replay", dead[0], data_dir=tmp_path).split() == [dead[0]]
        assert heard((await finished(operations, dead[0])).transcript) == expected([1])
        assert dead[1] in run("dead", data_dir=tmp_path)
    assert run("replay", "--all", data_dir=tmp_path).split() == [dead[1]]
    assert run("dead", data_dir=tmp_path) == ""
    run("replay", data_dir=tmp_path, status=2)
    async with started(tmp_path, f"awaits:{model}") as operations:
        assert heard((await finished(operations, dead[1])).transcript) == expected([2])


def test_a_directory_without_operations_says_so(tmp_path: Path) -> None:
    assert (
        "there are no operations"
        in CliRunner()
        .invoke(main, ["operations", "dead", "--data-dir", str(tmp_path)], standalone_mode=True)
        .output
    )
