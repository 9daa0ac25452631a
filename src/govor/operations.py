"""Operations: what callers may ask for, checked and durable. The words of the domain, without any wire.

Rule 1: a submission is checked in full before it is accepted: model, encoding, link, disk, first bytes.
Rule 2: an operation belongs to the folder of who made it; for every other folder it does not exist.
Rule 3: results live `result_days`; after that an operation does not exist for anybody.
Rule 4: what a folder's quotas refuse costs us nothing; what is refused for another reason costs no quota.
"""

import asyncio
import shutil
import time
from collections.abc import Callable, Sequence
from dataclasses import replace

import structlog

from govor import identifiers
from govor.audio import sandbox, sniff
from govor.engine import fairness, retention
from govor.engine.dead_letters import GIVEN_UP, LISTED_MAX, DeadLetter
from govor.engine.runtime import Engine
from govor.engine.states import Entry, State
from govor.errors import (
    Cancelled,
    GovorError,
    NotReady,
    StorageFailed,
    TooLarge,
    UnknownOperation,
)
from govor.pipeline import stored
from govor.pipeline.prepare import prepare_nothing
from govor.pipeline.work import SMALL_BYTES, Model, Work
from govor.quotas.crowd import Crowd
from govor.quotas.gate import Gate
from govor.recognition import doubts, languages, phrases
from govor.records import Caller, Failure, Operation, Statistics, Task
from govor.settings import Settings
from govor.storage import disk
from govor.storage.buckets import Head
from govor.storage.journal import Ended
from govor.storage.objects import Objects
from govor.telemetry import life, processes, tracing
from govor.telemetry.metrics import CANCELLED
from govor.webhooks.targets import Targets

# Between two rounds of deleting what has expired; results live for days, so minutes do not matter.
HOUSEKEEPING_SECONDS = 300.0
USAGE_BATCH = 1_000  # rows about what folders used, deleted at a time
# Before a model that could not be loaded is tried again; twice as long each time, up to the seconds above.
WARM_AGAIN_SECONDS = 1.0

# What an operation that has no outcome of its own failed of.
FAILURES: dict[State, Failure] = {
    State.CANCELLED: Failure.of(Cancelled("The operation was cancelled")),
    State.ABANDONED: replace(Failure.of(GIVEN_UP), detail="it was given up; tell the operator"),
}

DESCRIPTIONS = {3: "STT v3 async recognition"}  # SpeechKit's, by version of the API

log = structlog.get_logger(__name__)


