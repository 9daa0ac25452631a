"""What the steps of an operation do, with everything they need at hand."""

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import asdict
from functools import partial
from typing import Protocol
from weakref import WeakValueDictionary

import structlog

from govor import cores
from govor.analysis import turns
from govor.audio import sandbox
from govor.errors import GovorError, Poisonous, StorageFailed, Unavailable
from govor.pipeline import chunks, early, recognise, speakers, stored, waveform, work_files
from govor.pipeline.fetch import fetch
from govor.pipeline.prepare import prepare
from govor.pipeline.recogniser_pool import RecogniserPool
from govor.pipeline.retries import MODEL_WAITS_SECONDS, STORAGE_WAITS_SECONDS, retried
from govor.pipeline.scratch import Scratch
from govor.pipeline.stored import Plain
from govor.pipeline.summarise import summarise
from govor.pipeline.turns import Turns
from govor.records import Task, Transcript
from govor.settings import Settings
from govor.storage.journal import Ended, Journal
from govor.storage.objects import Objects
from govor.storage.patience import patiently
from govor.storage.usage import Usage
from govor.telemetry import Metrics
from govor.text.writing import Writer

# Enough to keep a network busy; few enough not to fill a disk with halves.
FETCHES_MAX = 8
PREPARE_ATTEMPTS = (
    3  # when the sandbox itself was killed; what is wrong with a recording is never tried again
)
SCRATCH = "scratch"
# A recording up to here is decoded in a second or two, and does not wait for long ones, which take minutes.
SMALL_BYTES = 4 << 20

log = structlog.get_logger(__name__)


class Model(Protocol):
    """What the pipeline knows of a model."""

    @property
    def sample_rate_hz(self) -> int:
        """What waves must have."""
        ...


