"""What is tried again, and when: faults that pass by themselves, after a while. Never what a caller did."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TypeVar

import structlog

from govor import errors
from govor.errors import GovorError

T = TypeVar("T")

# A store that restarts, or moves to another machine, is back within a minute; callers should not wait longer.
STORAGE_WAITS_SECONDS = (0.5, 2.0, 8.0, 20.0, 30.0)
# A model whose file is just being replaced, a machine that is out of memory for a moment.
MODEL_WAITS_SECONDS = (1.0, 5.0)

# The nearest of an error's classes decides.
TRIED_AGAIN: Mapping[type[GovorError], bool] = {
    GovorError: False,
    errors.CallerError: False,  # bad audio stays bad
    errors.ServiceError: False,  # what we do not know may be the recording's doing
    errors.StorageFailed: True,
    errors.ModelFailed: True,
    errors.Unavailable: True,
    errors.Poisonous: False,  # it was tried three times already
    errors.Timeout: False,  # another attempt would take as long
    errors.BadSetting: False,
    errors.Unimplemented: False,
}

log = structlog.get_logger(__name__)


def passes(error: GovorError) -> bool:
    """Whether trying again may help."""
    return next(TRIED_AGAIN[kind] for kind in type(error).__mro__ if kind in TRIED_AGAIN)


async def retried(
    work: Callable[[], Awaitable[T]], *, what: str, waits_seconds: Sequence[float], operation_id: str
) -> T:
    """The result of `work`; after a fault that may pass it is called again, once for each of the waits.

    Raises what the last call raised.
    """
    for wait_seconds in waits_seconds:
        try:
            return await work()
        except GovorError as error:
            if not passes(error):
                raise
            name = type(error).__name__  # its text may name an object
            log.warning(f"{what} failed", operation_id=operation_id, error=name, wait=wait_seconds)
            await asyncio.sleep(wait_seconds)
    return await work()
