"""Addresses and the HTTP server's socket."""

import asyncio
import contextlib
import re
import socket
import ssl
from collections.abc import Iterator

import uvicorn
from starlette.types import ASGIApp

from govor.api.slow_clients import HEAD_BYTES_MAX, PatientProtocol
from govor.errors import BadSetting

BACKLOG = 2_048  # connections the kernel holds while we are busy; uvicorn's own number
DRAIN_SECONDS = 10  # requests in flight may take this long after SIGTERM; supervisors kill after 30 s or more
# An idle connection is closed here only after clients and proxies have done so (nginx: 60 s, httpx: 5 s): one
# that closes while a request is on its way looks to the client like a crash.
KEEP_ALIVE_SECONDS = 75
TICKS = 50  # of uvicorn, ten a second, between two looks for clients that keep us waiting
PORT_MAX = 65_535
ADDRESS = re.compile(r"(?P<host>\[[0-9a-fA-F:]+\]|[^\[\]:]+):(?P<port>[0-9]{1,5})")


class HttpServer(uvicorn.Server):
    """uvicorn on a socket of ours, without its own signal handlers: app.py has some, and tests have none."""

    def __init__(self, app: ASGIApp, listener: socket.socket, context: ssl.SSLContext | None = None) -> None:
        config = uvicorn.Config(
            app,
            http=PatientProtocol,
            h11_max_incomplete_event_size=HEAD_BYTES_MAX,
            log_config=None,
            access_log=False,
            server_header=False,
            lifespan="off",
            timeout_graceful_shutdown=DRAIN_SECONDS,
            timeout_keep_alive=KEEP_ALIVE_SECONDS,
        )
        config.load()
        config.ssl = context  # ours, whose certificate can change; uvicorn would read its own once
        super().__init__(config)
        self.opened = asyncio.Event()
        self._listener = listener

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave the signals alone."""
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Accept connections, and say so."""
        await super().startup(sockets)
        self.opened.set()

    async def on_tick(self, counter: int) -> bool:
        """What uvicorn does now and then; and slow clients go."""
        if counter % TICKS == 0:
            self.look(asyncio.get_running_loop().time())
        return await super().on_tick(counter)

    def look(self, now: float) -> None:
        """Cut every connection whose client has kept us waiting for too long, at `now` of the loop's time."""
        for connection in list(self.server_state.connections):
            if isinstance(connection, PatientProtocol):
                connection.look(now)

    async def run_until_told(self) -> None:
        """Answer until `should_exit` is set and what was in flight then is answered."""
        await self.serve(sockets=[self._listener])

    @property
    def port(self) -> int:
        """The real port, whatever the setting said."""
        return int(self._listener.getsockname()[1])


def address(setting: str) -> tuple[str, int]:
    """Split 127.0.0.1:8080 or [::1]:8080 into host and port; raises BadSetting."""
    found = ADDRESS.fullmatch(setting)
    if not found or int(found["port"]) > PORT_MAX:
        raise BadSetting(f"not an address: {setting}", "HOST:PORT, such as 127.0.0.1:8080 or [::1]:8080")
    return found["host"].strip("[]"), int(found["port"])


def bind(setting: str, name: str = "http") -> socket.socket:
    """A listening socket; a busy port or a foreign address raises BadSetting."""
    host, port = address(setting)
    try:
        family, kind, protocol, _, where = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP
        )[0]
        # Not socket.create_server: it leaves the protocol open, and asyncio then leaves Nagle's algorithm on,
        # which holds the body of an answer back for 40 ms.
        listener = socket.socket(family, kind, protocol)
        try:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind(where)
            listener.listen(BACKLOG)
        except OSError:
            listener.close()
            raise
    except OSError as error:
        raise BadSetting(f"cannot listen on {name} = {setting}", str(error)) from error
    return listener
