"""Workers that freeze and wake up, a database that restarts, two versions side by side."""

from pathlib import Path

import pytest

from govor.errors import ServiceError, Unavailable
from tests.fleet.processes import Fleet, happens
from tests.servers.postgres import PostgresServer
from tests.tiny.life import Life
from tests.tiny.service import expected, heard, record

LONG = list(range(100, 250))  # 150 s: three parts, each a workflow of its own
DONE = "SELECT count(*) FROM workflow_status WHERE parent_workflow_id = %s AND status = 'SUCCESS'"
ROW = (
    "SELECT status, completed_at, updated_at, recovery_attempts FROM workflow_status WHERE workflow_uuid = %s"
)
OUTCOMES = "SELECT count(*) FROM workflow_output"


def parts_done(fleet: Fleet, operation_id: str) -> int:
    return int(fleet.rows(DONE, operation_id)[0][0])


def submitted(fleet: Fleet, door: Life, name: str = "long.pcm") -> str:
    return door.submit(record(fleet.shared, name, LONG))


def test_a_frozen_worker_loses_its_work_and_cannot_record_a_second_result(started_fleet: Fleet) -> None:
    door = started_fleet.door()
    zombie = started_fleet.worker("slow:0.05")
    operation_id = submitted(started_fleet, door)
    happens(lambda: parts_done(started_fleet, operation_id) == 1)
    started_fleet.freeze(zombie)
    happens(lambda: "no worker" in door.ready())  # the server ended its session
    started_fleet.worker()
    assert heard(door.finished(operation_id).transcript) == expected(LONG)
    found = [started_fleet.rows(sql, *values) for sql, values in ((ROW, (operation_id,)), (OUTCOMES, ()))]
    started_fleet.thaw(zombie)
    happens(lambda: zombie.ready() == "")  # it has its lock again
    again = submitted(started_fleet, door, "again.pcm")
    assert heard(door.finished(again).transcript) == expected(LONG)  # by both
    assert started_fleet.rows(ROW, operation_id) == found[0]
    assert started_fleet.rows(OUTCOMES) == [(found[1][0][0] * 2,)]
    assert heard(door.get(operation_id).transcript) == expected(LONG)


def test_a_database_that_restarts_is_ridden_out(
    started_fleet: Fleet, postgres_server: PostgresServer
) -> None:
    door = started_fleet.door()
    worker = started_fleet.worker("slow:0.05")
    accepted = [submitted(started_fleet, door, f"{number}.pcm") for number in range(2)]
    happens(lambda: parts_done(started_fleet, accepted[0]) == 1)
    postgres_server.stop()
    with pytest.raises(ServiceError) as raised:
        submitted(started_fleet, door, "refused.pcm")
    assert raised.value.code == Unavailable.code
    assert door.ready() != ""
    postgres_server.start()
    for operation_id in accepted:
        happens(lambda: readable(door, operation_id))  # noqa: B023 - called at once
        assert heard(door.finished(operation_id).transcript) == expected(LONG)
    assert worker.process.is_alive()


def readable(door: Life, operation_id: str) -> bool:
    """Whether the door has its database back."""
    try:
        door.get(operation_id)
    except ServiceError:
        return False
    return True


def test_a_worker_that_ends_in_good_order_gives_its_work_back_at_once(started_fleet: Fleet) -> None:
    door = started_fleet.door()
    leaving = started_fleet.worker("slow:0.05")
    operation_id = submitted(started_fleet, door)
    happens(lambda: parts_done(started_fleet, operation_id) == 1)
    leaving.end()
    states = "SELECT status, count(*) FROM workflow_status GROUP BY status ORDER BY status"
    assert "PENDING" not in dict(started_fleet.rows(states))
    attempts = "SELECT max(recovery_attempts) FROM workflow_status WHERE status = 'ENQUEUED'"
    assert started_fleet.rows(attempts) == [(0,)]  # it does not count as a death
    started_fleet.worker()
    assert heard(door.finished(operation_id).transcript) == expected(LONG)


def test_two_versions_work_side_by_side_and_the_old_one_drains(started_fleet: Fleet, tmp_path: Path) -> None:
    old_door, old_worker = started_fleet.door(), started_fleet.worker("slow:0.02")
    old = submitted(started_fleet, old_door, "old.pcm")
    new_door = started_fleet.door(version="2")
    happens(lambda: "no worker of version 2" in new_door.ready())
    new = submitted(started_fleet, new_door, "new.pcm")
    new_worker = started_fleet.worker(version="2")
    assert new_door.ready() == ""
    for operation_id in (old, new):  # each through the other's door
        assert heard(new_door.finished(operation_id).transcript) == expected(LONG)
        assert heard(old_door.finished(operation_id).transcript) == expected(LONG)
    by = "SELECT DISTINCT application_version, executor_id FROM workflow_status"
    assert len(started_fleet.rows(by)) == 2  # each worker did its own version's
    assert old_worker.process.is_alive()
    assert new_worker.process.is_alive()
