"""`python -m bench.load [--submissions N]`: is the API quick while it has thousands of jobs to do?

One `govor serve` with a recogniser of simulated cost. Several callers submit, others poll what was accepted,
while the service works through it; every answer is timed. Who is told to come again (503) does so,
and is counted. In the end every operation has to be done.
"""

import argparse
import asyncio
import random
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import httpx
import numpy as np

from bench.fleet import alone, running, simulated
from bench.report import Row, report
from tests.tiny.recogniser import RATE_HZ

SUBMIT = "/speech/stt/v2/longRunningRecognize"
SUBMITTERS, POLLERS = 8, 2
POLL_PAUSE_SECONDS = 0.02  # of each poller: about fifty GETs a second in all
ANSWER_SECONDS = 120.0
DONE_SECONDS = 3 * 3600.0
SAY_SECONDS = 60.0  # how often it says how far it is
AGAIN_SECONDS_MIN = 0.5
LOOK_SECONDS = 10.0
HEARING = "share:0.02"
LEVELS = (257, 1026)  # two seconds; no byte is a printable one
BODY = {
    "config": {
        "specification": {
            "languageCode": "ru-RU",
            "audioEncoding": "LINEAR16_PCM",
            "sampleRateHertz": RATE_HZ,
        }
    },
    "audio": {"uri": "https://storage.yandexcloud.net/load/two-seconds.pcm"},
}


class Crowd:
    """Callers, and how long each of their questions took, in seconds."""

    def __init__(self, client: httpx.AsyncClient, submissions: int) -> None:
        self.client = client
        self.waiting = iter(range(submissions))
        self.accepted: list[str] = []
        self.posts: list[float] = []
        self.gets: list[float] = []
        self.again = 0
        self.submitted = asyncio.Event()

    async def run(self) -> float:
        """Submit everything, and poll until that is done; returns the seconds of the submissions."""
        began = time.monotonic()
        pollers = [asyncio.create_task(self._poll()) for _ in range(POLLERS)]
        saying = asyncio.create_task(self._say())
        await asyncio.gather(*(self._submit() for _ in range(SUBMITTERS)))
        self.submitted.set()
        await asyncio.gather(*pollers)
        saying.cancel()
        return time.monotonic() - began

    async def finish(self, seconds: float) -> int:
        """Wait until all are done, at most so long; returns how many are not."""
        left, end = list(self.accepted), time.monotonic() + seconds
        while left and time.monotonic() < end:
            operation = await self._get(left[0])
            if operation.get("error"):
                raise RuntimeError(f"{left[0]} failed: {operation['error']}")
            if operation["done"]:
                left.pop(0)
            else:
                print(f"  {len(left)} are not known to be done", file=sys.stderr, flush=True)
                await asyncio.sleep(LOOK_SECONDS)
        return len(left)

    async def _submit(self) -> None:
        for _ in self.waiting:
            while (answer := await self._post()).status_code == httpx.codes.SERVICE_UNAVAILABLE:
                self.again += 1
                print(f"  503: {answer.text}", file=sys.stderr, flush=True)
                await asyncio.sleep(max(AGAIN_SECONDS_MIN, float(answer.headers.get("Retry-After", 0))))
            self.accepted.append(answer.raise_for_status().json()["id"])

    async def _post(self) -> httpx.Response:
        began = time.perf_counter()
        answer = await self.client.post(SUBMIT, json=BODY)
        self.posts.append(time.perf_counter() - began)
        return answer

    async def _say(self) -> None:
        while True:
            await asyncio.sleep(SAY_SECONDS)
            print(f"  {len(self.accepted)} accepted", file=sys.stderr, flush=True)

    async def _poll(self) -> None:
        chance = random.Random(5)
        while not self.submitted.is_set():
            if self.accepted:
                began = time.perf_counter()
                await self._get(chance.choice(self.accepted))
                self.gets.append(time.perf_counter() - began)
            await asyncio.sleep(POLL_PAUSE_SECONDS)

    async def _get(self, operation_id: str) -> dict[str, Any]:
        answer = (await self.client.get(f"/operations/{operation_id}")).raise_for_status()
        read: dict[str, Any] = answer.json()
        return read


async def loaded(submissions: int, *, drain: bool) -> list[Row]:
    """The figures."""
    with (
        tempfile.TemporaryDirectory(prefix="govor-load-") as temporary,
        running(alone(simulated(HEARING), Path(temporary), {})) as fleet,
    ):
        await fleet.ready()
        async with httpx.AsyncClient(base_url=fleet.addresses[0], timeout=ANSWER_SECONDS) as client:
            sound = np.repeat(np.asarray(LEVELS, np.int16), RATE_HZ).tobytes()
            (await client.put("/objects/load/two-seconds.pcm", content=sound)).raise_for_status()
            crowd = Crowd(client, submissions)
            rows = figures(crowd, await crowd.run())
            return [*rows, *(await drained(crowd) if drain else [])]


async def drained(crowd: Crowd) -> list[Row]:
    """That everything accepted is done in the end."""
    began = time.monotonic()
    left = await crowd.finish(DONE_SECONDS)
    return [
        Row(what="accepted and not done in the end", value=left, unit="", target="= 0"),
        Row(what="  from the last submission to that", value=time.monotonic() - began, unit="s"),
    ]


def figures(crowd: Crowd, seconds: float) -> list[Row]:
    """Of the submissions and of the polls beside them."""
    accepted = len(crowd.accepted)
    rows = [
        Row(what="submissions, while it works", value=accepted, unit=""),
        Row(what="  a second", value=accepted / seconds, unit="1/s"),
        Row(what="  told to come again (503)", value=crowd.again, unit="", target="= 0"),
    ]
    for what, times in (("POST", crowd.posts), ("GET, meanwhile", crowd.gets)):
        middle, high = np.percentile(1000 * np.asarray(times), [50, 99])
        rows.append(Row(what=f"{what}, median", value=float(middle), unit="ms"))
        rows.append(Row(what="  99th percentile", value=float(high), unit="ms"))
    return rows


def main() -> None:
    """Measure, print, and write bench/results/load.json."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--submissions", type=int, default=10_000)
    parser.add_argument("--no-drain", action="store_true", help="do not wait until all are done")
    asked = parser.parse_args()
    report("load", asyncio.run(loaded(asked.submissions, drain=not asked.no_drain)))


if __name__ == "__main__":
    main()
