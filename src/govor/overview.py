"""What people want to know of their operations: lists, progress, waveforms, recordings, usage.

Rule 1: an operation belongs to the folder of who made it; for every other folder it does not exist.
Rule 2: where it stands is the engine's to say; what people call it is the journal's.
Rule 3: whatever ended is settled: at once by whoever ran it, or by the next round of `keep_house`.
"""

import asyncio
import time
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import structlog

from govor import identifiers
from govor.engine import progress, retention
from govor.engine.states import Entry, State
from govor.errors import GovorError, NotFound, NotReady
from govor.operations import FAILURES, Operations
from govor.pipeline import waveform
from govor.records import Caller, Failure, Operation, Task
from govor.storage.journal import Day, Ended, Journal, Line, Query, day_of

LOOKED_AT_MAX = 2_000  # lines read for one page; where few match, the page is short and has a next one
LOOK_SECONDS = 0.3  # how often a waiting caller's operation is looked at
HOUSE_SECONDS = 60.0  # between two rounds of settling what nobody settled
LOST_MS = 120_000  # an operation that was never accepted, or ended unsettled, is this old before we say so
NO_NOTES = progress.Notes()
STATES = {state: "failed" if state is State.ABANDONED else str(state) for state in State}

log = structlog.get_logger(__name__)


@dataclass(frozen=True, kw_only=True, slots=True)
class View:
    """One operation as people see it. Moments are ms since the epoch."""

    id: str
    folder_id: str
    subject_id: str
    state: str  # queued, running, done, failed, cancelled
    created_ms: int
    modified_ms: int
    progress: progress.Progress
    name: str = ""
    uri: str = ""  # without its query; empty for what came inside its request
    language: str = ""
    model: str = ""
    speakers: Mapping[str, str] = field(default_factory=dict)
    failure: Failure | None = None
    warnings: tuple[str, ...] = ()

    @property
    def ended(self) -> bool:
        """Nothing but its speakers will change any more."""
        return self.progress.stage is progress.Stage.FINISHED

    @property
    def api(self) -> int:
        """The version of SpeechKit's API that it can be read through."""
        return identifiers.api_of(self.id)

    @property
    def version(self) -> str:
        """Changes whenever what can be seen does."""
        now = self.progress
        names = zlib.crc32(repr(sorted(self.speakers.items())).encode())
        return f"{self.state}-{now.stage}-{now.parts_done}-{names:08x}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Page:
    """Some operations, newest first; `after` is where the next page begins, None on the last."""

    views: tuple[View, ...]
    after: tuple[int, str] | None = None


