"""Waiting, with and without an event loop."""

import asyncio
import time


async def apause(seconds: float) -> None:
    """Wait and let others run."""
    await asyncio.sleep(seconds)


def pause(seconds: float) -> None:
    """Wait."""
    time.sleep(seconds)
