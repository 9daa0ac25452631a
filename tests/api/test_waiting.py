"""Work that somebody waits for ends with them."""

import asyncio

import pytest
from starlette.requests import ClientDisconnect, Request
from starlette.types import Message

from govor.api.waiting import once, while_connected


async def listening() -> Message:
    """A caller who stays."""
    await asyncio.sleep(3_600)
    return {"type": "http.disconnect"}


async def hanging_up() -> Message:
    """A caller who goes."""
    return {"type": "http.disconnect"}


async def test_work_is_finished_for_a_caller_who_waits() -> None:
    async def work() -> str:
        return "done"

    assert await while_connected(Request({"type": "http"}, listening), work()) == "done"


async def test_work_is_given_up_when_the_caller_has_gone() -> None:
    given_up = asyncio.Event()

    async def work() -> None:
        try:
            await asyncio.sleep(3_600)
        except asyncio.CancelledError:
            given_up.set()
            raise

    with pytest.raises(ClientDisconnect):
        await while_connected(Request({"type": "http"}, hanging_up), work())
    assert given_up.is_set()


async def test_an_error_of_the_work_is_the_callers() -> None:
    async def work() -> None:
        raise KeyError("what went wrong")

    with pytest.raises(KeyError, match="what went wrong"):
        await while_connected(Request({"type": "http"}, listening), work())


async def test_bytes_that_are_there_come_at_once() -> None:
    assert [part async for part in once(b"sound")] == [b"sound"]