class Work:
    """The steps. `find` gives the model of a language and a request's `model` (models.finder).

    `prepare` is what the sandbox runs; tests put a simpler one in its place.
    """

    def __init__(
        self,
        settings: Settings,
        objects: Objects,
        pool: RecogniserPool,
        find: Callable[..., Model],
        journal: Journal,
        prepare: Callable[..., None] = prepare,
    ) -> None:
        self.settings = settings
        self.objects = objects
        self.pool = pool
        self.metrics: Metrics = pool.metrics
        self.usage: Usage | None = None  # what folders use, where a quota wants to know
        self.find = find
        self.prepare_in_sandbox = prepare
        self.fetch_waits_seconds: Sequence[float] = STORAGE_WAITS_SECONDS
        self.model_waits_seconds: Sequence[float] = MODEL_WAITS_SECONDS
        self.writer = Writer.of(settings)
        self.journal = journal
        self.root = settings.data_path / SCRATCH
        self.files = work_files.of(settings, self.root)
        self.audio_seconds = 0.0  # recognised since the start, summed over channels
        self.long_running: Counter[str] = Counter()  # recordings of several parts that run here, by folder
        self._fetching = Turns(FETCHES_MAX)
        self._preparing = Turns(cores.usable(), extra=1)
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()  # one for each operation

    async def fetch(self, operation_id: str, task: Task) -> int:
        """Step: the object is on our disk. Returns its bytes (0 if it is not needed any more)."""
        scratch = Scratch(self.root, operation_id)
        async with self._fetching.one(task.due_at):
            if await self.files.bring_parts(scratch, ()):
                return 0
        return await self._source(scratch, task)

    async def keep(self, operation_id: str, content: bytes) -> None:
        """Put a recording that came with its request where `fetch` would put it: whole, and on the disk."""
        await self.files.keep_content(Scratch(self.root, operation_id), content)

    async def prepare(self, operation_id: str, task: Task, told: early.Told | None = None) -> Plain:
        """Step: the parts are on our disk. Returns how many, and the recording's length and channels.

        `told` hears of each that can be recognised while others are still being made.
        """
        await self._ready(operation_id, task, told=told)
        manifest = await asyncio.to_thread(Scratch(self.root, operation_id).read_manifest)
        rate_hz = (await asyncio.to_thread(self.find, task.language, task.model)).sample_rate_hz
        drawn = waveform.packed(manifest.audio_ms, manifest.peaks, manifest.speech(rate_hz))
        await patiently(partial(asyncio.to_thread, self.journal.keep_waveform, operation_id, drawn))
        return {"parts": len(manifest.parts), "audio_ms": manifest.audio_ms, "channels": manifest.channels}

    async def measured(self, operation_id: str, size: int, prepared: Plain) -> None:
        """Note for the quotas what a recording turned out to be: its bytes, its length in all channels."""
        if self.usage is not None:
            audio_ms = prepared["audio_ms"] * prepared["channels"]
            note = partial(self.usage.measured, operation_id, audio_ms=audio_ms, size=size)
            await patiently(partial(asyncio.to_thread, note))

    async def recognise(self, operation_id: str, task: Task, index: int, deadline: int) -> str:
        """Step: the words of one part, as stored.write_heard puts them."""
        scratch = Scratch(self.root, operation_id)
        model = await asyncio.to_thread(self.find, task.language, task.model)

        was_here = False

        async def once() -> list[recognise.Heard]:
            nonlocal was_here
            if not await self.files.bring_early(scratch, index):
                if was_here and not await self.files.bring_parts(scratch, (index,)):
                    raise StorageFailed("the files of this work are gone", "discarded meanwhile")
                await self._ready(operation_id, task, (index,))
            was_here = True
            try:
                return await recognise.part(scratch, index, model, self.pool, deadline, task.hot_words)
            except FileNotFoundError as error:  # whoever runs this part, too, was done with its file
                raise StorageFailed("a file of this work is gone", str(error)) from error

        waits = self.model_waits_seconds
        heard = await retried(once, what="recognise", waits_seconds=waits, operation_id=operation_id)
        await self.files.done_with(scratch, index)
        return stored.write_heard(heard)

    async def tell_speakers(self, operation_id: str, task: Task) -> speakers.Rows:
        """Step: who speaks when in a mono recording."""
        await self._ready(operation_id, task, work_files.EVERY_PART)
        model = await asyncio.to_thread(self.find, task.language, task.model)
        most = self.settings.speakers_max
        job = partial(sandbox.run, speakers.tell_apart, self.root, operation_id, model.sample_rate_hz, most)
        async with self._preparing.one(task.due_at):
            return await asyncio.to_thread(job)

    def assemble(
        self, task: Task, prepared: Plain, heard: Sequence[str], rows: speakers.Rows | None = None
    ) -> Transcript:
        """All parts' words, in order, as a transcript; with `rows` of speakers, theirs are channels."""
        channels = recognise.by_channel([stored.read_heard(lines) for lines in heard])
        if rows is not None:
            channels = turns.by_speaker(channels.get(1, ()), [turns.Turn(*row) for row in rows])
        with self.metrics.stage("text"):
            made = chunks.assemble(channels, task.text, task.language, self.writer)
        self.audio_seconds += prepared["audio_ms"] * prepared["channels"] / 1000
        return Transcript(
            chunks=made,
            audio_ms=prepared["audio_ms"],
            channels=prepared["channels"],
            extras=task.extras,
            rules=self.writer.rules_for(task.text, task.language),
        )

    async def summarise(self, transcript: Transcript) -> Plain:
        """Step: what a language model says about the transcript."""
        return asdict(await summarise(transcript, self.settings))

    async def discard(self, operation_id: str) -> None:
        """Delete the operation's files; nothing there is no error."""
        await self.files.discard(Scratch(self.root, operation_id))

    async def settle(self, operation_id: str, ended: Ended) -> None:
        """Note how an operation ended; what fails here is made good by the next round (overview.py)."""
        try:
            await asyncio.to_thread(self.journal.settle, operation_id, ended, int(time.time() * 1000))
        except GovorError:
            log.exception("an operation's end is not noted yet", operation_id=operation_id)

    async def folders(self) -> dict[str, bool]:
        """The operations that have files; whether each must have a row, see WorkFiles.operations."""
        return await self.files.operations()

    async def _source(self, scratch: Scratch, task: Task) -> int:
        """See to it that the object is on our disk; its bytes. Who waits for a store lets others fetch."""
        turn = partial(self._fetching.one, task.due_at)
        async with turn():
            await self.files.bring_source(scratch)
        waits, folder_id = self.fetch_waits_seconds, task.folder_id
        size = await fetch(
            task.uri, scratch, self.objects, waits_seconds=waits, folder_id=folder_id, turn=turn
        )
        async with turn():
            await self.files.keep_source(scratch)
        return size

    async def _ready(
        self, operation_id: str, task: Task, parts: Sequence[int] = (), told: early.Told | None = None
    ) -> None:
        """See to it that these parts are here, beginning with the link if everything is lost."""
        scratch = Scratch(self.root, operation_id)
        async with self._locks.setdefault(operation_id, asyncio.Lock()):
            if await self.files.bring_parts(scratch, parts):
                return
            size = await self.fetch(operation_id, task)
            if not scratch.source.exists():  # somebody else, who may have lost this work, made the parts
                if await self.files.bring_parts(scratch, parts):
                    return
                size = await self._source(scratch, task)
            model = await asyncio.to_thread(self.find, task.language, task.model)
            self.pool.expect(model)  # they start while this recording is decoded
            telling = early.telling(scratch, self.files.keep_early, told) if told else nullcontext()
            async with self._preparing.one(task.due_at, small=size <= SMALL_BYTES), telling:
                await self._in_sandbox(operation_id, task, model.sample_rate_hz)
            await self.files.keep_parts(scratch)

    async def _in_sandbox(self, operation_id: str, task: Task, sample_rate_hz: int) -> None:
        """Run prepare in its own process; try again when that was killed from outside, or the disk failed."""
        limit = self.settings.audio_seconds_max
        job = partial(
            sandbox.run, self.prepare_in_sandbox, self.root, operation_id, task.audio, sample_rate_hz, limit
        )
        waits = self.fetch_waits_seconds[: PREPARE_ATTEMPTS - 1]
        once = partial(asyncio.to_thread, job)
        try:
            await retried(once, what="prepare", waits_seconds=waits, operation_id=operation_id)
        except Unavailable as error:
            how = f"{error.message}, {PREPARE_ATTEMPTS} times: {error.detail}"
            raise Poisonous("the decoder was killed again and again over this recording", how) from error
