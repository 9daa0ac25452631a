"""`python -m bench.scaling [--hours H] [--workers N] [--share S] [--only WHAT]`: more workers, less time.

real: two `govor worker`s with one recogniser each, each worker bound to a core of its own as if that were its
machine, against one of them, on one long recording.
simulated: sixteen workers against one, with a recogniser that waits a share of the audio's length instead of
computing: what the engine itself costs when parts go to many workers, on a machine with two cores.
Both on a real PostgreSQL, files shared in a folder. The words of both runs have to be the same.
Half an hour for 4 hours of sound: each time is said as soon as it is known.
"""

import argparse
import asyncio
import os
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import numpy as np

from bench.fleet import around, govor, running, simulated
from bench.recordings import repeated
from bench.report import Row, report
from tests.servers.postgres import PostgresServer, postgres
from tests.tiny.recogniser import RATE_HZ

SUBMIT = "/speech/stt/v2/longRunningRecognize"
POLL_SECONDS = 0.1
ANSWER_SECONDS = 600.0  # an upload of hours of sound
BUCKET = "recordings"
REAL_WORKERS = 2
# A part of a minute then takes 2.5 s, four hours on one worker ten minutes.
SHARE = 1 / 24
# No byte of these levels is a printable one, or the recording would be taken for text.
LEVELS = (257, 1026, 2051, 3332)


@dataclass(frozen=True, kw_only=True, slots=True)
class Recording:
    """What is to be transcribed, and what a POST says about it."""

    path: Path
    specification: dict[str, Any]
    hours: float
    bound: bool  # whether each worker has one core


def made_of_levels(folder: Path, hours: float) -> Recording:
    """LINEAR16_PCM for the simulated recogniser."""
    path = folder / "long.pcm"
    seconds = int(hours * 3600)
    sound = np.repeat(np.resize(np.asarray(LEVELS, np.int16), seconds), RATE_HZ)
    sound.tofile(path)
    specification = {"audioEncoding": "LINEAR16_PCM", "sampleRateHertz": RATE_HZ}
    return Recording(path=path, specification=specification, hours=hours, bound=False)


def made_of_speech(folder: Path, hours: float) -> Recording:
    """The bundled greeting, over and over."""
    path = folder / "long.ogg"
    repeated("greeting.ogg", hours * 3600, path)
    return Recording(path=path, specification={"audioEncoding": "OGG_OPUS"}, hours=hours, bound=True)


async def seconds_with(
    server: PostgresServer, program: Sequence[str], workers: int, recording: Recording
) -> tuple[float, str]:
    """From the POST to the poll that sees the result, with so many workers; and the words."""
    url = server.create()
    with tempfile.TemporaryDirectory(prefix="govor-scaling-") as temporary:
        folder = Path(temporary)
        environment = {
            "GOVOR_WORK_URL": f"file://{folder}/shared",
            "GOVOR_RECOGNISERS": "1",
            "GOVOR_AUDIO_SECONDS_MAX": str(int(recording.hours * 3600 + 60)),
        }
        (folder / "shared").mkdir()
        made = around(url, [url] * workers, program, folder, environment)
        if recording.bound:
            for worker, core in zip(made.workers, sorted(os.sched_getaffinity(0)), strict=False):
                worker.command = ["taskset", "--cpu-list", str(core), *worker.command]
        with running(made) as fleet:
            await fleet.ready()
            await fleet.all_working()
            async with httpx.AsyncClient(base_url=fleet.addresses[0], timeout=ANSWER_SECONDS) as client:
                return await transcribed(client, recording)


async def transcribed(client: httpx.AsyncClient, recording: Recording) -> tuple[float, str]:
    """Upload, POST, poll."""
    name = recording.path.name
    (await client.put(f"/objects/{BUCKET}/{name}", content=recording.path.read_bytes())).raise_for_status()
    body = {
        "config": {"specification": {"languageCode": "ru-RU", **recording.specification}},
        "audio": {"uri": f"https://storage.yandexcloud.net/{BUCKET}/{name}"},
    }
    began = time.monotonic()
    operation = (await client.post(SUBMIT, json=body)).raise_for_status().json()
    while not operation["done"]:
        await asyncio.sleep(POLL_SECONDS)
        operation = (await client.get(f"/operations/{operation['id']}")).raise_for_status().json()
    seconds = time.monotonic() - began
    if "error" in operation:
        raise RuntimeError(f"recognition failed: {operation['error']}")
    chunks = operation["response"]["chunks"]
    return seconds, "\n".join(chunk["alternatives"][0]["text"] for chunk in chunks)


async def compared(
    server: PostgresServer, program: Sequence[str], workers: int, recording: Recording, what: str, target: str
) -> list[Row]:
    """One worker, then many."""
    alone, words = await seconds_with(server, program, 1, recording)
    print(f"{what}: one worker {alone:.1f} s", file=sys.stderr, flush=True)
    together, same = await seconds_with(server, program, workers, recording)
    print(f"{what}: {workers} workers {together:.1f} s", file=sys.stderr, flush=True)
    if words != same:
        raise AssertionError(f"{workers} workers heard other words than one")
    name = f"{what}, {recording.hours:g} h"
    return [
        Row(what=f"{name}: one worker", value=alone, unit="s"),
        Row(what=f"  {workers} workers", value=together, unit="s"),
        Row(what="  times faster", value=alone / together, unit="", target=target),
    ]


def main() -> None:
    """Measure, print, and write bench/results/scaling.json."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hours", type=float, default=4.0)
    parser.add_argument("--workers", type=int, default=16, help="with the simulated recogniser")
    parser.add_argument("--share", type=float, default=SHARE, help="of the audio's length that it waits")
    parser.add_argument("--only", choices=["real", "simulated"])
    asked = parser.parse_args()
    rows = []
    with postgres() as server, tempfile.TemporaryDirectory(prefix="govor-scaling-") as folder:
        if asked.only != "simulated":
            speech = made_of_speech(Path(folder), asked.hours)
            what = "one-thread workers, a core each"
            rows += asyncio.run(compared(server, govor(), REAL_WORKERS, speech, what, "≥ 1.8"))
        if asked.only != "real":
            levels = made_of_levels(Path(folder), asked.hours)
            program = simulated(f"share:{asked.share}")
            what = f"simulated recogniser (waits {asked.share:.3g} of the audio)"
            target = "≥ 14" if asked.workers == 16 else ""
            rows += asyncio.run(compared(server, program, asked.workers, levels, what, target))
    report("scaling" if asked.only is None else f"scaling_{asked.only}", rows)


if __name__ == "__main__":
    main()
