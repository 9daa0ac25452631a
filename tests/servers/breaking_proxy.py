"""A TCP proxy that breaks what it carries: an outage before an S3 server, a partition before PostgreSQL."""

import asyncio
import contextlib
import enum
import threading
from collections.abc import Iterator

CHUNK_BYTES = 1 << 16
CUT_BYTES = 40_000  # of an answer, before a CUT connection breaks: in the middle of a second recording
START_SECONDS = 30.0
# What an S3 server that is overloaded says.
SLOW_DOWN = b"<Error><Code>SlowDown</Code><Message>Please reduce your request rate.</Message></Error>"
ERROR_ANSWER = (
    b"HTTP/1.1 503 Slow Down\r\nContent-Type: application/xml\r\nConnection: close\r\n"
    b"Content-Length: %d\r\n\r\n%b" % (len(SLOW_DOWN), SLOW_DOWN)
)


class Fault(enum.StrEnum):
    """What happens to connections."""

    NONE = "none"
    ERRORS = "errors"  # every HTTP request is answered with 503
    STALLS = "stalls"  # nothing is forwarded, nothing is closed; it goes on when the fault ends
    CUTS = "cuts"  # an answer breaks off after CUT_BYTES
    RESETS = "resets"  # connections are taken and reset


class BreakingProxy:
    """Listens on `port` of 127.0.0.1, forwards to `target`; its event loop runs in a thread of its own."""

    def __init__(self, target: int) -> None:
        self.target = target
        self.port = 0
        self._fault = Fault.NONE
        self._loop = asyncio.new_event_loop()
        self._writers: set[asyncio.StreamWriter] = set()
        self._started = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def start(self) -> None:
        """Listen; `port` is known when this returns."""
        self._thread.start()
        assert self._started.wait(START_SECONDS), "the proxy does not start"

    def stop(self) -> None:
        """Break everything and end."""
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()

    def suffer(self, fault: Fault) -> None:
        """From now on; connections that are open suffer too."""
        asyncio.run_coroutine_threadsafe(self._change(fault), self._loop).result(START_SECONDS)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._flowing = asyncio.Event()
        self._flowing.set()
        server = self._loop.run_until_complete(asyncio.start_server(self._carry, "127.0.0.1", 0))
        self.port = int(server.sockets[0].getsockname()[1])
        self._started.set()
        self._loop.run_forever()
        server.close()
        self._abort_all()
        for task in asyncio.all_tasks(self._loop):
            task.cancel()
        self._loop.run_until_complete(asyncio.sleep(0))
        self._loop.close()

    async def _change(self, fault: Fault) -> None:
        self._fault = fault
        if fault is Fault.STALLS:
            self._flowing.clear()
        else:
            self._flowing.set()
        if fault in (Fault.ERRORS, Fault.RESETS, Fault.CUTS):
            self._abort_all()

    def _abort_all(self) -> None:
        for writer in self._writers:
            writer.transport.abort()

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, from its beginning to its end."""
        self._writers.add(writer)
        try:
            await self._flowing.wait()
            if self._fault is Fault.RESETS:
                writer.transport.abort()
            elif self._fault is Fault.ERRORS:
                await reader.readuntil(b"\r\n\r\n")
                writer.write(ERROR_ANSWER)
                await writer.drain()
            else:
                await self._forward(reader, writer)
        except (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            pass  # one side is gone: so is the connection
        finally:
            self._writers.discard(writer)
            writer.close()

    async def _forward(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection("127.0.0.1", self.target)
        self._writers.add(back)
        try:
            pumps = [
                asyncio.ensure_future(self._pump(reader, back)),
                asyncio.ensure_future(self._pump(there, writer, CUT_BYTES)),
            ]
            _, pending = await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
            for pump in pending:
                pump.cancel()
            await asyncio.gather(*pumps, return_exceptions=True)
        finally:
            self._writers.discard(back)
            back.transport.abort()

    async def _pump(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, cut_bytes: int = 0
    ) -> None:
        """Copy until the end; with `cut_bytes` not more than that while answers are cut."""
        copied = 0
        while piece := await reader.read(CHUNK_BYTES):
            await self._flowing.wait()
            copied += len(piece)
            if cut_bytes and copied > cut_bytes and self._fault is Fault.CUTS:
                writer.transport.abort()
                return
            writer.write(piece)
            await writer.drain()


@contextlib.contextmanager
def breaking_proxy(target: int) -> Iterator[BreakingProxy]:
    """A proxy before the port `target` until the block ends."""
    proxy = BreakingProxy(target)
    proxy.start()
    try:
        yield proxy
    finally:
        proxy.stop()
