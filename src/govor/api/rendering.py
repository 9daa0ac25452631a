"""Writing answers without holding up everybody else."""

import asyncio
from collections.abc import Callable

from govor.records import Operation

# About 10 ms of writing. The answer to a 4-hour recording (2,000 chunks) takes ten times that.
CHUNKS_AT_ONCE_MAX = 200


async def rendered(write: Callable[[Operation], bytes], operation: Operation) -> bytes:
    """What `write` makes of an operation; a long answer is written in a thread while polls go on."""
    if operation.transcript is None or len(operation.transcript.chunks) <= CHUNKS_AT_ONCE_MAX:
        return write(operation)
    return await asyncio.to_thread(write, operation)
