"""What is counted, and that the page tells it."""

import asyncio
import time
from dataclasses import replace
from pathlib import Path

import pytest

from govor.engine.runtime import DEFERRED_MAX, OPERATIONS_OF_A_FOLDER_MAX
from govor.errors import Poisonous, ServiceError
from govor.records import Queue, Statistics
from govor.telemetry import Metrics
from tests.telemetry import shown
from tests.tiny.recogniser import FAILS, KILLS
from tests.tiny.service import ALICE, BOB, finished, record, started

SHORT = [5, 6, 7]  # one part
LONG = list(range(100, 250))  # 150 s: three parts, each a workflow of its own


def test_the_page_lists_every_metric_with_its_kind_and_no_other() -> None:
    page = shown.PAGE.read_text(encoding="utf-8")
    rows = {name: kind for name, kind, _ in shown.ROW.findall(page)}
    assert rows == shown.families()


def test_the_page_names_the_labels_of_every_metric() -> None:
    metrics = Metrics()
    metrics.answered(door="rest", method="m", code="500", seconds=1)
    metrics.ended("done", 1)
    metrics.failed(ServiceError("no"))
    with metrics.stage("fetch"):
        pass
    one = {"x": 1}
    now = Statistics(
        by_state=one,
        audio_seconds=1,
        queues=(Queue(name="operations", kind="general", depth=1, oldest_seconds=1),),
        stranded=one,
        recognisers=one,
        processes=one,
        memory_bytes=one,
    )
    metrics.render(now)
    labels: dict[str, set[str]] = {}
    for family in metrics.registry.collect():
        name = family.name + ("_total" if family.type == "counter" else "")
        labels[name] = {label for sample in family.samples for label in sample.labels} - {"le"}
    page = shown.PAGE.read_text(encoding="utf-8")
    told = {
        name: {each.strip(" `") for each in text.split(",") if each.strip()}
        for name, _, text in shown.ROW.findall(page)
    }
    assert told == labels


@pytest.mark.parametrize(("levels", "parts"), [(SHORT, 1), (LONG, 3)])
async def test_every_step_of_an_operation_is_measured_once(
    tmp_path: Path, levels: list[int], parts: int
) -> None:
    async with started(tmp_path) as operations:
        accepted = await operations.submit(record(tmp_path, "a.raw", levels), ALICE)
        await finished(operations, accepted.id)
        found = await shown.of(operations)
    assert found["govor_stage_seconds_count"] == {
        ("fetch",): 1,
        ("prepare",): 1,
        ("recognise",): parts,
        ("text",): 1,
    }
    assert found["govor_operations_ended_total"] == {("done",): 1}
    assert found["govor_operation_seconds_count"] == {("general",): 1}
    assert found["govor_audio_seconds_total"] == {(): len(levels)}
    assert found["govor_recogniser_busy_seconds_total"][()] > 0
    assert found["govor_real_time_factor_count"][()] >= parts


@pytest.mark.parametrize(
    ("first", "reason", "crashes"),
    [
        (FAILS, ("INVALID_ARGUMENT", "BadAudio"), 0),
        (KILLS, ("INTERNAL", Poisonous.__name__), 3),
    ],
)
async def test_failures_are_counted_by_code_and_crashes_by_themselves(
    tmp_path: Path, first: int, reason: tuple[str, str], crashes: int
) -> None:
    async with started(tmp_path) as operations:
        accepted = await operations.submit(record(tmp_path, "a.raw", [first]), ALICE)
        await finished(operations, accepted.id)
        found = await shown.of(operations)
        latest = operations.work.metrics.faults.latest()
    assert found["govor_operation_failures_total"] == {reason: 1}
    assert found["govor_operations_ended_total"] == {("failed",): 1}
    assert found["govor_recogniser_crashes_total"] == {(): crashes}
    assert [(fault.where, fault.code, fault.count) for fault in latest] == [("operation", reason[0], 1)]


async def test_cancelled_operations_are_counted_and_are_no_failures(tmp_path: Path) -> None:
    async with started(tmp_path, "slow:0.1") as operations:
        accepted = await operations.submit(record(tmp_path, "a.raw", LONG), ALICE)
        await operations.cancel(accepted.id, ALICE)
        await operations.cancel(accepted.id, ALICE)
        found = await shown.of(operations)
    assert found["govor_operations_ended_total"] == {("cancelled",): 1}
    assert "govor_operation_failures_total" not in found


async def test_queues_are_shown_by_class_with_the_age_of_the_oldest(tmp_path: Path) -> None:
    started_at = time.time()
    crowd, deferred = OPERATIONS_OF_A_FOLDER_MAX + 3, DEFERRED_MAX + 2
    async with started(tmp_path, "slow:60", clock=lambda: time.time() + 100) as operations:  # nothing ends
        task = record(tmp_path, "a.raw", [5])
        for _ in range(crowd):
            await operations.submit(task, ALICE)
        for _ in range(deferred):
            await operations.submit(replace(task, model="deferred-general"), ALICE)
        await operations.submit(record(tmp_path, "b.raw", LONG), BOB)
        found = await shown.of(operations)
    depth, oldest = found["govor_queue_depth"], found["govor_queue_oldest_seconds"]
    assert 1 <= depth["general", "operations"] <= crowd + 1
    assert 2 <= depth["deferred-general", "operations"] <= deferred
    assert depth["deferred-general", "parts"] == 0
    assert 100 <= oldest["general", "operations"] <= 100 + time.time() - started_at + 1
    assert oldest["deferred-general", "parts"] == 0


async def test_processes_memory_and_disk_are_shown(tmp_path: Path) -> None:
    async with started(tmp_path) as operations:
        for _ in range(1_000):
            if not await operations.ready():
                break
            await asyncio.sleep(0.02)
        found = await shown.of(operations)
    assert found["govor_recognisers"] == {("starting",): 0, ("free",): 1, ("busy",): 0}
    assert found["govor_recogniser_starts_total"] == {(): 1}
    assert found["govor_processes"][("recogniser",)] == 1
    assert found["govor_processes"][("service",)] == 1
    assert all(number > 1 << 20 for number in found["govor_memory_bytes"].values())
    assert found["govor_disk_free_bytes"][()] > 0


def test_answers_that_are_no_errors_are_no_faults() -> None:
    metrics = Metrics()
    for code in ("200", "404", "500", "OK", "CANCELLED", "INTERNAL", "500"):
        metrics.answered(door="rest", method="m", code=code, seconds=0)
    assert {(fault.code, fault.count) for fault in metrics.faults.latest()} == {
        ("404", 1),
        ("500", 2),
        ("INTERNAL", 1),
    }
