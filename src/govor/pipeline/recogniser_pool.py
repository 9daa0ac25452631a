"""Recogniser processes, and the fair hand-out of clips to them.

Rule 1: recognition never runs in this process; it only passes lines of text around.
Rule 2: any process takes any clip; the job with the earliest deadline goes first, equals take turns.
Rule 3: a process that dies takes one clip with it; the clip is tried CRASHES_MAX times, then its job fails,
        and no other job notices.
Rule 4: one process stays warm; further ones start when clips wait, and end after `idle_seconds` without any.
"""

import asyncio
import math
import time
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import structlog

from govor.errors import GovorError, ModelFailed, Poisonous, Unavailable
from govor.pipeline.clips import Clip
from govor.pipeline.recogniser_child import Crashed, RecogniserChild
from govor.pipeline.recogniser_process import greeting
from govor.records import Word
from govor.telemetry import Metrics

# Clips searched together take a third of the time of one after the other; more than eight gain no more
# (bench/recognition.py), and keep a worker from more urgent jobs.
CLIPS_AT_ONCE = 8
# While somebody waits for each word, a worker takes no more sound at once than the longest segment has, so
# that it is free again in half a second.
PROMPT_SECONDS = 20
# Deadlines of those who wait for each word: before every job's. A final is worth more than another partial.
FINAL, PARTIAL = -2, -1
CRASHES_MAX = 3  # per clip or model; the first may be bad luck, the third is the clip's or the model's fault
LOADER = "govor.recognition.models:load"

log = structlog.get_logger(__name__)


