"""Doors that take no work, workers that do, one PostgreSQL between them."""

from tests.fleet.processes import Fleet, happens
from tests.tiny.service import expected, heard, record

SHORT = [5, 6, 7]  # one part: recognised inside the operation
LONG = list(range(100, 250))  # 150 s: three parts, each a workflow of its own


def test_a_door_is_ready_only_while_a_worker_lives(started_fleet: Fleet) -> None:
    door = started_fleet.door()
    happens(lambda: "no worker" in door.ready())
    worker = started_fleet.worker()
    assert door.ready() == ""
    worker.kill()
    happens(lambda: "no worker" in door.ready())  # as soon as PostgreSQL sees the connection end


def test_what_one_process_accepts_another_finishes(started_fleet: Fleet) -> None:
    door = started_fleet.door()
    early = door.submit(record(started_fleet.shared, "early.pcm", SHORT))  # before there is a worker
    started_fleet.worker()
    late = door.submit(record(started_fleet.shared, "late.pcm", LONG))
    for operation_id, levels in ((early, SHORT), (late, LONG)):
        operation = door.finished(operation_id)
        assert operation.failure is None
        assert heard(operation.transcript) == expected(levels)
    executors = started_fleet.rows("SELECT DISTINCT executor_id FROM workflow_status")
    assert len(executors) == 1  # the door did nothing of it


def test_the_work_of_a_killed_worker_is_taken_over(started_fleet: Fleet) -> None:
    door = started_fleet.door()
    doomed = started_fleet.worker("slow:0.05")
    operation_id = door.submit(record(started_fleet.shared, "long.pcm", LONG))
    done = "SELECT count(*) > 0 FROM workflow_status WHERE parent_workflow_id = %s AND status = 'SUCCESS'"
    doomed.kill_when(lambda: bool(started_fleet.rows(done, operation_id)[0][0]))
    started_fleet.worker()
    assert heard(door.finished(operation_id).transcript) == expected(LONG)
    outcomes = "SELECT count(*) FROM workflow_status WHERE status = 'SUCCESS'"
    assert started_fleet.rows(outcomes) == [(4,)]  # the operation and its three parts, each once
