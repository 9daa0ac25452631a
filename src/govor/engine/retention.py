"""Results live for some days; then they go, with everything that belonged to them."""

from typing import Protocol

# One statement's worth of deletions: short enough not to keep writers waiting.
BATCH = 100


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


async def sweep(engine: Forgetful, *, now: float, result_days: float, batch: int = BATCH) -> int:
    """Delete every expired operation, batch by batch; returns how many went."""
    gone = 0
    while expired := await engine.expired(cutoff_ms(now, result_days), batch):
        await engine.delete(expired)
        gone += len(expired)
    return gone
