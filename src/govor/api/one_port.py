"""One port for REST, S3 and gRPC: each connection goes on, byte for byte, to the door it is meant for.

Rule 1: nothing is decrypted or changed here; the doors do their own TLS, with the same certificate.
Rule 2: a connection that does not say what it is within a few seconds is closed.
"""

import asyncio
import contextlib

import structlog

from govor.api.client_hello import Door, door
from govor.api.listen import bind

FIRST_BYTES_SECONDS = 10.0  # for a TLS hello or the start of a request; clients send it at once
CHUNK_BYTES = 256 << 10  # copied at a time: uploads are large
# How a door that listens everywhere is reached from here.
LOOPBACK = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104

log = structlog.get_logger(__name__)


class OnePort:
    """A listener in front of both doors; made by `open`."""

    def __init__(self, doors: dict[Door, tuple[str, int]]) -> None:
        self._doors = doors
        self._server: asyncio.Server | None = None
        self._connections: set[asyncio.Task[None]] = set()

    @classmethod
    async def open(cls, setting: str, *, http: tuple[str, int], grpc: tuple[str, int]) -> "OnePort":
        """Listen on HOST:PORT; raises BadSetting when that cannot be done."""
        one = cls({Door.HTTP: http, Door.GRPC: grpc})
        listener = bind(setting, name="one_port")
        one._server = await asyncio.start_server(one._accepted, sock=listener, limit=CHUNK_BYTES)
        return one

    @property
    def port(self) -> int:
        """The real port, whatever the setting said."""
        assert self._server is not None
        return int(self._server.sockets[0].getsockname()[1])

    async def close(self) -> None:
        """Accept nothing more; what is connected is cut. Call it after the doors have closed."""
        if self._server is not None:
            self._server.close()
        for task in self._connections:
            task.cancel()
        await asyncio.gather(*self._connections, return_exceptions=True)

    async def _accepted(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._connections.add(task)
        task.add_done_callback(self._connections.discard)
        try:
            await self._connect(reader, writer)
        except (OSError, TimeoutError) as error:
            log.debug("connection ended", error=type(error).__name__)
        finally:
            writer.close()

    async def _connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        begin, where = b"", Door.UNDECIDED
        async with asyncio.timeout(FIRST_BYTES_SECONDS):
            while where is Door.UNDECIDED:
                more = await reader.read(CHUNK_BYTES)
                if not more:
                    return
                begin += more
                where = door(begin)
        host, port = self._doors[where]
        inner_reader, inner_writer = await asyncio.open_connection(LOOPBACK.get(host, host), port)
        sending = asyncio.create_task(_copied(reader, inner_writer))
        try:
            inner_writer.write(begin)
            await _copied(inner_reader, writer)  # until the door hangs up: nobody listens after that
        finally:
            sending.cancel()
            await asyncio.gather(sending, return_exceptions=True)
            inner_writer.close()


async def _copied(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
    """Everything, then the end; as fast as the slower side."""
    with contextlib.suppress(OSError):  # either side may break off; the other one then sees the end
        while chunk := await source.read(CHUNK_BYTES):
            target.write(chunk)
            await target.drain()
        target.write_eof()
