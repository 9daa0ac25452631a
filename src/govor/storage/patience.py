"""Waiting for storage that fails for a while: a bucket or a database that restarts, or moves elsewhere."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

import structlog

from govor.errors import StorageFailed

T = TypeVar("T")
# Two minutes in all. For work that was accepted; callers never wait for these.
WAITS_SECONDS = (0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 30.0, 60.0)

log = structlog.get_logger(__name__)


async def patiently(action: Callable[[], Awaitable[T]], waits_seconds: Sequence[float] = WAITS_SECONDS) -> T:
    """The result of `action`; on StorageFailed it is tried again after each wait, and once more."""
    for wait_seconds in waits_seconds:
        try:
            return await action()
        except StorageFailed as error:
            log.warning("storage failed", what=error.message, wait=wait_seconds)
            await asyncio.sleep(wait_seconds)
    return await action()
