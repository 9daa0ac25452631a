"""`python -m bench.soak [--minutes M] [--pause S] [--simulated]` (`make soak`): does memory stay where it is?

One `govor serve` with the embedded model transcribes, with uploads, polls, failures, cancellations, answers
in every form, recognition at once and expired results, and its process tree is weighed every few seconds.
After a quarter of the time, for warming up, a line is laid through the weights: its slope is the leak.
For a machine that others use: `--pause` has each caller rest so many seconds after every recording, and
`--simulated` takes a recogniser that waits instead of computing; everything around it is the same.
"""

import argparse
import asyncio
import itertools
import json
import sys
import tempfile
import time
import urllib.error
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from threading import Event
from typing import Any

import numpy as np
import psutil

from bench import trend
from bench.fleet import alone, govor, running, simulated
from bench.process_tree import MIB, memory_mib
from bench.recordings import SAMPLES
from bench.report import Row, report
from scripts.local_service import LocalService
from tests.tiny.recogniser import RATE_HZ

WEIGH_SECONDS = 5.0
SAID_EVERY = 12  # weighings: a minute
WARMING = 0.25  # share of the time
CALLERS = 2
DONE_SECONDS = 600.0
RESULT_DAYS = 60 / 86_400  # a minute: results expire and are swept during the run
MIB_AN_HOUR_MAX = 20  # what a service restarted once a week could bear in 4 GiB
HEARING = "share:0.02"
LEVELS = (257, 1026, 2051, 3332)  # for the simulated recogniser; no byte is a printable one
SUBMIT = "/speech/stt/v2/longRunningRecognize"
AT_ONCE = "/speech/v1/stt:recognize?lang=ru-RU"
# Every answer about a result that callers take; metrics and lists as monitors and the web page ask for them.
LOOKS = (
    "/govor/v1/operations/{id}/export?format=v3",
    "/govor/v1/operations/{id}/export?format=docx",
    "/govor/v1/operations/{id}/waveform",
    "/govor/v1/operations?page_size=50",
    "/metrics",
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Sounds:
    """What is submitted: a short and a long recording, and how they and API v1 are asked."""

    short: bytes
    long: bytes
    specification: dict[str, Any]
    at_once: str

    @classmethod
    def speech(cls) -> "Sounds":
        """The samples."""
        short, long = (SAMPLES / name for name in ("greeting.ogg", "call.ogg"))
        asked = {"audioEncoding": "OGG_OPUS"}
        return cls(short=short.read_bytes(), long=long.read_bytes(), specification=asked, at_once=AT_ONCE)

    @classmethod
    def levels(cls) -> "Sounds":
        """Four seconds, and a hundred: two parts."""
        short = np.repeat(np.asarray(LEVELS, np.int16), RATE_HZ).tobytes()
        asked = {"audioEncoding": "LINEAR16_PCM", "sampleRateHertz": RATE_HZ}
        at_once = f"{AT_ONCE}&format=lpcm&sampleRateHertz={RATE_HZ}"
        return cls(short=short, long=25 * short, specification=asked, at_once=at_once)


@dataclass(slots=True)
class Diary:
    """What was weighed, and what was done."""

    seconds: list[float] = field(default_factory=list)
    mib: list[float] = field(default_factory=list)
    # Of the process that answers and keeps the engine, what it shares with nobody: pages of libraries count
    # the more in `mib`, the fewer other programs of this machine have them open.
    main_mib: list[float] = field(default_factory=list)
    done: int = 0
    cancelled: int = 0
    refused: int = 0
    again: int = 0  # times that a caller was told to come again (503)
    at_once: int = 0
    processor_seconds: float = 0.0


def weigh(pid: int, diary: Diary, stop: Event) -> None:
    """Every WEIGH_SECONDS."""
    root = psutil.Process(pid)
    while not stop.wait(WEIGH_SECONDS):
        try:
            mib, main_mib = memory_mib(pid), root.memory_full_info().uss / MIB
            times = root.cpu_times()
        except psutil.NoSuchProcess:
            return
        diary.seconds.append(time.monotonic())
        diary.mib.append(mib)
        diary.main_mib.append(main_mib)
        diary.processor_seconds = times.user + times.system
        if len(diary.mib) % SAID_EVERY == 0:
            print(f"  {diary.done} transcribed, {mib:.1f} MiB, {main_mib:.1f} of them the main process",
                  file=sys.stderr, flush=True)  # fmt: skip


class Caller:
    """Submits one recording after the other, and asks everything about it that callers ask."""

    def __init__(self, service: LocalService, sounds: Sounds, diary: Diary) -> None:
        self.service, self.sounds, self.diary = service, sounds, diary
        self.name = f"recording-{id(self)}"  # one caller does not change another's

    def work(self, end: float, pause: float) -> None:
        """Every fifth is cancelled, every seventh is no recording; v1 is asked every fourth time."""
        for number in itertools.count():
            if time.monotonic() > end:
                return
            if number % 7 == 6:
                self._wrong()
            try:
                self._round(number)
            except urllib.error.HTTPError as error:
                if error.code != HTTPStatus.SERVICE_UNAVAILABLE:
                    raise
                print(f"  503: {error.read().decode()}", file=sys.stderr, flush=True)
                self.diary.again += 1
            time.sleep(pause)

    def _round(self, number: int) -> None:
        if number % 4 == 3:
            self.service.call("POST", self.sounds.at_once, self.sounds.short)
            self.diary.at_once += 1
        self._one(long=number % 2 == 1, cancel=number % 5 == 4)

    def _one(self, *, long: bool, cancel: bool) -> None:
        operation_id = self._submit(self.sounds.long if long else self.sounds.short)
        if cancel:
            self.service.call("POST", f"/operations/{operation_id}:cancel")
            self.diary.cancelled += 1
            return
        self.service.wait(operation_id, timeout_seconds=DONE_SECONDS, poll_seconds=0.2)
        for path in LOOKS:
            self.service.call("GET", path.format(id=operation_id))
        self.diary.done += 1

    def _wrong(self) -> None:
        try:
            self._submit(b"no recording")
        except urllib.error.HTTPError:
            self.diary.refused += 1

    def _submit(self, content: bytes) -> str:
        self.service.call("PUT", f"/objects/soak/{self.name}", content)
        body = {
            "config": {"specification": {"languageCode": "ru-RU", **self.sounds.specification}},
            "audio": {"uri": f"https://storage.yandexcloud.net/soak/{self.name}"},
        }
        return str(json.loads(self.service.call("POST", SUBMIT, json.dumps(body).encode()))["id"])


def soaked(program: Sequence[str], sounds: Sounds, minutes: float, pause: float) -> Diary:
    """Run it."""
    diary, stop = Diary(), Event()
    environment = {"GOVOR_RESULT_DAYS": str(RESULT_DAYS)}
    with (
        tempfile.TemporaryDirectory(prefix="govor-soak-") as folder,
        running(alone(program, Path(folder), environment)) as fleet,
        ThreadPoolExecutor(CALLERS + 1) as threads,
    ):
        asyncio.run(fleet.ready())
        (member,) = fleet.members
        service = LocalService(fleet.addresses[0], "", "any", member.running())
        end = time.monotonic() + 60 * minutes
        scales = threads.submit(weigh, service.process.pid, diary, stop)
        callers = [threads.submit(Caller(service, sounds, diary).work, end, pause) for _ in range(CALLERS)]
        try:
            for caller in callers:
                caller.result()
        finally:
            stop.set()
        scales.result()
    return diary


def figures(diary: Diary, minutes: float) -> tuple[list[Row], bool]:
    """What to print, and whether memory grows."""
    rows = [
        Row(what="time", value=minutes, unit="min"),
        Row(what="recordings transcribed", value=diary.done, unit=""),
        Row(what="  cancelled", value=diary.cancelled, unit=""),
        Row(what="  refused, as they had to be", value=diary.refused, unit=""),
        Row(what="  recognised at once (API v1)", value=diary.at_once, unit=""),
        Row(what="  told to come again (503)", value=diary.again, unit=""),
        Row(what="processor time of the main process", value=diary.processor_seconds, unit="s"),
    ]
    grows = False
    for what, weights, target in (
        ("memory of the process tree", diary.mib, f"≤ {MIB_AN_HOUR_MAX}"),
        ("private memory of the main process", diary.main_mib, f"≤ {MIB_AN_HOUR_MAX}"),
    ):
        leak = trend.after_warming(diary.seconds, weights, WARMING)
        warm = weights[int(WARMING * len(weights))]
        rows += [
            Row(what=f"{what}, after warming up", value=warm, unit="MiB"),
            Row(what="  in the end", value=weights[-1], unit="MiB"),
            Row(what="  the most", value=max(weights), unit="MiB"),
            Row(what="  slope of the line through it", value=leak.per_hour, unit="MiB/h", target=target),
            Row(what="  standard error of the slope", value=leak.error, unit="MiB/h"),
        ]
        grows = grows or leak.per_hour - 2 * leak.error > MIB_AN_HOUR_MAX
    return rows, grows


def main() -> int:
    """Measure, print, and write bench/results/soak.json; 1 when memory grows."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=60.0)
    parser.add_argument("--pause", type=float, default=0.0, help="seconds that a caller rests")
    parser.add_argument("--simulated", action="store_true", help="a recogniser that waits")
    asked = parser.parse_args()
    program, sounds = (simulated(HEARING), Sounds.levels()) if asked.simulated else (govor(), Sounds.speech())
    rows, grows = figures(soaked(program, sounds, asked.minutes, asked.pause), asked.minutes)
    report("soak", rows)
    return int(grows)


if __name__ == "__main__":
    raise SystemExit(main())
