"""Operations with little parts: real engine, real processes, real files; only hearing is simple."""

import asyncio
import os
from collections.abc import AsyncIterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from govor import app
from govor.engine.durable import APPLICATION_VERSION
from govor.engine.runtime import Engine
from govor.engine.sqlite import DATABASE
from govor.operations import Operations
from govor.pipeline.clips import SAMPLE
from govor.pipeline.recogniser_pool import RecogniserPool
from govor.pipeline.work import Work
from govor.records import AudioEncoding, AudioSpec, Caller, Operation, Task, Transcript
from govor.settings import Settings
from govor.storage.database import Database
from govor.storage.journal import Journal
from govor.storage.objects import Objects
from tests.tiny import preparing
from tests.tiny.recogniser import LOADER, RATE_HZ, TinyModel

ALICE = Caller(subject_id="ajealice000000000000", folder_id="b1galice000000000000")
BOB = Caller(subject_id="ajebob00000000000000", folder_id="b1gbob00000000000000")
ROOT = Path(__file__).parents[2]


def build(
    data_dir: Path, kind: str = "", clock: Any = None, version: str = APPLICATION_VERSION, **settings: Any
) -> Operations:
    """Everything app.py builds, but for the model and the decoder."""
    os.environ["PYTHONPATH"] = str(ROOT)  # recogniser processes import the tiny recogniser
    made = Settings(**{"data_dir": data_dir, "disk_free_bytes_min": 0, "recognisers": 2, **settings})
    objects = Objects(made)
    pool = RecogniserPool(size=made.recognisers, idle_seconds=60, loader=LOADER)
    database = Database.open(made)
    journal = Journal(database)
    work = Work(made, objects, pool, lambda language, tag="": TinyModel(kind), journal, preparing.prepare)
    work.fetch_waits_seconds = work.model_waits_seconds = (0.01, 0.02)  # what is broken here stays so
    engine = Engine(made, work, segments_max=pool.size + 1, version=version)
    gate = app.gate_of(made, database)
    work.usage = gate.usage
    return Operations(made, objects, engine, work, gate=gate, **({"clock": clock} if clock else {}))


@cache
def template() -> bytes:
    """A database that was launched once. On its first launch the engine notices its queues a second late."""

    async def launch(folder: Path) -> None:
        operations = build(folder)
        await operations.start()
        await operations.stop()

    with TemporaryDirectory() as folder, ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, launch(Path(folder))).result()
        return (Path(folder) / DATABASE).read_bytes()


@asynccontextmanager
async def started(data_dir: Path, kind: str = "", **settings: Any) -> AsyncIterator[Operations]:
    """Operations that run until the block ends."""
    operations = build(data_dir, kind, **settings)
    if not operations.settings.database_url and not (data_dir / DATABASE).exists():
        (data_dir / DATABASE).write_bytes(template())
    await operations.start()
    try:
        yield operations
    finally:
        await operations.stop()


def record(data_dir: Path, name: str, levels: Sequence[int], channels: int = 1) -> Task:
    """Put a recording there whose every second has one of these levels; the task that transcribes it.

    With more channels, channel k is k - 1 louder.
    """
    sound = np.repeat(np.asarray(levels, SAMPLE), RATE_HZ)
    path = data_dir / "objects" / "bucket" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    np.stack([sound + channel for channel in range(channels)], axis=1).astype(SAMPLE).tofile(path)
    spec = AudioSpec(encoding=AudioEncoding.LINEAR16_PCM, sample_rate_hz=RATE_HZ, channels=channels)
    return Task(uri=f"https://storage.yandexcloud.net/bucket/{name}", audio=spec)


def heard(transcript: Transcript | None) -> list[tuple[int, str]]:
    """Channel and word of every word, in the order of the chunks."""
    assert transcript is not None
    return [(chunk.channel, word.text) for chunk in transcript.chunks for word in chunk.words]


def expected(levels: Sequence[int], channels: int = 1) -> list[tuple[int, str]]:
    """What `heard` must give for what `record` made."""
    return [(channel + 1, str(level + channel)) for level in levels for channel in range(channels)]


async def finished(operations: Operations, operation_id: str, caller: Caller = ALICE) -> Operation:
    """Poll until the operation is done, at most a minute."""
    for _ in range(1200):
        operation = await operations.get(operation_id, caller)
        if operation.done:
            return operation
        await asyncio.sleep(0.05)
    raise AssertionError(f"{operation_id} is not done after a minute")
