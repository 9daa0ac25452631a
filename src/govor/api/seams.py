"""What the wire asks of the parts to its right; app.py hands them in."""

from collections.abc import AsyncIterator
from typing import Protocol

from govor.records import Caller, Operation, Statistics, Task


class Operations(Protocol):
    """Accepted work: durable before `submit` returns."""

    async def start(self) -> None:
        """Get ready to run jobs, those of an earlier life included."""
        ...

    async def stop(self) -> None:
        """Come to rest; what is unfinished goes on at the next start."""
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


class Uploads(Protocol):
    """Where `PUT /objects/…` puts things."""

    async def put(self, bucket: str, key: str, stream: AsyncIterator[bytes]) -> object:
        """Store an object whole or not at all. Raises BadRequest, TooLarge, StorageFailed."""
        ...
