"""`python -m bench.fairness`: what a hundred short recordings notice of a long one.

Real engine, queues and processes; hearing is simulated: a recogniser takes a share of the audio's length. So
the figures are those of waiting, and hardly of this machine. They are whole seconds, as the engine's are.
"""

import asyncio
import statistics
import tempfile
import time
from pathlib import Path

from bench.report import Row, report
from govor.engine import fairness
from govor.operations import Operations
from tests.tiny.service import ALICE, BOB, record, started

SHARE = 0.005  # of a second of audio: a minute takes 0.3 s, and 40 minutes 12 s
LONG_SECONDS, SHORT_SECONDS = 2_400, 2
SHORTS = 100
POLL_SECONDS = 0.05


async def seconds_until_done(operations: Operations, ids: list[str]) -> list[float]:
    """How long each took from its submission to its end, by the engine's own clock; sorted."""
    waits = []
    for operation_id in ids:
        entry = None
        while entry is None or entry.completed_ms is None:
            await asyncio.sleep(POLL_SECONDS)
            entry = await operations.engine.read(operation_id)
        waits.append((entry.completed_ms - entry.created_ms) / 1000)
    return sorted(waits)


async def run(*, long: bool, short_of: str = "the same folder") -> tuple[list[float], float]:
    """Waits of the short recordings, and how long the long one took (0 without one)."""
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder)
        caller = ALICE if short_of == "the same folder" else BOB
        short = record(data, "short.pcm", [1] * SHORT_SECONDS)
        tail = record(data, "long.pcm", [2] * LONG_SECONDS)
        async with started(data, f"share:{SHARE}", recognisers=2) as operations:
            await seconds_until_done(operations, [(await operations.submit(short, caller)).id])  # warm
            begun = time.time()
            first = (await operations.submit(tail, ALICE)).id if long else ""
            await asyncio.sleep(1.5 if long else 0)  # its parts are in the queue
            ids = [(await operations.submit(short, caller)).id for _ in range(SHORTS)]
            waits = await seconds_until_done(operations, ids)
            if long:
                await seconds_until_done(operations, [first])
            return waits, time.time() - begun if long else 0.0


def first_come_first_served() -> None:
    """Put arrival in the place of deadlines: parts of a long recording all come when it came."""

    def arrival(turn: fairness.Turn, index: int, crowd: int = 1) -> int:
        return fairness.deadline(turn.due_at, 0, 0)

    fairness.Turn.deadline = arrival  # type: ignore[method-assign,assignment]


def rows(name: str, waits: list[float], long_seconds: float) -> list[Row]:
    """Median, worst, and the long one."""
    found = [
        Row(what=f"{name}: median of the short ones", value=statistics.median(waits), unit="s"),
        Row(what=f"{name}: the last of them", value=waits[-1], unit="s"),
    ]
    return found + ([Row(what=f"{name}: the long one", value=long_seconds, unit="s")] if long_seconds else [])


async def measure() -> list[Row]:
    """Every table line."""
    found = rows("100 short ones alone", *await run(long=False))
    found += rows("behind a long one of their folder", *await run(long=True))
    found += rows("behind a long one of another folder", *await run(long=True, short_of="another"))
    first_come_first_served()
    return found + rows("first come, first served", *await run(long=True))


if __name__ == "__main__":
    report("fairness", asyncio.run(measure()))