class Overview:
    """Over the operations and what is remembered of them; made by app.py."""

    def __init__(self, operations: Operations) -> None:
        self.operations = operations
        self.engine = operations.engine
        self.journal: Journal = operations.work.journal
        self.clock = operations.clock

    async def submit(self, task: Task, caller: Caller, idempotency_key: str | None = None) -> View:
        """Accept a task; raises what Operations.submit does."""
        accepted = await self.operations.submit(task, caller, idempotency_key)
        return replace(await self.view(accepted.id, caller), warnings=accepted.warnings)

    async def view(self, operation_id: str, caller: Caller) -> View:
        """One operation as it is now; raises UnknownOperation."""
        entry = await self.operations.entry(operation_id, caller)
        line = await asyncio.to_thread(self.journal.line, operation_id)
        (made,) = await self._views([entry], {operation_id: line} if line else {})
        return await self._explained(made)

    async def wait(
        self, operation_id: str, caller: Caller, *, after: str, seconds: float, leave: Callable[[], bool]
    ) -> View:
        """The operation once its version is not `after` (empty: once it has ended), or as it is at last.

        `leave` says that waiting must end now: the service stops.
        """
        end = time.monotonic() + seconds
        while True:
            seen = await self.view(operation_id, caller)
            news = seen.ended if not after else seen.version != after
            left = end - time.monotonic()
            if news or seen.ended or left <= 0 or leave():
                return seen
            await asyncio.sleep(min(LOOK_SECONDS, left))

    async def page(self, caller: Caller, query: Query, states: frozenset[str], size: int) -> Page:
        """At most `size` operations of the caller's folder in one of these states (empty: in any)."""
        views: list[View] = []
        before, looked_at = query.before, 0
        ended = states - {"queued", "running"}
        asked = replace(query, states=ended or frozenset({"-"}) if states else frozenset())
        while looked_at < LOOKED_AT_MAX:
            limit = max(size + 1, 100)
            asked = replace(asked, before=before)
            lines = await asyncio.to_thread(self.journal.lines, caller.folder_id, asked, limit)
            found = await self._present(lines)
            for line in lines:
                view = found.get(line.id)
                if view is not None and (not states or view.state in states):
                    if len(views) == size:
                        return Page(views=tuple(views), after=before)
                    views.append(await self._explained(view))
                before = (line.created_ms, line.id)
            looked_at += len(lines)
            if len(lines) < limit:
                return Page(views=tuple(views))
        return Page(views=tuple(views), after=before)

    async def cancel(self, operation_id: str, caller: Caller) -> View:
        """Stop it if it has not ended; the operation as it is after that."""
        await self.operations.cancel(operation_id, caller)
        return await self.view(operation_id, caller)

    async def delete(self, operation_id: str, caller: Caller, *, cancel: bool) -> View:
        """Forget it, after cancelling it if that is asked for; returns what it was. NotReady."""
        gone = await self.view(operation_id, caller)
        if cancel and not gone.ended:
            await self.operations.cancel(operation_id, caller)
        await self.operations.delete(operation_id, caller)
        return gone

    async def result(self, operation_id: str, caller: Caller) -> tuple[View, Operation]:
        """The operation with its transcript; NotReady while there is none, and its failure if it failed."""
        view = await self.view(operation_id, caller)
        operation = await self.operations.get(operation_id, caller)
        if not operation.done:
            raise NotReady(f"operation data is not ready {operation_id}", "wait for it: ?waitSeconds=30")
        return view, operation

    async def name_speakers(self, operation_id: str, caller: Caller, speakers: Mapping[str, str]) -> None:
        """Keep names for its channels."""
        await self.operations.entry(operation_id, caller)
        await asyncio.to_thread(self.journal.name_speakers, operation_id, speakers)

    async def waveform(self, operation_id: str, caller: Caller) -> waveform.Waveform:
        """Its picture; NotReady before the recording is decoded, NotFound when there will be none."""
        entry = await self.operations.entry(operation_id, caller)
        content = await asyncio.to_thread(self.journal.waveform, operation_id)
        if content is not None:
            return waveform.unpacked(content)
        if entry.finished:
            raise NotFound("there is no waveform of this operation", "its recording was never decoded")
        raise NotReady(f"the waveform is not ready {operation_id}", "the recording is not decoded yet")

    async def usage(self, caller: Caller, days: int) -> list[Day]:
        """What the caller's folder used on each of the last days."""
        today = day_of(int(self.clock() * 1000))
        return await asyncio.to_thread(self.journal.days, caller.folder_id, today, days)

    async def keep_house(self) -> None:
        """Until it is cancelled: settle what ended unnoticed, forget what the engine has forgotten."""
        while True:
            try:
                await self.settle_lost()
                await self._forget_expired()
            except (GovorError, OSError):
                log.exception("settling failed")
            await asyncio.sleep(HOUSE_SECONDS)

    async def settle_lost(self) -> None:
        """Settle operations whose end nobody could note: given up, cancelled or done in a crash."""
        before_ms, after = int(self.clock() * 1000) - LOST_MS, (0, "")
        while lines := await asyncio.to_thread(self.journal.unsettled, before_ms, after):
            entries = await self.engine.entries([line.id for line in lines])
            for line in lines:
                entry = entries.get(line.id)
                if entry is None:
                    await asyncio.to_thread(self.journal.forget, [line.id])
                elif entry.finished:
                    await self._settle(entry)
            after = (lines[-1].created_ms, lines[-1].id)

    async def _settle(self, entry: Entry) -> None:
        ended = Ended(state=STATES[entry.state])
        if entry.state is State.DONE:
            outcome = await self.engine.outcome(entry.id)
            if not isinstance(outcome, GovorError):
                ended = replace(ended, audio_ms=outcome["audio_ms"], channels=outcome["channels"])
        await self.operations.work.settle(entry.id, ended)

    async def _forget_expired(self) -> None:
        settings = self.operations.settings
        cutoff_ms = retention.cutoff_ms(self.clock(), settings.result_days)
        old = await asyncio.to_thread(self.journal.settled, cutoff_ms)
        present = await self.engine.entries(old) if old else {}
        await asyncio.to_thread(self.journal.forget, [each for each in old if each not in present])

    async def _present(self, lines: Sequence[Line]) -> dict[str, View]:
        """Those of the operations that there are."""
        if not lines:
            return {}
        entries = await self.engine.entries([line.id for line in lines])
        live = [each for each in entries.values() if not self.operations.expired(each)]
        views = await self._views(live, {line.id: line for line in lines})
        return {view.id: view for view in views}

    async def _views(self, entries: Sequence[Entry], lines: Mapping[str, Line]) -> list[View]:
        """What is seen of these operations, but for why they failed."""
        going = [each.id for each in entries if not each.finished]
        notes = await self.engine.notes(going) if going else {}
        now_ms = int(self.clock() * 1000)
        return [
            seen(each, lines.get(each.id), progress.of(each.state, notes.get(each.id, NO_NOTES), now_ms))
            for each in entries
        ]

    async def _explained(self, view: View) -> View:
        """The same with the reason, if it failed for one of its own."""
        if view.state != State.FAILED or view.failure is not None:
            return view
        outcome = await self.engine.outcome(view.id)
        if not isinstance(outcome, GovorError):
            return view
        return replace(view, failure=Failure.of(outcome))


def seen(entry: Entry, line: Line | None, now: progress.Progress) -> View:
    """An operation as people see it."""
    view = View(
        id=entry.id,
        folder_id=entry.folder_id,
        subject_id=entry.subject_id,
        state=STATES[entry.state],
        created_ms=entry.created_ms,
        modified_ms=entry.completed_ms or entry.updated_ms,
        progress=now,
        failure=FAILURES.get(entry.state),
    )
    if line is None:
        return view
    if now.stage is progress.Stage.FINISHED:
        now = replace(now, audio_ms=line.audio_ms, channels=line.channels)
    return replace(
        view,
        progress=now,
        created_ms=line.created_ms,  # what lists are ordered and filtered by
        name=line.name,
        uri=line.uri,
        language=line.language,
        model=line.model,
        speakers=line.speakers,
    )