class Job:
    """The clips of one call, and what became of each."""

    def __init__(
        self, greeting: str, clips: Sequence[Clip], deadline: int, hot_words: Sequence[str] = ()
    ) -> None:
        self.greeting = greeting
        self.deadline = deadline
        self.clips = clips
        self.hot_words = hot_words
        # The longest first, so that no process is left alone with a long one in the end.
        self.waiting = deque(sorted(range(len(clips)), key=lambda index: -clips[index].samples))
        self.words: dict[int, tuple[Word, ...]] = {}
        self.crashes: Counter[int] = Counter()
        self.suspects: set[int] = set()  # were in a process that died
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def take(self, share: int, samples_max: float = math.inf) -> list[int]:
        """The next clips for one of `share` workers; several have at most `samples_max` samples in all.

        What was there at a crash goes alone.
        """
        first = self.waiting.popleft()
        taken = [first]
        samples = self.clips[first].samples
        if first in self.suspects:
            return taken
        fair = min(CLIPS_AT_ONCE, -(-(len(self.waiting) + 1) // share))
        while self.waiting and len(taken) < fair and self.waiting[0] not in self.suspects:
            samples += self.clips[self.waiting[0]].samples
            if samples > samples_max:
                break
            taken.append(self.waiting.popleft())
        return taken

    def finish(self, taken: Sequence[int], words: Sequence[tuple[Word, ...]]) -> None:
        """Keep the words of clips; the last ones complete the job."""
        self.words.update(zip(taken, words, strict=True))
        if len(self.words) == len(self.clips) and not self.done.done():
            self.done.set_result(None)

    def fail(self, error: GovorError) -> None:
        """Give up every clip of this job."""
        self.waiting.clear()
        if not self.done.done():
            self.done.set_exception(error)

    def crashed(self, taken: Sequence[int], how: str) -> None:
        """A process died over clips: try them again one by one, or give up."""
        self.suspects.update(taken)
        self.crashes.update(taken if len(taken) == 1 else ())
        if self.crashes and max(self.crashes.values()) >= CRASHES_MAX:
            self.fail(Poisonous("the recogniser crashes on this recording", f"{CRASHES_MAX} times: {how}"))
        elif not self.done.done():
            self.waiting.extendleft(reversed(taken))


class Worker:
    """One process and the task that feeds it."""

    def __init__(self, greeting: str) -> None:
        self.greeting = greeting
        self.sample_rate_hz = 0  # of its model, once that is loaded
        self.free = True  # starting or waiting: will take a clip
        self.pid = 0  # of its process, once that has its model
        self.ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.task: asyncio.Task[None] | None = None


class RecogniserPool:
    """At most `size` processes with one model each; a model is whatever `loader` takes and pickle can write.

    Inside, a model is known by its greeting: the line that makes a process load it.
    """

    def __init__(
        self, *, size: int, idle_seconds: float, loader: str = LOADER, metrics: Metrics | None = None
    ) -> None:
        self.metrics = metrics or Metrics()
        self.size = size
        self.idle_seconds = idle_seconds
        self.loader = loader
        self._jobs: list[Job] = []  # the one that had its turn last is at the end
        self._workers: set[Worker] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._failed_starts: Counter[str] = Counter()
        self._changed = asyncio.Condition()
        self._stopping = False
        self._prompt = 0  # how many wait for each word

    async def warm(self, model: object) -> None:
        """Start the first process and wait for its model. Raises ModelFailed when it cannot be loaded."""
        worker = self._hire(greeting(self.loader, model))
        try:
            await asyncio.shield(worker.ready)
        except Crashed as error:
            raise ModelFailed("the recogniser crashes at its start", str(error)) from error

    def expect(self, model: object) -> None:
        """Clips of this model will come soon: start the processes that they could keep busy."""
        while not self._stopping and len(self._workers) < self.size:
            self._hire(greeting(self.loader, model))

    @contextmanager
    def prompt(self) -> Iterator[None]:
        """Until the block ends somebody waits for each word: no worker is kept busy for long."""
        self._prompt += 1
        try:
            yield
        finally:
            self._prompt -= 1

    async def recognise(
        self, model: object, clips: Sequence[Clip], deadline: int = 0, hot_words: Sequence[str] = ()
    ) -> list[tuple[Word, ...]]:
        """The words of each clip, times from the clip's start; the result does not depend on who did what.

        `hot_words` are phrases to be expected, as phrases.canonical writes them.
        `deadline` is any number that other calls' deadlines can be compared with (engine/fairness.py).
        Raises ModelFailed after repeated crashes, Unavailable while stopping, and what the recogniser raised.
        """
        if not clips:
            return []
        if self._stopping:
            raise Unavailable("the service is stopping")
        job = Job(greeting(self.loader, model), clips, deadline, hot_words)
        self._jobs.append(job)
        try:
            await self._changed_now()
            await job.done
        finally:
            job.waiting.clear()
            self._jobs.remove(job)
        return [job.words[index] for index in range(len(clips))]

    async def stop(self) -> None:
        """End every process; calls still waiting raise Unavailable."""
        self._stopping = True
        for job in list(self._jobs):
            job.fail(Unavailable("the service is stopping"))
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def figures(self) -> dict[str, int]:
        """How many processes are starting, free and busy."""
        states = Counter("starting" if not w.pid else "free" if w.free else "busy" for w in self._workers)
        return {state: states[state] for state in ("starting", "free", "busy")}

    def pids(self) -> set[int]:
        """The processes that have their model."""
        return {worker.pid for worker in self._workers if worker.pid}

    def waiting(self) -> int:
        """How many clips wait for a process."""
        return sum(len(job.waiting) for job in self._jobs)

    def _hire(self, line: str) -> Worker:
        """Start one more process."""
        worker = Worker(line)
        worker.ready.add_done_callback(lambda ready: ready.cancelled() or ready.exception())
        self._workers.add(worker)
        worker.task = asyncio.create_task(self._work(worker))
        self._tasks.add(worker.task)
        worker.task.add_done_callback(self._tasks.discard)
        return worker

    async def _changed_now(self) -> None:
        """Clips or processes came or went: hire for the clips that nobody free will take, wake the free."""
        waiting: Counter[str] = Counter()
        for job in self._jobs:
            waiting[job.greeting] += len(job.waiting)
        for line, count in waiting.items():
            free = sum(worker.free and worker.greeting == line for worker in self._workers)
            for _ in range(free, count):
                if len(self._workers) < self.size and not self._stopping:
                    self._hire(line)
        async with self._changed:
            self._changed.notify_all()

    async def _work(self, worker: Worker) -> None:
        """One process's life: load, take clips until there is a reason to end."""
        child: RecogniserChild | None = None
        try:
            child = await RecogniserChild.start(worker.greeting)
            worker.sample_rate_hz, worker.pid = child.sample_rate_hz, child.process.pid
            self._started(worker)
            while (taken := await self._take(worker)) is not None:
                await self._recognise_some(child, *taken)
        except (Crashed, GovorError) as error:
            if not worker.ready.done():
                self._failed_to_start(worker, error)
        except Exception as error:
            self._fail_jobs(worker.greeting, ModelFailed("the recogniser failed", repr(error)))
            raise
        finally:
            worker.ready.cancel()
            self._workers.discard(worker)
            if child is not None:
                await child.close()
            await self._changed_now()

    async def _recognise_some(self, child: RecogniserChild, job: Job, taken: Sequence[int]) -> None:
        """Fill in some clips of a job; raises Crashed when the process is of no more use."""
        clips, started = [job.clips[index] for index in taken], time.monotonic()
        try:
            job.finish(taken, await child.words(clips, job.hot_words))
            sound_seconds = sum(clip.samples for clip in clips) / child.sample_rate_hz
            self.metrics.recognised(seconds=time.monotonic() - started, sound_seconds=sound_seconds)
        except GovorError as error:
            job.fail(error)
        except Crashed as error:
            self.metrics.recogniser_crashed()
            log.warning("recogniser crashed", how=str(error), clips=len(taken))
            job.crashed(taken, str(error))
            raise

    def _started(self, worker: Worker) -> None:
        del self._failed_starts[worker.greeting]
        self.metrics.recogniser_started()
        if not worker.ready.done():
            worker.ready.set_result(None)

    def _failed_to_start(self, worker: Worker, error: Crashed | GovorError) -> None:
        """A model that cannot be loaded fails its jobs at once, a process that dies only the third time."""
        worker.ready.set_exception(error)
        self._failed_starts[worker.greeting] += 1
        self.metrics.recogniser_crashed()
        log.error("recogniser did not start", how=str(error), attempt=self._failed_starts[worker.greeting])
        if isinstance(error, Crashed):
            if self._failed_starts[worker.greeting] < CRASHES_MAX:
                return
            error = ModelFailed("the recogniser crashes at its start", str(error))
        del self._failed_starts[worker.greeting]
        self._fail_jobs(worker.greeting, error)

    def _fail_jobs(self, line: str, error: GovorError) -> None:
        for job in self._jobs:
            if job.greeting == line:
                job.fail(error)

    async def _take(self, worker: Worker) -> tuple[Job, list[int]] | None:
        """The next clips for this worker, or None when its process should end."""
        worker.free, overdue = True, False
        async with self._changed:
            while (taken := self._next_clips(worker)) is None:
                if self._stopping or self._wanted_elsewhere(worker) or (overdue and len(self._workers) > 1):
                    self._workers.discard(worker)  # now, so that the last two cannot both leave
                    return None
                try:
                    async with asyncio.timeout(self.idle_seconds):
                        await self._changed.wait()
                except TimeoutError:
                    overdue = True
        worker.free = False
        return taken

    def _next_clips(self, worker: Worker) -> tuple[Job, list[int]] | None:
        """Clips of the most urgent job that this worker can do, its share of them."""
        line = worker.greeting
        fitting = [job for job in self._jobs if job.waiting and job.greeting == line]
        if not fitting:
            return None
        job = min(fitting, key=lambda job: job.deadline)  # of equals, the one at the front
        self._jobs.remove(job)
        self._jobs.append(job)
        share = sum(other.greeting == line for other in self._workers)
        return job, job.take(share, PROMPT_SECONDS * worker.sample_rate_hz if self._prompt else math.inf)

    def _wanted_elsewhere(self, worker: Worker) -> bool:
        """Whether another model's clips wait and no further process may be started for them."""
        others = (job for job in self._jobs if job.waiting and job.greeting != worker.greeting)
        return len(self._workers) >= self.size and any(others)
