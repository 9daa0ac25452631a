"""`python -m bench.soak [--minutes M]` (`make soak`): does memory stay where it is?

One `govor serve` with the embedded model transcribes without a pause, through both APIs, with uploads, polls,
failures, cancellations and expired results, and its process tree is weighed every few seconds. After a
quarter of the time, for warming up, a straight line is laid through the weights: its slope is the leak.
"""

import argparse
import asyncio
import itertools
import tempfile
import time
import urllib.error
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event

import psutil

from bench import trend
from bench.fleet import alone, govor, running
from bench.process_tree import memory_mib
from bench.recordings import SAMPLES
from bench.report import Row, report
from scripts.local_service import LocalService

WEIGH_SECONDS = 5.0
WARMING = 0.25  # share of the time
CALLERS = 2
DONE_SECONDS = 600.0
RESULT_DAYS = 60 / 86_400  # a minute: results expire and are swept during the run
MIB_AN_HOUR_MAX = 20  # what a service restarted once a week could bear in 4 GiB


@dataclass(slots=True)
class Diary:
    """What was weighed, and what was done."""

    seconds: list[float] = field(default_factory=list)
    mib: list[float] = field(default_factory=list)
    done: int = 0
    cancelled: int = 0
    refused: int = 0


def weigh(pid: int, diary: Diary, stop: Event) -> None:
    """Every WEIGH_SECONDS."""
    while not stop.wait(WEIGH_SECONDS):
        try:
            mib = memory_mib(pid)
        except psutil.NoSuchProcess:
            return
        diary.seconds.append(time.monotonic())
        diary.mib.append(mib)


def call_on(service: LocalService, diary: Diary, end: float) -> None:
    """One caller's work: recordings of two lengths, every fifth cancelled, every seventh no recording."""
    for number in itertools.count():
        if time.monotonic() > end:
            return
        uri = service.put(SAMPLES / ("call.ogg" if number % 2 else "greeting.ogg"))
        if number % 7 == 6:
            try:
                service.submit(service.put(SAMPLES / "call.txt"))
            except urllib.error.HTTPError:
                diary.refused += 1
        operation_id = str(service.submit(uri)["id"])
        if number % 5 == 4:
            service.call("POST", f"/operations/{operation_id}:cancel")
            diary.cancelled += 1
        else:
            service.wait(operation_id, timeout_seconds=DONE_SECONDS, poll_seconds=0.2)
            diary.done += 1


def soaked(minutes: float) -> Diary:
    """Run it."""
    diary, stop = Diary(), Event()
    environment = {"GOVOR_RESULT_DAYS": str(RESULT_DAYS)}
    with (
        tempfile.TemporaryDirectory(prefix="govor-soak-") as folder,
        running(alone(govor(), Path(folder), environment)) as fleet,
        ThreadPoolExecutor(CALLERS + 1) as threads,
    ):
        asyncio.run(fleet.ready())
        (member,) = fleet.members
        service = LocalService(fleet.addresses[0], "", "any", member.running())
        end = time.monotonic() + 60 * minutes
        scales = threads.submit(weigh, service.process.pid, diary, stop)
        callers = [threads.submit(call_on, service, diary, end) for _ in range(CALLERS)]
        try:
            for caller in callers:
                caller.result()
        finally:
            stop.set()
        scales.result()
    return diary


def main() -> int:
    """Measure, print, and write bench/results/soak.json; 1 when memory grows."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=60.0)
    minutes = parser.parse_args().minutes
    diary = soaked(minutes)
    leak = trend.after_warming(diary.seconds, diary.mib, WARMING)
    begin = int(WARMING * len(diary.mib))
    report(
        "soak",
        [
            Row(what="time", value=minutes, unit="min"),
            Row(what="recordings transcribed", value=diary.done, unit=""),
            Row(what="  cancelled", value=diary.cancelled, unit=""),
            Row(what="  refused, as they had to be", value=diary.refused, unit=""),
            Row(what="memory of the process tree, after warming up", value=diary.mib[begin], unit="MiB"),
            Row(what="  in the end", value=diary.mib[-1], unit="MiB"),
            Row(what="  the most", value=max(diary.mib), unit="MiB"),
            Row(
                what="  slope of the line through it",
                value=leak.per_hour,
                unit="MiB/h",
                target=f"≤ {MIB_AN_HOUR_MAX}",
            ),
            Row(what="  standard error of the slope", value=leak.error, unit="MiB/h"),
        ],
    )
    return 1 if leak.per_hour - 2 * leak.error > MIB_AN_HOUR_MAX else 0


if __name__ == "__main__":
    raise SystemExit(main())
