"""What streaming recognition is made of, for the servicers of API v2 and v3."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

from govor.api.seams import Immediate
from govor.api.v2_json import Style
from govor.errors import Timeout


@dataclass(frozen=True, kw_only=True, slots=True)
class Streams:
    """What stands behind a stream, and how it is answered."""

    immediate: Immediate
    style: Style
    idle_seconds: float  # without a message: the caller has forgotten us


async def not_idle(messages: AsyncIterator[Any], seconds: float) -> AsyncIterator[Any]:
    """The same messages; raises Timeout when none comes for so long."""
    while True:
        try:
            async with asyncio.timeout(seconds):
                message = await anext(messages)
        except StopAsyncIteration:
            return
        except TimeoutError as error:
            raise Timeout("The stream is idle", f"no message for {seconds:g} s") from error
        yield message
