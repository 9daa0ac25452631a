"""What the wire asks of the parts to its right; app.py hands them in."""

from collections.abc import AsyncGenerator, AsyncIterator
from typing import Protocol

from govor.pipeline.stream_events import Input, Output, Spoken, StreamTask
from govor.records import Caller, Operation, Statistics, Task, Transcript
from govor.storage.buckets import Receipt


class Operations(Protocol):
    """Accepted work: durable before `submit` returns."""

    async def start(self) -> None:
        """Get ready to run jobs, those of an earlier life included."""
        ...

    async def stop(self) -> None:
        """Come to rest; what is unfinished goes on at the next start."""
        ...

    async def lost(self) -> None:
        """Return when the process has to end because it lost its database; mostly never."""
        ...

    async def submit(
        self, task: Task, caller: Caller, idempotency_key: str | None = None, content: bytes | None = None
    ) -> Operation:
        """Accept a task, or return the operation that the same caller's key already made.

        `content` is the recording itself, for a task without a link.
        """
        ...

    async def get(self, operation_id: str, caller: Caller) -> Operation:
        """An operation of the caller's folder; raises UnknownOperation for every other one."""
        ...

    async def cancel(self, operation_id: str, caller: Caller) -> Operation:
        """Stop an operation that is not done yet; returns its state after that."""
        ...

    async def delete(self, operation_id: str, caller: Caller) -> None:
        """Forget an operation that is done; NotReady while it is not."""
        ...

    async def ready(self) -> str:
        """Empty if a job submitted now would run; else the reason why not."""
        ...

    async def statistics(self) -> Statistics:
        """Figures for /metrics."""
        ...


class Immediate(Protocol):
    """Recognition while the caller waits."""

    async def start(self) -> None:
        """Clear what an earlier life left."""
        ...

    async def stop(self) -> None:
        """End what is still going on."""
        ...

    async def transcribe(
        self, content: AsyncIterator[bytes], spoken: Spoken, *, bytes_max: int, seconds_max: float
    ) -> Transcript:
        """The transcript of one recording. Raises TooLarge, BadAudio, QuotaExceeded …"""
        ...

    async def full_data(self, task: StreamTask, inputs: AsyncIterator[Input]) -> Transcript:
        """The transcript of a stream once all of it is there. Raises OutOfRange, BadAudio …"""
        ...

    def stream(self, task: StreamTask, inputs: AsyncIterator[Input]) -> AsyncGenerator[Output, None]:
        """What becomes known of a stream, as it becomes known. Raises OutOfRange, BadAudio …"""
        ...


class Uploads(Protocol):
    """Where `PUT /objects/…` puts things."""

    async def put(self, bucket: str, key: str, stream: AsyncIterator[bytes], *, folder_id: str) -> Receipt:
        """Store an object whole or not at all. Raises BadRequest, PermissionDenied, TooLarge, StorageFailed.

        The first object of a bucket makes the bucket, which is then this folder's.
        """
        ...
