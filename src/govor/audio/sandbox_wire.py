"""What passes between sandbox.py and the child that does the work."""

import pickle
import socket
import struct
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import BinaryIO

LENGTH = struct.Struct("!I")  # of a message in a conversation
MESSAGE_BYTES_MAX = 1 << 20  # longer ones are no messages: the child has died, and this is its seal
# What the host adds when a child has ended: this, and the exit status. Without it an answer is not whole,
# even if it can be read: the host died first. No answer of a child ends so, for pickle ends with a full stop.
SEAL = b"\xffstatus:"
STATUS = struct.Struct("!i")
assert LENGTH.unpack(SEAL[: LENGTH.size])[0] > MESSAGE_BYTES_MAX


@dataclass(frozen=True, kw_only=True, slots=True)
class Limits:
    """What one job may take. Beyond it the job ends, not the service."""

    cpu_seconds: int = 3_600  # four hours of eight channels take a tenth of it
    wall_seconds: float = 2 * 3_600.0  # on a machine that has other work, too
    memory_bytes: int = 1 << 30  # of address space, on top of the loaded libraries; 150 MB is usual
    file_bytes: int = 8 << 30  # of each file written; four hours of eight channels at 16 kHz are 3.7 GB


@dataclass(frozen=True, kw_only=True, slots=True)
class Job:
    """A function of ours and its arguments; both go through pickle."""

    function: Callable[..., object]
    args: tuple[object, ...]
    limits: Limits
    talks: bool = False  # its first argument is a Talk


def write_job(job: Job) -> bytes:
    """Bytes for `read_job`: the import path first, because the function is found with its help."""
    return pickle.dumps(sys.path) + pickle.dumps((job.function, job.args, job.limits, job.talks))


def read_job(stream: BinaryIO) -> Job:
    """Read one job; imports the module its function lives in."""
    sys.path[:] = pickle.load(stream)  # noqa: S301 - from our own parent
    function, args, limits, talks = pickle.load(stream)  # noqa: S301
    return Job(function=function, args=args, limits=limits, talks=talks)


def seal(status: int) -> bytes:
    """What follows the answer of a child that ended with this status (negative: a signal)."""
    return SEAL + STATUS.pack(status)


def unsealed(answer: bytes) -> tuple[bytes, int] | None:
    """What a child sent and the status it ended with; None when its host did not live to tell."""
    body = len(answer) - STATUS.size - len(SEAL)
    if body < 0 or not answer.startswith(SEAL, body):
        return None
    return answer[:body], STATUS.unpack(answer[-STATUS.size :])[0]


class Talk:
    """The child's end of a conversation: messages come and go while the job runs (conversation.py)."""

    def __init__(self, incoming: BinaryIO, outgoing: socket.socket) -> None:
        self._incoming, self._outgoing = incoming, outgoing

    def receive(self) -> bytes:
        """The next message; raises EOFError when the other side has gone."""
        size = LENGTH.unpack(self._read(LENGTH.size))[0]
        return self._read(size)

    def send(self, message: bytes) -> None:
        """Answer; never empty, because an empty message marks the end."""
        self._outgoing.sendall(framed(message))

    def end(self) -> None:
        """No more messages: the outcome follows."""
        self._outgoing.sendall(framed(b""))

    def _read(self, size: int) -> bytes:
        data = self._incoming.read(size)
        if len(data) < size:
            raise EOFError
        return data


def framed(message: bytes) -> bytes:
    """A message with its length before it."""
    return LENGTH.pack(len(message)) + message
