"""kill -9 of workers at every step, each on a machine of its own: what was accepted ends once, elsewhere."""

from collections.abc import Callable

from tests.fleet.processes import Fleet
from tests.tiny.service import expected, heard, record

SHORT = [5, 6, 7]  # one part: recognised inside the operation
LONG = list(range(100, 250))  # 150 s: three parts, each a workflow of its own
PARTS = 3
CLIP = "slow:0.004"  # so that a part lasts long enough to be hit

STATUS = "SELECT status FROM workflow_status WHERE workflow_uuid = %s"
STEPS = "SELECT function_name FROM operation_outputs WHERE workflow_uuid = %s"
DONE = "SELECT count(*) FROM workflow_status WHERE parent_workflow_id = %s AND status = 'SUCCESS'"
CHILDREN = "SELECT DISTINCT count(*) FROM workflow_status WHERE name = 'segment' GROUP BY parent_workflow_id"
OUTCOMES = "SELECT count(*) FROM workflow_output"

Moment = Callable[[Fleet, str], bool]


def noted(step: str) -> Moment:
    return lambda fleet, id: (step,) in fleet.rows(STEPS, id)


def kept(name: str) -> Moment:
    return lambda fleet, id: (fleet.shared / "scratch" / id / name).exists()


def done(count: int) -> Moment:
    return lambda fleet, id: fleet.rows(DONE, id) == [(count,)]


MOMENTS: list[tuple[str, list[int], Moment]] = [
    ("taken", SHORT, lambda fleet, id: fleet.rows(STATUS, id) == [("PENDING",)]),
    ("source is kept", LONG, kept("source")),
    ("fetch is noted", LONG, noted("fetch")),
    ("a part is kept", LONG, kept("parts/00000.pcm")),
    ("manifest is kept", SHORT, kept("parts/manifest.json")),
    ("prepare is noted", LONG, noted("prepare")),
    ("parts are being queued", LONG, noted("segment")),
    ("a part is done", LONG, done(1)),
    ("recognise is noted", SHORT, noted("recognise")),
    ("all parts are done", LONG, done(PARTS)),
]


def test_a_worker_killed_at_any_step_is_replaced_by_one_elsewhere(started_fleet: Fleet) -> None:
    door, worker = started_fleet.door(), started_fleet.worker(CLIP)
    for name, levels, moment in MOMENTS:
        operation_id = door.submit(record(started_fleet.shared, f"{name}.pcm", levels))
        worker.kill_when(lambda: moment(started_fleet, operation_id))  # noqa: B023 - called at once
        worker = started_fleet.worker(CLIP)  # an empty disk
        operation = door.finished(operation_id)
        assert operation.failure is None, name
        assert heard(operation.transcript) == expected(levels), name
    assert started_fleet.rows(CHILDREN) == [(PARTS,)]  # no part was made twice
    long_ones = sum(levels is LONG for _, levels, _ in MOMENTS)
    assert started_fleet.rows(OUTCOMES) == [(len(MOMENTS) + long_ones * PARTS,)]
