"""A receiver of webhooks on a free port of 127.0.0.1; it answers as it is told and remembers what came."""

import contextlib
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from time import monotonic, sleep

WAIT_SECONDS = 60.0  # for what must happen


@dataclass(frozen=True, kw_only=True, slots=True)
class Message:
    """One POST."""

    path: str
    headers: dict[str, str]  # by lower-case names
    body: bytes


@dataclass(kw_only=True, slots=True)
class Receiver:
    """What it says next, and what came."""

    url: str = ""
    statuses: list[int] = field(default_factory=list)  # of the next answers; 200 when there are none left
    location: str = ""  # of answers that redirect
    messages: list[Message] = field(default_factory=list)

    def wait_for(self, count: int) -> list[Message]:
        """The messages, once so many have come."""
        end = monotonic() + WAIT_SECONDS
        while len(self.messages) < count:
            assert monotonic() < end, f"{len(self.messages)} of {count} messages came"
            sleep(0.02)
        return self.messages


@contextlib.contextmanager
def receiving() -> Iterator[Receiver]:
    """Listen until the block ends."""
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            receiver.messages.append(Message(path=self.path, headers=headers, body=body))
            self.send_response(receiver.statuses.pop(0) if receiver.statuses else 200)
            if receiver.location:
                self.send_header("Location", receiver.location)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            """Nothing: the test reads `messages`."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    receiver.url = f"http://127.0.0.1:{server.server_address[1]}/hook?from=govor"
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield receiver
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
