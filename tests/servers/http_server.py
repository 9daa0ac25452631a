"""HTTP servers of tests: on 127.0.0.1, in a thread of their own, until the block ends."""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

POLL_SECONDS = 0.02  # how soon a server notices that it shall end
FREE_PORT = ("127.0.0.1", 0)


class Handler(BaseHTTPRequestHandler):
    """One request; nothing of it on standard error."""

    def body(self) -> bytes:
        """What came behind the headers."""
        return self.rfile.read(int(self.headers.get("Content-Length", 0)))

    def heard(self) -> dict[str, str]:
        """The headers, by names in lower case."""
        return {name.lower(): value for name, value in self.headers.items()}

    def answer(self, status: int, body: bytes = b"", headers: Mapping[str, str] | None = None) -> None:
        """Answer with a body of known length."""
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing: the test looks at what the server kept."""


@contextmanager
def serving(server: ThreadingHTTPServer | type[Handler]) -> Iterator[str]:
    """Serve; its address. A handler alone gets a server on a free port."""
    if isinstance(server, type):
        server = ThreadingHTTPServer(FREE_PORT, server)
    thread = threading.Thread(target=server.serve_forever, args=(POLL_SECONDS,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
