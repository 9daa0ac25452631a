"""Clients that hold a connection and do nothing: uvicorn's HTTP/1.1 with an end to every wait.

Rule 1: what is timed is what the client owes: the head of a request it began, the next piece of a body, the
        taking of an answer. What we owe (room to read into, a 100 Continue, an answer) is not its fault.
Rule 2: a head has to be whole in time, however its bytes are spread; bodies and answers only have to move on.
Rule 3: the server looks at all connections now and then, with the time as an argument: no timer for each.
Idle connections between two requests are uvicorn's (listen.KEEP_ALIVE_SECONDS).
"""

import asyncio
from typing import Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

HEAD_BYTES_MAX = 64 << 10  # of the request line and all headers; nginx takes 32 KiB, and JWTs are long
HEAD_SECONDS = 30.0  # from a connection's beginning, or the first byte of its next request
BODY_SECONDS = 60.0  # between two pieces, as nginx has it; telephones lose their network for less
ANSWER_SECONDS = 60.0  # without taking a byte of what is ready


class PatientProtocol(H11Protocol):
    """One connection. Times are those of its event loop, in seconds."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._head_since: float | None = None  # when a head that is not whole began
        self._heard_at = 0.0
        self._unsent = (0, 0.0)  # bytes that the client has not taken, and since when they are as many

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # uvicorn's own
        """The head of a first request is awaited."""
        self._head_since = self._heard_at = self.loop.time()
        super().connection_made(transport)

    def data_received(self, data: bytes) -> None:
        """Note when it came, and whose turn it is after that."""
        self._heard_at = self.loop.time()
        if self._head_since is None and self.conn.their_state is h11.IDLE:
            self._head_since = self._heard_at
        super().data_received(data)
        if self.conn.their_state is not h11.IDLE:
            self._head_since = None

    def look(self, now: float) -> None:
        """Cut the connection if its client has kept us waiting for too long."""
        if self._late(now):
            self.transport.abort()

    def _late(self, now: float) -> bool:
        unsent = self.transport.get_write_buffer_size()
        if not unsent or unsent != self._unsent[0]:
            self._unsent = (unsent, now)
        elif now - self._unsent[1] > ANSWER_SECONDS:
            return True
        if self._head_since is not None:
            return now - self._head_since > HEAD_SECONDS
        ours = self.flow.read_paused or self.conn.they_are_waiting_for_100_continue
        return self.conn.their_state is h11.SEND_BODY and not ours and now - self._heard_at > BODY_SECONDS
