"""How long a process goes on: until it is told to stop, its door closes, or it loses the fleet's database."""

import asyncio
import os
import signal
import threading
from collections.abc import Coroutine
from typing import Any

import structlog

from govor.errors import Unavailable

# Supervisors kill after 30 s. Threads that wait for a database which is gone would hold us until then.
STOP_SECONDS = 25.0
LOST_STOP_SECONDS = 10.0  # others already do our work

log = structlog.get_logger(__name__)


def stop_signals() -> asyncio.Event:
    """Set by SIGTERM and SIGINT from now on."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    return stop


async def until_told(stop: asyncio.Event, door: asyncio.Task[None], lost: Coroutine[Any, Any, None]) -> None:
    """Return when `stop` is set, or the door closed by itself; a supervisor then starts us afresh.

    Raises Unavailable when `lost` returns. Either way the process then ends soon, in good order or not.
    """
    gone = asyncio.create_task(lost)
    told = asyncio.create_task(stop.wait())
    try:
        await asyncio.wait((told, door, gone), return_when=asyncio.FIRST_COMPLETED)
        if gone.done():
            end_within(LOST_STOP_SECONDS)
            gone.result()
            raise Unavailable("the fleet's database did not come back", "start again when it answers")
        end_within(STOP_SECONDS)
        log.info("stopping")
    finally:
        told.cancel()
        gone.cancel()


def end_within(seconds: float) -> None:
    """End the process after that time if it has not ended by itself."""
    timer = threading.Timer(seconds, os._exit, (1,))
    timer.daemon = True
    timer.start()
