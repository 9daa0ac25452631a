"""Recognition while the caller waits: streams and short recordings. Beside operations.py, without durability.

Rule 1: streams take recogniser time before the first minute of recordings, and both before operations.
Rule 2: their number is bounded; who finds no place is told at once (QuotaExceeded) and may come again.
Rule 3: a caller who goes leaves nothing behind: no process, no file, no clip in a queue.
"""

import asyncio
import shutil
import tempfile
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator, Sequence
from contextlib import aclosing, contextmanager
from dataclasses import replace
from pathlib import Path

from prometheus_client import Gauge

from govor import cores
from govor.audio import sniff
from govor.audio.sandbox_wire import Limits
from govor.engine import fairness
from govor.errors import OutOfRange, QuotaExceeded, TooLarge
from govor.pipeline import direct, listener
from govor.pipeline.full_data import raw_silence
from govor.pipeline.listening import TOO_LONG, Manner
from govor.pipeline.recogniser_pool import RecogniserPool
from govor.pipeline.stream import Stream
from govor.pipeline.stream_events import Input, Output, Sound, Spoken, StreamTask
from govor.pipeline.work import Model
from govor.recognition import phrases
from govor.records import Transcript
from govor.settings import Settings
from govor.storage import disk
from govor.text.writing import Writer

TOO_MUCH = "OutOfRange: Exceeded maximum allowed stream size"
FOLDER = "immediate"  # in the data directory; its files last as long as a call
# Of one recording that somebody waits for; an operation may take more.
LIMITS = Limits(cpu_seconds=300, wall_seconds=600.0, memory_bytes=512 << 20, file_bytes=2 << 30)


class Places:
    """So many may be here at once."""

    def __init__(self, most: int, what: str, gauge: Gauge) -> None:
        """`gauge` shows how many are here."""
        self._most, self._what, self._gauge = most, what, gauge
        self.taken = 0

    @contextmanager
    def one(self) -> Iterator[None]:
        """A place until the block ends; raises QuotaExceeded."""
        if self.taken >= self._most:
            raise QuotaExceeded(f"Too many {self._what} at once", f"this service takes {self._most}")
        self.taken += 1
        self._gauge.inc()
        try:
            yield
        finally:
            self.taken -= 1
            self._gauge.dec()


