"""Operations that live in memory and finish when told: the seam once more, for tests of the wire."""

import asyncio
from dataclasses import replace
from itertools import count

from govor import identifiers
from govor.errors import NotReady, UnknownOperation
from govor.records import Caller, Chunk, Failure, Operation, Statistics, Task, Transcript, Word

CREATED_AT = 1_724_326_762  # 2024-08-22T11:39:22Z
DONE_AT = CREATED_AT + 1
SECONDS_OF_AUDIO = 7.5

Outcome = Transcript | Failure | Exception  # an exception is raised by submit


def word(text: str, start_ms: int, end_ms: int, confidence: float = 0.9) -> Word:
    """A recognised word."""
    return Word(text=text, start_ms=start_ms, end_ms=end_ms, confidence=confidence)


def chunk(channel: int, text: str, *words: Word) -> Chunk:
    """An utterance."""
    return Chunk(channel=channel, words=words, text=text, confidence=min(each.confidence for each in words))


MONO = Transcript(
    chunks=(
        chunk(1, "Добрый день", word("добрый", 0, 480, 1.0), word("день", 500, 1_020, 0.87654)),
        chunk(
            1,
            "Встреча 27 октября",
            *(word("встреча", 1_900, 2_360), word("двадцать", 2_400, 2_900), word("седьмого", 2_900, 3_340)),
            word("октября", 3_360, 4_000),
        ),
    ),
    audio_ms=4_200,
)
STEREO = Transcript(
    chunks=(
        chunk(1, "Алло", word("алло", 160, 500)),
        chunk(2, 'Да "слушаю"', word("да", 900, 1_020), word("слушаю", 1_020, 1_500)),
        chunk(1, "Нажмите 9", word("нажмите", 2_000, 2_539), word("девять", 48_000, 48_543)),
    ),
    audio_ms=50_200,
    channels=2,
)
SILENT = Transcript(audio_ms=3_000)
FAILED = Failure(code=3, message="Invalid audio received", detail="damaged after 2.1 s of 40 s")
CANCELLED = Failure(code=1, message="Operation is cancelled")


class MemoryOperations:
    """Deterministic: ids count up, clocks stand still, outcomes belong to uris."""

    def __init__(self) -> None:
        self.outcomes: dict[str, Outcome] = {}
        self.tasks: dict[str, Task] = {}
        self.not_ready = ""
        self._operations: dict[str, Operation] = {}
        self._looks_left: dict[str, int] = {}
        self._numbers = count()
        self._by_key: dict[tuple[str, str], str] = {}

    async def start(self) -> None:
        """Nothing to do."""

    async def lost(self) -> None:
        """Never: there is no database."""
        await asyncio.Event().wait()

    async def stop(self) -> None:
        """Nothing to do."""

    async def submit(
        self, task: Task, caller: Caller, idempotency_key: str | None = None, content: bytes | None = None
    ) -> Operation:
        """Accept, or raise what belongs to the uri; inline audio is its own uri."""
        if content is not None:
            task = replace(task, uri=content.decode("latin-1"))
        again = self._by_key.get((caller.folder_id, idempotency_key or ""))
        if idempotency_key and again:
            return self._operations[again]
        if isinstance(outcome := self.outcomes.get(task.uri), Exception):
            raise outcome
        operation = Operation(
            id=f"{identifiers.PREFIXES[task.api]}{next(self._numbers):017d}",
            api=task.api,
            description="STT v3 async recognition" if task.api == 3 else "",
            created_at=CREATED_AT,
            created_by=caller.subject_id,
            folder_id=caller.folder_id,
            modified_at=CREATED_AT,
        )
        self._operations[operation.id] = operation
        self._looks_left[operation.id] = 1
        self.tasks[operation.id] = task
        if idempotency_key:
            self._by_key[caller.folder_id, idempotency_key] = operation.id
        return operation

    async def get(self, operation_id: str, caller: Caller) -> Operation:
        """Not done at the first look, done from the second on if the uri has an outcome."""
        operation = self._of(operation_id, caller)
        if operation.done:
            return operation
        if self._looks_left[operation_id] > 0:
            self._looks_left[operation_id] -= 1
            return operation
        outcome = self.outcomes.get(self.tasks[operation_id].uri)
        if isinstance(outcome, Failure):
            return self._finish(replace(operation, failure=outcome))
        if isinstance(outcome, Transcript):
            return self._finish(replace(operation, transcript=outcome))
        return operation

    async def cancel(self, operation_id: str, caller: Caller) -> Operation:
        """Done at once, with CANCELLED."""
        operation = self._of(operation_id, caller)
        return operation if operation.done else self._finish(replace(operation, failure=CANCELLED))

    async def delete(self, operation_id: str, caller: Caller) -> None:
        """Gone at once."""
        if not self._of(operation_id, caller).done:
            raise NotReady(f"operation data is not ready {operation_id}")
        del self._operations[operation_id]

    async def ready(self) -> str:
        """What the test says."""
        return self.not_ready

    async def statistics(self) -> Statistics:
        """Of the operations held."""
        done = sum(operation.done for operation in self._operations.values())
        by_state = {"done": done, "running": len(self._operations) - done}
        return Statistics(by_state=by_state, audio_seconds=SECONDS_OF_AUDIO)

    def _of(self, operation_id: str, caller: Caller) -> Operation:
        operation = self._operations.get(operation_id)
        if operation is None or operation.folder_id != caller.folder_id:
            raise UnknownOperation(f"Operation {operation_id} not found")
        return operation

    def _finish(self, operation: Operation) -> Operation:
        done = replace(operation, done=True, modified_at=DONE_AT)
        self._operations[done.id] = done
        return done
