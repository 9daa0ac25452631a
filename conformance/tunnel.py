"""An HTTPS proxy that leads SpeechKit's host names to a Govor on this machine, as hosts entries would.

The clients stay as they are, names and port 443 included. One port 443 stands for REST and gRPC; which of our
two ports is meant is read from the first bytes: gRPC's TLS offers HTTP/2 and nothing else (ALPN "h2").
"""

import asyncio
import contextlib
import threading
from collections.abc import Iterator

HOSTS = (".cloud.yandex.net", "storage.yandexcloud.net")
HTTP2, HTTP1 = b"\x02h2", b"\x08http/1.1"  # names of protocols in ALPN: the length, then the letters
HELLO_BYTES_MAX = 16_384  # a TLS record
READ_BYTES = 65_536


@contextlib.contextmanager
def tunnel(http_port: int, grpc_port: int) -> Iterator[str]:
    """Run the proxy in a thread until the block ends; yields its URL."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()

    async def serve() -> asyncio.Server:
        async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            with contextlib.suppress(OSError, asyncio.IncompleteReadError), contextlib.closing(writer):
                await _connect(reader, writer, http_port, grpc_port)

        return await asyncio.start_server(connected, "127.0.0.1", 0)

    server = asyncio.run_coroutine_threadsafe(serve(), loop).result()
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        asyncio.run_coroutine_threadsafe(_end(server), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


async def _end(server: asyncio.Server) -> None:
    """Close what is open: clients may leave connections behind."""
    server.close()
    left = asyncio.all_tasks() - {asyncio.current_task()}
    for task in left:
        task.cancel()
    await asyncio.gather(*left, return_exceptions=True)


async def _connect(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, http_port: int, grpc_port: int
) -> None:
    """CONNECT HOST:443, the client's first bytes, and then both directions until both have ended."""
    head = await reader.readuntil(b"\r\n\r\n")
    verb, target, *_ = head.decode("latin-1").split(" ")
    host = target.rpartition(":")[0]
    if verb != "CONNECT" or not host.endswith(HOSTS):
        writer.write(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")
        await writer.drain()
        return
    writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
    await writer.drain()
    hello = await reader.readexactly(5)  # type, version, length of the first record
    hello += await reader.readexactly(min(int.from_bytes(hello[3:5], "big"), HELLO_BYTES_MAX))
    port = grpc_port if HTTP2 in hello and HTTP1 not in hello else http_port
    there_reader, there_writer = await asyncio.open_connection("127.0.0.1", port)
    there_writer.write(hello)
    with contextlib.closing(there_writer):
        await asyncio.gather(_copy(reader, there_writer), _copy(there_reader, writer))


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while part := await reader.read(READ_BYTES):
        writer.write(part)
        await writer.drain()
    if writer.can_write_eof():
        writer.write_eof()
