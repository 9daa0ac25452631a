"""Connections whose clients do nothing are cut, others are not; time is an argument of the look."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from govor.api import listen, slow_clients

ANSWER_BYTES = 64 << 20  # more than two kernels take between them
WAIT_SECONDS = 20.0  # for what must happen
HEAD = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n"
LEFT = object()


class Service:
    """A server, what its application saw of each body, and a door that holds the application back."""

    def __init__(self) -> None:
        self.seen: list[object] = []
        self.may_read = asyncio.Event()
        routes = [Route("/", self.post, methods=["POST"]), Route("/", self.get)]
        self.server = listen.HttpServer(Starlette(routes=routes), listen.bind("127.0.0.1:0"))

    async def post(self, request: Request) -> Response:
        await self.may_read.wait()
        try:
            self.seen.append(await request.body())
        except ClientDisconnect:
            self.seen.append(LEFT)
            raise
        return Response("done")

    async def get(self, _: Request) -> Response:
        return Response(bytes(ANSWER_BYTES))

    async def look_after(self, seconds: float) -> None:
        """As if so many seconds had passed."""
        await asyncio.sleep(
            0.05
        )  # what was sent arrives; if it comes later, the look finds less to complain of
        self.server.look(asyncio.get_running_loop().time() + seconds)

    async def until(self, condition: Any) -> None:
        async with asyncio.timeout(WAIT_SECONDS):
            while not condition():  # noqa: ASYNC110 - what it looks at is uvicorn's
                await asyncio.sleep(0.01)


@asynccontextmanager
async def serving() -> AsyncIterator[tuple[Service, asyncio.StreamReader, asyncio.StreamWriter]]:
    """A service and one connection to it."""
    service = Service()
    task = asyncio.create_task(service.server.run_until_told())
    await service.server.opened.wait()
    reader, writer = await asyncio.open_connection("127.0.0.1", service.server.port)
    await service.until(lambda: service.server.server_state.connections)
    try:
        yield service, reader, writer
    finally:
        service.may_read.set()
        writer.close()
        service.server.should_exit = True
        await task


async def cut(reader: asyncio.StreamReader) -> bool:
    """Whether the server hung up without an answer."""
    async with asyncio.timeout(WAIT_SECONDS):
        try:
            return await reader.read() == b""
        except ConnectionResetError:
            return True


@pytest.mark.parametrize("sent", [b"", b"POST", HEAD])
async def test_a_head_that_does_not_end_ends_the_connection(sent: bytes) -> None:
    async with serving() as (service, reader, writer):
        writer.write(sent)
        await service.look_after(slow_clients.HEAD_SECONDS + 1)
        assert await cut(reader)


async def test_bytes_that_trickle_do_not_prolong_a_head() -> None:
    async with serving() as (service, reader, writer):
        for byte in HEAD[:10]:
            writer.write(bytes([byte]))
            await asyncio.sleep(0)
        await service.look_after(slow_clients.HEAD_SECONDS + 1)
        assert await cut(reader)


async def test_a_body_that_stands_still_ends_the_connection_and_the_application_knows() -> None:
    async with serving() as (service, reader, writer):
        service.may_read.set()
        writer.write(HEAD + b"\r\nhalf")
        await service.until(lambda: service.server.server_state.tasks)
        await service.look_after(slow_clients.HEAD_SECONDS + 1)  # it is no head any more
        assert not service.seen
        await service.look_after(slow_clients.BODY_SECONDS + 1)
        assert await cut(reader)
        await service.until(lambda: service.seen == [LEFT])


async def test_who_waits_for_us_is_not_late() -> None:
    async with serving() as (service, reader, writer):
        writer.write(HEAD + b"Expect: 100-continue\r\n\r\n")  # the application has not asked for the body
        await service.until(lambda: service.server.server_state.tasks)
        await service.look_after(slow_clients.BODY_SECONDS + 1)
        service.may_read.set()
        assert (await reader.readline()).startswith(b"HTTP/1.1 100")
        writer.write(b"0123456789")
        await service.until(lambda: service.seen == [b"0123456789"])
        await service.look_after(slow_clients.HEAD_SECONDS + 1)  # between two requests: uvicorn's to time
        assert not writer.transport.is_closing()


async def test_a_body_that_waits_for_room_is_not_late() -> None:
    async with serving() as (service, _, writer):
        size = 1 << 20
        writer.write(f"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: {size}\r\n\r\n".encode() + bytes(size))
        await service.until(lambda: service.server.server_state.tasks)
        connection: Any = next(iter(service.server.server_state.connections))
        await service.until(lambda: connection.flow.read_paused)
        await service.look_after(slow_clients.BODY_SECONDS + 1)
        service.may_read.set()
        await service.until(lambda: service.seen)
        assert service.seen == [bytes(size)]


async def test_an_answer_that_nobody_takes_ends_the_connection() -> None:
    async with serving() as (service, _, writer):
        writer.write(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        connection: Any = next(iter(service.server.server_state.connections))
        await service.until(lambda: connection.transport.get_write_buffer_size())
        await service.look_after(0)
        await service.look_after(slow_clients.ANSWER_SECONDS - 1)
        assert connection in service.server.server_state.connections
        await service.look_after(slow_clients.ANSWER_SECONDS + 1)
        await service.until(lambda: not service.server.server_state.connections)


async def test_a_head_that_is_too_long_is_refused() -> None:
    async with serving() as (_, reader, writer):
        writer.write(b"GET / HTTP/1.1\r\nX: " + b"y" * (slow_clients.HEAD_BYTES_MAX + 1))
        async with asyncio.timeout(WAIT_SECONDS):
            assert (await reader.readline()).startswith(b"HTTP/1.1 400")
