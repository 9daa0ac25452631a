"""A real HTTP server that answers what it was told to, in that order, and notes what it heard."""

import contextlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from tests.servers.http_server import Handler, serving

HANG_UP = 0  # as a status: close the connection without an answer


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer."""

    status: int = 200
    body: bytes = b"{}"
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Flaky:
    """What is to be answered and what was heard: (method, path, headers in lower case, body)."""

    url: str
    answers: list[Answer]
    heard: list[tuple[str, str, dict[str, str], bytes]] = field(default_factory=list)


@contextlib.contextmanager
def flaky(*answers: Answer) -> Iterator[Flaky]:
    """Serve until the block ends."""

    class Told(Handler):
        protocol_version = "HTTP/1.1"

        def tell(self) -> None:
            state.heard.append((self.command, self.path, self.heard(), self.body()))
            told = state.answers.pop(0)
            if told.status == HANG_UP:
                self.close_connection = True
                return
            self.send_response(told.status)
            for name, value in told.headers.items():
                self.send_header(name, value)
            if told.status != 204:
                self.send_header("Content-Length", str(len(told.body)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(told.body)

    for method in ("GET", "POST", "PUT", "PATCH", "HEAD", "DELETE"):
        setattr(Told, f"do_{method}", Told.tell)
    with serving(Told) as url:
        state = Flaky(url, list(answers))
        yield state