class Operations:
    """Accepted work: durable before `submit` returns. Made by app.py, which hands in the parts."""

    def __init__(
        self,
        settings: Settings,
        objects: Objects,
        engine: Engine,
        work: Work,
        clock: Callable[[], float] = time.time,
        hot_words: Callable[[str], Sequence[str]] = lambda folder_id: (),
        gate: Gate | None = None,
    ) -> None:
        """`hot_words` gives the phrases to expect in every recording of a folder; `gate` knows its quotas."""
        self.gate = gate or Gate()
        self.crowd = Crowd(engine.unfinished)
        self.settings = settings
        self.objects = objects
        self.engine = engine
        self.work = work
        self.clock = clock
        self.hot_words = hot_words
        self.targets = Targets.of(settings)
        self._not_ready = "the service is starting"
        self._tasks: list[asyncio.Task[None]] = []
        self._arriving: set[str] = set()  # may have files already, and no row yet

    async def start(self) -> None:
        """Get ready to run jobs, those of an earlier life included.

        Raises Unavailable when another process uses the data directory, StorageFailed when it cannot be used.
        """
        await self.work.files.check()
        with disk.described():  # a door of a fleet may have a new one: nothing else makes it
            self.settings.data_path.mkdir(parents=True, exist_ok=True)
        await self.engine.start()
        self._tasks = [asyncio.create_task(self._warm()), asyncio.create_task(self._keep_house())]

    async def lost(self) -> None:
        """Return when the process has to end because it lost its database; mostly never."""
        await self.engine.lost()

    async def stop(self) -> None:
        """Come to rest; what is unfinished goes on at the next start."""
        self._not_ready = "the service is stopping"
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.engine.stop()
        await self.work.pool.stop()
        await asyncio.to_thread(sandbox.close)

    async def submit(
        self, task: Task, caller: Caller, idempotency_key: str | None = None, content: bytes | None = None
    ) -> Operation:
        """Accept a task, or return the operation that the same folder's key already made.

        `content` is the recording itself, for a task without a link; it is on our disk before the answer.
        Raises LanguageUnavailable, BadAudio, BadRequest, ObjectMissing, PermissionDenied, StorageFailed …
        """
        if idempotency_key is None:
            operation_id = identifiers.new(task.api)
        else:
            operation_id = identifiers.of_key(caller.folder_id, idempotency_key, task.api)
            if (made := await self._made_before(operation_id)) is not None:
                return made
        self.gate.look(caller.folder_id, self.clock())
        expected = await asyncio.to_thread(self.hot_words, caller.folder_id)
        hot_words = phrases.collected(task.hot_words, expected)
        task = replace(
            task,
            folder_id=caller.folder_id,
            hot_words=hot_words,
            request_id=life.request_id(),
            traceparent=tracing.traceparent(),
        )
        model, size = await self._check(task, content)
        self._arriving.add(operation_id)
        try:
            now = self.clock()
            turn = await self._turn(task, now, long=size > SMALL_BYTES)
            task = replace(task, due_at=turn.due_at, weight=turn.weight)
            place = self.gate.place(caller.folder_id, operation_id, size, now=now, crowd=self.crowd)
            async with place:
                if content is not None:
                    await self.work.keep(operation_id, content)
                begin = self.work.journal.begin
                await asyncio.to_thread(begin, operation_id, task, caller, int(now * 1000))
                await self.engine.submit(operation_id, stored.write_task(task), caller, int(now), turn)
        finally:
            self._arriving.discard(operation_id)
        operation = await self._operation(await self.entry(operation_id, caller))
        if warnings := doubts.of(task, model):
            log.info("accepted with doubts", operation_id=operation_id, doubts=warnings)
        return replace(operation, warnings=warnings)

    def count_check(self, operation_id: str, caller: Caller) -> None:
        """Count a look at an operation, whichever door it comes through; raises QuotaExceeded."""
        api = identifiers.api_of(operation_id) if identifiers.is_one(operation_id) else 2
        self.gate.check(caller.folder_id, api, self.clock())

    async def get(self, operation_id: str, caller: Caller) -> Operation:
        """An operation of the caller's folder; raises UnknownOperation for every other one, QuotaExceeded."""
        self.count_check(operation_id, caller)
        return await self._operation(await self.entry(operation_id, caller))

    async def entry(self, operation_id: str, caller: Caller) -> Entry:
        """Where an operation of the caller's folder stands, without its outcome; UnknownOperation."""
        entry = await self.engine.read(operation_id) if identifiers.is_one(operation_id) else None
        if entry is None or entry.folder_id != caller.folder_id or self.expired(entry):
            raise UnknownOperation(f"Operation {operation_id} not found")
        return entry

    def expired(self, entry: Entry) -> bool:
        """Whether its result has had its days: it is there for nobody, and goes with the next round."""
        cutoff_ms = retention.cutoff_ms(self.clock(), self.settings.result_days)
        return entry.completed_ms is not None and entry.completed_ms < cutoff_ms

    async def cancel(self, operation_id: str, caller: Caller) -> Operation:
        """Stop an operation that is not done yet; returns its state after that."""
        entry = await self.entry(operation_id, caller)
        if not entry.finished:
            await self.engine.cancel(operation_id)
            self.work.metrics.ended(CANCELLED, self.clock() - entry.created_ms / 1000)
            entry = await self.entry(operation_id, caller)
            if entry.state is State.CANCELLED:
                await self.work.settle(operation_id, Ended(state=entry.state))
        return await self._operation(entry)

    async def delete(self, operation_id: str, caller: Caller) -> None:
        """Forget an operation that is done, its result included, at once; NotReady while it is not done."""
        entry = await self.entry(operation_id, caller)
        if not entry.finished:
            raise NotReady(f"operation data is not ready {operation_id}", "cancel it first, or wait for it")
        await self.engine.delete([operation_id])
        await self._forget([operation_id])

    async def dead(self, limit: int = LISTED_MAX) -> list[DeadLetter]:
        """Operations of all folders that were given up by a fault of ours: for operators, not for callers."""
        return await self.engine.dead(limit)

    async def replay(self, operation_id: str) -> None:
        """Run one of them again, under its id. Raises UnknownOperation; BadRequest if it is not dead."""
        await self.engine.replay(operation_id)
        await asyncio.to_thread(self.work.journal.reopen, operation_id)

    async def ready(self) -> str:
        """Empty if a job submitted now would run; else the reason why not."""
        if self._not_ready:
            return self._not_ready
        try:
            if reason := await self.engine.not_ready():
                return reason
            disk.require_free(self.settings.data_path, self.settings.disk_free_bytes_min)
        except StorageFailed as error:
            return f"{error.message}: {error.detail}"
        return ""

    async def statistics(self) -> Statistics:
        """Figures for /metrics; cancelled and abandoned operations count as failed."""
        states = await self.engine.states()
        failed = states[State.FAILED] + states[State.CANCELLED] + states[State.ABANDONED]
        by_state = {
            "queued": states[State.QUEUED],
            "running": states[State.RUNNING],
            "done": states[State.DONE],
            "failed": failed,
        }
        pool = self.work.pool
        tree = await asyncio.to_thread(processes.tree, pool.pids())
        return Statistics(
            by_state=by_state,
            audio_seconds=self.work.audio_seconds,
            queues=await self.engine.queues(self.clock()),
            stranded=await self.engine.stranded(),
            clips_waiting=pool.waiting(),
            recognisers=pool.figures(),
            processes=tree.processes,
            memory_bytes=tree.memory_bytes,
            disk_free_bytes=shutil.disk_usage(self.settings.data_path).free,
        )

    async def _made_before(self, operation_id: str) -> Operation | None:
        """What the same key has made already; it makes it anew when that has expired."""
        entry = await self.engine.read(operation_id)
        if entry is not None and not self.expired(entry):
            return await self._operation(entry)
        if entry is not None:
            await self.engine.delete([operation_id])
            await asyncio.to_thread(self.work.journal.forget, [operation_id])
        return None

    async def _check(self, task: Task, content: bytes | None) -> tuple[Model, int]:
        """Refuse what could never be done; the order is that of the costs.

        Returns the model to be used, and the recording's size in bytes (0: unknown).
        """
        model = await asyncio.to_thread(self.work.find, task.language, task.model)
        sniff.check(task.audio)
        if task.webhook:
            self.targets.check(task.webhook)
        if content is None:
            self.objects.check(task.uri)
        elif len(content) > (most := self.settings.inline_bytes_max):
            raise TooLarge(f"inline audio is longer than {most} bytes", "upload it and send its uri")
        needed = self.settings.disk_free_bytes_min + len(content or b"")
        disk.require_free(self.settings.data_path, needed)
        if content is None:
            head = await self.objects.head(task.uri, task.folder_id)
            disk.require_free(self.settings.data_path, self.settings.disk_free_bytes_min + head.size)
        else:
            head = Head(content[: sniff.HEAD_BYTES], len(content))
        await asyncio.to_thread(sniff.probe, head, task.audio)
        return model, head.size

    async def _turn(self, task: Task, now: float, *, long: bool) -> fairness.Turn:
        """When it is due: behind what its folder has here already, and later if it may wait for a day."""
        ahead = await self.crowd.of(task.folder_id, now)
        weight = self.gate.limits.of(task.folder_id).weight
        deferred = life.class_of(task.model) == life.DEFERRED
        return replace(fairness.turn(now, ahead=ahead, weight=weight, deferred=deferred), long=long)

    async def _operation(self, entry: Entry) -> Operation:
        """An Entry with its outcome, if it has one."""
        transcript, failure = None, FAILURES.get(entry.state)
        if entry.state in (State.DONE, State.FAILED):
            outcome = await self.engine.outcome(entry.id)
            if isinstance(outcome, GovorError):
                failure = Failure.of(outcome)
            else:
                transcript = await asyncio.to_thread(stored.read_transcript, outcome)
        return Operation(
            id=entry.id,
            created_at=entry.created_ms // 1000,
            created_by=entry.subject_id,
            folder_id=entry.folder_id,
            description=DESCRIPTIONS.get(identifiers.api_of(entry.id), ""),
            api=identifiers.api_of(entry.id),
            modified_at=(entry.completed_ms or entry.updated_ms) // 1000,
            done=entry.finished,
            failure=failure,
            transcript=transcript,
        )

    async def _warm(self) -> None:
        """Load the default model before anybody asks for it; while it cannot be used, try again."""
        wait_seconds = WARM_AGAIN_SECONDS
        while not await self._warmed():
            await asyncio.sleep(wait_seconds)
            wait_seconds = min(2 * wait_seconds, HOUSEKEEPING_SECONDS)

    async def _warmed(self) -> bool:
        """Try it once, and say so when it cannot be used."""
        try:
            model = await asyncio.to_thread(self.work.find, languages.DEFAULT)
            if self.settings.worker:
                decoder = asyncio.to_thread(sandbox.run, prepare_nothing)
                await asyncio.gather(self.work.pool.warm(model), decoder)
        except GovorError as error:
            log.warning("not ready", reason=error.message, detail=error.detail)
            self._not_ready = f"{error.message}: {error.detail}"
        else:
            self._not_ready = ""
        return not self._not_ready

    async def _keep_house(self) -> None:
        """Every few minutes: expired results and lost files go."""
        while True:
            try:
                await self._sweep()
            except (GovorError, OSError):
                log.exception("housekeeping failed")
            await asyncio.sleep(HOUSEKEEPING_SECONDS)

    async def _forget(self, operation_ids: list[str]) -> None:
        """Drop what is remembered of operations outside of the engine: their lines, waveforms and files."""
        await asyncio.to_thread(self.work.journal.forget, operation_ids)
        for operation_id in operation_ids:
            await self.work.discard(operation_id)

    async def _sweep(self) -> None:
        """Delete what has expired, and the files of operations that do not run any more."""
        now, days = self.clock(), self.settings.result_days
        gone = await retention.sweep(self.engine, now=now, result_days=days, forgotten=self._forget)
        if usage := self.gate.usage:
            while await asyncio.to_thread(usage.forget, now=now, batch=USAGE_BATCH):
                pass
        lost = await self._lost()
        for operation_id in lost:
            await self.work.discard(operation_id)
        if gone or lost:
            log.info("swept", expired_operations=gone, lost_folders=len(lost))

    async def _lost(self) -> set[str]:
        """Operations whose files nobody will want."""
        folders = await self.work.folders()  # before the question who is active: a new one is then in neither
        arriving = set(self._arriving)  # before that question, too: one may become active right after it
        idle = set(folders) - await self.engine.active() - arriving
        young = [operation_id for operation_id in idle if not folders[operation_id]]
        entries = await self.engine.entries(young)  # of those without a row it may be on its way
        lost = {each for each in idle if folders[each] or (each in entries and entries[each].finished)}
        return lost - await self.engine.dead_of(lost)  # what is left of those may be wanted for a replay
