"""A receiver of webhooks on a free port of 127.0.0.1; it answers as it is told and remembers what came."""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from time import monotonic, sleep

from tests.servers.http_server import Handler, serving

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

    class Hook(Handler):
        def do_POST(self) -> None:
            receiver.messages.append(Message(path=self.path, headers=self.heard(), body=self.body()))
            location = {"Location": receiver.location} if receiver.location else {}
            self.answer(receiver.statuses.pop(0) if receiver.statuses else 200, headers=location)

    with serving(Hook) as url:
        receiver.url = f"{url}/hook?from=govor"
        yield receiver
