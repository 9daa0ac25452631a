"""kill -9 at every step: whatever was accepted ends once, with the right words.

Each operation here is interrupted at one chosen moment; the next life finishes it while the next one is
interrupted. A step in flight may run again; its outcome is recorded once.
"""

import random
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from time import sleep

import pytest

from govor.engine.sqlite import DATABASE
from govor.engine.workflows import RECOVERIES_MAX
from govor.errors import ServiceError
from tests.tiny.life import Life, noted_steps, parts_done, rows
from tests.tiny.service import expected, heard, record

SHORT = [5, 6, 7]  # one part: recognised inside the operation
LONG = list(range(100, 250))  # 150 s: three parts, each a workflow of its own
PARTS = 3
CLIP = "slow:0.004"  # so that a part lasts long enough to be hit

COUNT_PARTS = "SELECT count(*) FROM workflow_status WHERE name = 'segment' GROUP BY parent_workflow_id"

Moment = Callable[[Path, str], bool]


def scratch(data_dir: Path, operation_id: str) -> Path:
    return data_dir / "scratch" / operation_id


MOMENTS: list[tuple[str, list[int], Moment]] = [
    ("accepted", SHORT, lambda data, id: True),
    ("fetching", SHORT, lambda data, id: scratch(data, id).exists()),
    ("fetched", LONG, lambda data, id: (scratch(data, id) / "source").exists()),
    ("fetch is noted", LONG, lambda data, id: "fetch" in noted_steps(data, id)),
    ("first part is written", LONG, lambda data, id: any(scratch(data, id).glob("*/00000.pcm"))),
    ("prepared", LONG, lambda data, id: (scratch(data, id) / "parts").exists()),
    ("prepare is noted", SHORT, lambda data, id: "prepare" in noted_steps(data, id)),
    ("parts are being queued", LONG, lambda data, id: "segment" in noted_steps(data, id)),
    ("a part is done", LONG, lambda data, id: parts_done(data, id) >= 1),
    ("all parts but one are done", LONG, lambda data, id: parts_done(data, id) >= PARTS - 1),
    ("recognise is noted", SHORT, lambda data, id: "recognise" in noted_steps(data, id)),
    (
        "the files are gone",
        LONG,
        lambda data, id: parts_done(data, id) == PARTS and not scratch(data, id).exists(),
    ),
]


@pytest.fixture
def lives(tmp_path: Path) -> Iterator[Callable[[], Life]]:
    """Start a life on one data directory; the last one is killed in the end."""
    begun: list[Life] = []

    def begin() -> Life:
        begun.append(Life(tmp_path, CLIP))
        return begun[-1]

    yield begin
    if begun and begun[-1].process.is_alive():
        begun[-1].kill()


def check_finished(life: Life, operation_id: str, levels: list[int]) -> None:
    operation = life.finished(operation_id)
    assert operation.failure is None
    assert heard(operation.transcript) == expected(levels)
    statuses = rows(life.data_dir, "SELECT status FROM workflow_status WHERE workflow_uuid = ?", operation_id)
    assert statuses == [("SUCCESS",)]


def test_an_accepted_operation_survives_a_kill_at_every_step(
    lives: Callable[[], Life], tmp_path: Path
) -> None:
    accepted: list[tuple[str, list[int]]] = []
    life = lives()
    for name, levels, moment in MOMENTS:
        operation_id = life.submit(record(tmp_path, f"{name}.pcm", levels))
        life.kill_when(lambda: moment(tmp_path, operation_id))  # noqa: B023 - called at once
        accepted.append((operation_id, levels))
        life = lives()
    for operation_id, levels in accepted:
        check_finished(life, operation_id, levels)
    parts = rows(tmp_path, COUNT_PARTS)
    assert set(parts) == {(PARTS,)}  # no part was made twice
    assert not list((tmp_path / "scratch").iterdir())


def test_an_operation_is_finished_though_its_object_is_gone(
    lives: Callable[[], Life], tmp_path: Path
) -> None:
    life = lives()
    task = record(tmp_path, "deleted.pcm", LONG)
    operation_id = life.submit(task)
    life.kill_when(lambda: "fetch" in noted_steps(tmp_path, operation_id))
    (tmp_path / "objects" / "bucket" / "deleted.pcm").unlink()
    check_finished(lives(), operation_id, LONG)


def test_files_lost_with_a_disk_are_fetched_again(lives: Callable[[], Life], tmp_path: Path) -> None:
    life = lives()
    operation_id = life.submit(record(tmp_path, "lost.pcm", LONG))
    life.kill_when(lambda: parts_done(tmp_path, operation_id) >= 1)
    shutil.rmtree(tmp_path / "scratch")
    check_finished(lives(), operation_id, LONG)


def test_a_submit_repeated_after_a_kill_finds_the_first(lives: Callable[[], Life], tmp_path: Path) -> None:
    task = record(tmp_path, "keyed.pcm", SHORT)
    life = lives()
    first = life.submit(task, "the key")
    life.kill()
    life = lives()
    assert life.submit(task, "the key") == first
    check_finished(life, first, SHORT)


def test_a_recording_the_service_always_dies_over_is_given_up(
    lives: Callable[[], Life], tmp_path: Path
) -> None:
    life = lives()
    operation_id = life.submit(record(tmp_path, "deadly.pcm", LONG))
    life.kill_when(lambda: scratch(tmp_path, operation_id).exists())
    with closing(sqlite3.connect(tmp_path / DATABASE)) as connection, connection:  # as after many deaths
        connection.execute("UPDATE workflow_status SET recovery_attempts = ?", (RECOVERIES_MAX + 1,))
    operation = lives().finished(operation_id)
    assert operation.failure is not None
    assert operation.failure.code == ServiceError.code
    assert "again and again" in operation.failure.message


def test_kills_at_random_moments_lose_nothing(lives: Callable[[], Life], tmp_path: Path) -> None:
    chance = random.Random(20)
    accepted = []
    for round_number in range(4):
        life = lives()
        for number in range(12):
            levels = [round_number + 1] * (1 + number % 3) + [number + 1]
            task = record(tmp_path, f"{round_number}-{number}.pcm", levels)
            accepted.append((life.submit(task), levels))
        sleep(chance.uniform(0, 0.4))
        life.kill()
    life = lives()
    for operation_id, levels in accepted:
        check_finished(life, operation_id, levels)
    assert len({operation_id for operation_id, _ in accepted}) == 48
