"""The service as a client sees it: latency, real-time factor, memory, start, polls a second.

`python -m bench.service [--hours H]`; H is the length of the long two-channel recording (4 by default).
"""

import argparse
import http.client
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench import process_tree
from bench.recordings import SAMPLES, repeated
from bench.report import Row, report
from scripts.local_service import LocalService, running

LATENCY_RUNS = 5
FACTOR_MINUTES = 10
POLL_SECONDS = 0.05
POLLS = 3_000
ONE_CORE = ("taskset", "-c", "0")


def fresh_service(work: Callable[[LocalService, Path], list[Row]], **options: Any) -> list[Row]:
    """Run `work` against a service of its own, in a directory of its own."""
    with tempfile.TemporaryDirectory(prefix="govor-bench-") as folder:
        data_dir = Path(folder)
        started = time.perf_counter()
        with running(data_dir, **options) as service:
            ready_seconds = time.perf_counter() - started
            rows = work(service, data_dir)
        if work is idle:
            rows.insert(
                0,
                Row(
                    what="start to ready, key creation included", value=ready_seconds, unit="s", target="≤ 5"
                ),
            )
        return rows


def idle(service: LocalService, _: Path) -> list[Row]:
    """Memory after start, before any work."""
    time.sleep(2)
    memory = process_tree.memory_mib(service.process.pid)
    return [Row(what="idle memory, process tree", value=memory, unit="MiB", target="≤ 300")]


def transcribe_seconds(
    service: LocalService, uri: str, timeout_seconds: float
) -> tuple[float, dict[str, Any]]:
    """Wall time from POST to the poll that sees `done`, and the operation."""
    started = time.perf_counter()
    operation_id = service.submit(uri)["id"]
    operation = service.wait(operation_id, timeout_seconds=timeout_seconds, poll_seconds=POLL_SECONDS)
    return time.perf_counter() - started, operation


def latency(service: LocalService, folder: Path) -> list[Row]:
    """One minute of mono speech, POST to done."""
    repeated("greeting.ogg", 60, folder / "minute.ogg")
    uri = service.put(folder / "minute.ogg")
    transcribe_seconds(service, uri, 60)
    seconds = [transcribe_seconds(service, uri, 60)[0] for _ in range(LATENCY_RUNS)]
    return [
        Row(
            what="one minute of mono OggOpus, POST to done, median",
            value=statistics.median(seconds),
            unit="s",
            target="≤ 1.5",
        ),
        Row(what="  the slowest of 5", value=max(seconds), unit="s"),
    ]


def factor(what: str, target: str) -> Callable[[LocalService, Path], list[Row]]:
    """Real-time factor of a ten-minute recording, fetch to chunks."""

    def work(service: LocalService, folder: Path) -> list[Row]:
        repeated("greeting.ogg", 60 * FACTOR_MINUTES, folder / "minutes.ogg")
        uri = service.put(folder / "minutes.ogg")
        transcribe_seconds(service, uri, 600)
        seconds, _ = transcribe_seconds(service, uri, 600)
        return [Row(what=what, value=seconds / (60 * FACTOR_MINUTES), unit="", target=target)]

    return work


def long_recording(hours: float) -> Callable[[LocalService, Path], list[Row]]:
    """Peak memory and completeness of a long two-channel recording."""

    def work(service: LocalService, folder: Path) -> list[Row]:
        repeats = repeated("call.ogg", hours * 3600, folder / "long.ogg")
        uri = service.put(folder / "long.ogg")
        alone = service.put(SAMPLES / "call.ogg")
        once = len(transcribe_seconds(service, alone, 60)[1]["response"]["chunks"])
        with process_tree.peak(service.process.pid) as seen:
            seconds, operation = transcribe_seconds(service, uri, 3600 * hours)
        chunks = operation["response"]["chunks"]
        last = float(chunks[-1]["alternatives"][0]["words"][-1]["endTime"].rstrip("s"))
        name = f"{hours:g} h, two channels"
        return [
            Row(what=f"{name}: peak memory, process tree", value=seen.mib, unit="MiB", target="≤ 800"),
            Row(what=f"{name}: POST to done", value=seconds, unit="s"),
            Row(what=f"{name}: end of the last word", value=last / 3600, unit="h"),
            Row(what=f"{name}: chunks for each repeat (alone: {once})", value=len(chunks) / repeats, unit=""),
        ]

    return work


def polls(where: str) -> Callable[[LocalService, Path], list[Row]]:
    """GET /operations/{id} on one kept-alive connection while a recognition runs."""
    return lambda service, folder: polled(service, folder, where)


def polled(service: LocalService, folder: Path, where: str) -> list[Row]:
    """See polls."""
    repeated("greeting.ogg", 3600, folder / "hour.ogg")
    path = f"/operations/{service.submit(service.put(folder / 'hour.ogg'))['id']}"
    connection = http.client.HTTPConnection(service.base.removeprefix("http://"))
    times, started = [], time.perf_counter()
    for _ in range(POLLS):
        before = time.perf_counter()
        connection.request("GET", path, headers={"Authorization": f"Api-Key {service.key}"})
        body = connection.getresponse().read()
        times.append(time.perf_counter() - before)
    total = time.perf_counter() - started
    if b'"done": false' not in body:
        raise RuntimeError("the recognition ended before the polls did: lengthen the recording")
    times.sort()
    service.call("POST", f"{path}:cancel")
    return [
        Row(
            what=f"GET /operations/{{id}} while recognising, {where}",
            value=POLLS / total,
            unit="1/s",
            target="≥ 300",
        ),
        Row(what="  99th percentile", value=1000 * times[int(0.99 * POLLS)], unit="ms", target="≤ 50"),
    ]


def main() -> None:
    """Measure everything; print it and write bench/results/service.json."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hours", type=float, default=4.0)
    hours = parser.parse_args().hours
    eight_hours = {"GOVOR_AUDIO_SECONDS_MAX": str(int(hours * 2 * 3600 + 60))}
    rows = fresh_service(idle)
    rows += fresh_service(latency)
    rows += fresh_service(factor("real-time factor, POST to done, one core", "≤ 0.03"), prefix=ONE_CORE)
    rows += fresh_service(factor("real-time factor, POST to done, two cores", "≤ 0.02"))
    rows += fresh_service(polls("two cores"))
    rows += fresh_service(polls("everything on one core"), prefix=ONE_CORE)
    rows += fresh_service(long_recording(hours), environment=eight_hours)
    report("service", rows)


if __name__ == "__main__":
    main()
