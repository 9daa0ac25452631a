"""Results live for some days; then they go, with everything that belonged to them."""

from collections.abc import Awaitable, Callable
from typing import Protocol

# One transaction: short, for writers wait until it is over. An operation of four hours has 240 parts.
BATCH = 25

Told = Callable[[list[str]], Awaitable[None]]


class Forgetful(Protocol):
    """What the sweep needs of the engine."""

    async def expired(self, before_ms: int, limit: int) -> list[str]:
        """At most `limit` operations that ended before that moment."""
        ...

    async def delete(self, operation_ids: list[str]) -> None:
        """Forget operations, their parts and their outcomes."""
        ...


def cutoff_ms(now: float, result_days: float) -> int:
    """Operations that ended before this moment (ms since the epoch) have expired at `now` (s)."""
    return int((now - result_days * 86_400) * 1000)


async def sweep(
    engine: Forgetful, *, now: float, result_days: float, batch: int = BATCH, forgotten: Told | None = None
) -> int:
    """Delete every expired operation, batch by batch; returns how many went.

    `forgotten` is told of each batch, and drops what is kept of them elsewhere.
    """
    gone = 0
    while expired := await engine.expired(cutoff_ms(now, result_days), batch):
        await engine.delete(expired)
        if forgotten is not None:
            await forgotten(expired)
        gone += len(expired)
    return gone