class Immediate:
    """Made by app.py; `find` gives the model of a language and a request's `model`."""

    def __init__(
        self,
        settings: Settings,
        pool: RecogniserPool,
        find: Callable[..., Model],
        hot_words: Callable[[str], Sequence[str]] = lambda folder_id: (),
    ) -> None:
        """`hot_words` gives the phrases to expect in everything that a folder sends."""
        self._hot_words = hot_words
        self._settings, self._pool, self._find = settings, pool, find
        self._writer = Writer.of(settings)
        self._root = settings.data_path / FOLDER
        self._streams = Places(settings.streams_max, "streams", pool.metrics.streams)
        self._recordings = Places(
            settings.short_requests_max, "short recordings", pool.metrics.short_recordings
        )
        self._preparing = asyncio.Semaphore(cores.usable())

    async def start(self) -> None:
        """Clear what an earlier life left; to be called once the data directory is ours."""
        await asyncio.to_thread(shutil.rmtree, self._root, ignore_errors=True)

    async def stop(self) -> None:
        """End the recognisers: who still waits for words gets Unavailable."""
        await self._pool.stop()

    async def transcribe(
        self, content: AsyncIterator[bytes], spoken: Spoken, *, bytes_max: int, seconds_max: float
    ) -> Transcript:
        """The transcript of one recording.

        Raises TooLarge: more than `bytes_max`, or longer than `seconds_max`; BadAudio, QuotaExceeded,
        LanguageUnavailable, StorageFailed, Unavailable, ModelFailed.
        """
        with self._recordings.one():
            return await self._transcript(content, spoken, bytes_max, seconds_max)

    async def stream(self, task: StreamTask, inputs: AsyncIterator[Input]) -> AsyncGenerator[Output, None]:
        """What becomes known of a stream, as it becomes known.

        Raises OutOfRange: longer or larger than the settings allow; BadAudio, QuotaExceeded, and as above.
        """
        sniff.check(task.audio)
        model = await asyncio.to_thread(self._find, task.language, task.model)
        task = replace(task, hot_words=await self._expected(task))
        await asyncio.to_thread(self._writer.prepare, task.text)
        bounded = self._bounded(inputs)
        with self._streams.one():
            async with aclosing(self._live(task, model, bounded)) as events:
                async for event in events:
                    yield event

    async def full_data(self, task: StreamTask, inputs: AsyncIterator[Input]) -> Transcript:
        """The transcript of a stream that is recognised when all of it is there. Raises as `stream`."""
        seconds = self._settings.stream_seconds_max
        content = raw_silence(task.audio, self._bounded(inputs), seconds)
        with self._streams.one():
            try:
                return await self._transcript(content, task, LIMITS.file_bytes, seconds)
            except TooLarge as error:
                raise OutOfRange(TOO_LONG, error.detail) from error

    async def _transcript(
        self, content: AsyncIterator[bytes], spoken: Spoken, bytes_max: int, seconds_max: float
    ) -> Transcript:
        sniff.check(spoken.audio)
        with self._folder() as folder:
            model = await asyncio.to_thread(self._find, spoken.language, spoken.model)
            scratch = direct.scratch_in(folder)
            await write(scratch.source, content, bytes_max)
            head = await asyncio.to_thread(_head, scratch.source)
            spec = await asyncio.to_thread(sniff.probe, head, spoken.audio)
            async with self._preparing:
                seconds = seconds_max * spec.channels
                await direct.prepared(folder, spec, model, audio_seconds_max=seconds, limits=LIMITS)
            return await direct.transcribe(
                folder, spoken.text, spoken.language, model, self._pool,
                deadline=deadlines(int(time.time())), writer=self._writer,
                hot_words=await self._expected(spoken),
            )  # fmt: skip

    async def _live(
        self, task: StreamTask, model: Model, inputs: AsyncIterator[Input]
    ) -> AsyncGenerator[Output, None]:
        manner = Manner(
            audio=task.audio,
            sample_rate_hz=model.sample_rate_hz,
            pause_ms=task.pause_ms,
            seconds_max=self._settings.stream_seconds_max,
        )
        with self._folder() as folder:
            ear = await listener.opened(folder / "sound", manner)
            async with (
                ear,
                aclosing(Stream(task, ear, model, self._pool, self._writer).events(inputs)) as events,
            ):
                async for event in events:
                    yield event

    async def _expected(self, spoken: Spoken) -> tuple[str, ...]:
        """The hot words of the call and of its folder."""
        of_folder = await asyncio.to_thread(self._hot_words, spoken.folder_id)
        return phrases.collected(spoken.hot_words, of_folder)

    async def _bounded(self, inputs: AsyncIterator[Input]) -> AsyncIterator[Input]:
        """Raises OutOfRange at the byte that is too much."""
        received, most = 0, self._settings.stream_bytes_max
        async for each in inputs:
            received += len(each.data) if isinstance(each, Sound) else 0
            if received > most:
                raise OutOfRange(TOO_MUCH, f"the limit is {most} bytes")
            yield each

    @contextmanager
    def _folder(self) -> Iterator[Path]:
        """A folder of this call's own."""
        with disk.described():
            self._root.mkdir(parents=True, exist_ok=True)
            disk.require_free(self._root, self._settings.disk_free_bytes_min)
            folder = tempfile.mkdtemp(dir=self._root)
        try:
            yield Path(folder)
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def deadlines(arrived_at: int) -> Callable[[int], int]:
    """Deadlines of a recording's parts: the first goes before every operation, whose deadlines begin at 1.

    Later parts of a long recording wait their turn among operations, as if this were one.
    """
    return lambda part: fairness.deadline(arrived_at, part, fairness.PROMPT_PACE_SECONDS) if part else 0


async def write(path: Path, content: AsyncIterator[bytes], bytes_max: int) -> None:
    """Write what comes to a file; raises TooLarge, StorageFailed."""
    written = 0
    with disk.described():
        file = path.open("wb")
    with file:
        async for part in content:
            written += len(part)
            if written > bytes_max:
                raise TooLarge("The recording is too large", f"the limit is {bytes_max} bytes")
            with disk.described():
                await asyncio.to_thread(file.write, part)


def _head(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(sniff.HEAD_BYTES)
