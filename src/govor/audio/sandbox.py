"""Runs a function in a process of its own, fenced in by limits: recordings come from strangers.

Rule 1: whatever the child does (crash, hang, leak), the caller gets an error of our tree and lives on.
Rule 2: nothing is inherited from the caller: no thread, lock, model or connection (see sandbox_host.py).
Rule 3: the child ends when its work ends, when its limits do, or when we do, whichever is first.
"""

import atexit
import contextlib
import os
import pickle
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from typing import TypeVar, cast

from govor.audio.refusal import invalid
from govor.audio.sandbox_wire import Job, Limits, unsealed, write_job
from govor.errors import Timeout, Unavailable

__all__ = ["Limits", "Sandbox", "begin", "close", "outcome", "run", "warm"]

T = TypeVar("T")

READ_BYTES = 64 << 10
_START = "import sys; sys.path[:] = {path!r}; from govor.audio.sandbox_host import main; main({descriptor})"


class Sandbox:
    """A host process, started when first needed and again if it died. Safe to use from many threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._host: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None
        self._owner = os.getpid()

    def run(self, function: Callable[..., T], *args: object, limits: Limits | None = None) -> T:
        """Call `function(*args)` in a child, wait, and return its result.

        The function is looked up by name in its module (not __main__); keep that module light, the host keeps
        it loaded.
        Raises what the function raised; BadAudio: it crashed or took too much memory; Timeout: too much time;
        Unavailable: it was stopped from outside, or by `close`.
        """
        limits = limits or Limits()
        deadline = time.monotonic() + limits.wall_seconds
        payload = write_job(Job(function=function, args=args, limits=limits))
        with self.begin(function.__module__) as ours:
            answer = _exchange(ours, payload, deadline)
        return cast(T, outcome(answer))  # the type went through pickle

    def begin(self, module: str) -> socket.socket:
        """A new child, which waits for a job whose function lives in `module`; closing this ends it."""
        ours, theirs = socket.socketpair()
        with theirs:
            try:
                self._send(module, theirs)
            except BaseException:
                ours.close()
                raise
        return ours

    def warm(self) -> None:
        """Start the host now rather than with the first recording, which would wait half a second for it."""
        self.run(os.getpid)

    def close(self) -> None:
        """End the host and all jobs; their callers get Unavailable."""
        with self._lock:
            self._stop()

    def _send(self, module: str, job: socket.socket) -> None:
        """Hand the child's end of the socket to the host; a host that died is replaced once."""
        with self._lock:
            try:
                socket.send_fds(self._connection(), [module.encode()], [job.fileno()])
            except (BrokenPipeError, ConnectionResetError):
                self._stop()
                socket.send_fds(self._connection(), [module.encode()], [job.fileno()])

    def _connection(self) -> socket.socket:
        if self._owner != os.getpid():  # we are a forked copy: leave the original's host to the original
            self._host, self._control, self._owner = None, None, os.getpid()
        if self._control is None:
            self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
            with theirs:
                start = _START.format(path=sys.path, descriptor=theirs.fileno())
                command = [sys.executable, "-c", start]
                self._host = subprocess.Popen(command, stdin=subprocess.DEVNULL, pass_fds=[theirs.fileno()])
        return self._control

    def _stop(self) -> None:
        if self._control is not None and self._owner == os.getpid():
            self._control.close()
        if self._host is not None and self._owner == os.getpid():
            self._host.wait()
        self._control = self._host = None


def _exchange(ours: socket.socket, payload: bytes, deadline: float) -> bytes:
    """Send the job and read the answer to its end; on Timeout the caller hangs up, which ends the child."""
    pieces: list[bytes] = []
    try:
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):  # it died: the status says of what
            ours.settimeout(max(0.001, deadline - time.monotonic()))
            ours.sendall(payload)
        while True:
            ours.settimeout(max(0.001, deadline - time.monotonic()))
            if not (piece := ours.recv(READ_BYTES)):
                return b"".join(pieces)
            pieces.append(piece)
    except TimeoutError:
        raise Timeout("Decoding took too long", "the time limit of one recording was reached") from None
    except ConnectionResetError:
        return b""


def outcome(answer: bytes) -> object:
    """The result, or the error that fits how the child ended."""
    if (whole := unsealed(answer)) is None:
        raise Unavailable("Decoding was interrupted", "no decoder could be started, or its host ended")
    sent, status = whole
    if status == 0:
        good, value = pickle.loads(sent)  # noqa: S301 - from our own child
        if good:
            return value
        raise value
    if status == -signal.SIGXCPU:
        raise Timeout("Decoding took too long", "the processor time of one recording was used up")
    if status in (-signal.SIGKILL, -signal.SIGTERM, -signal.SIGHUP):
        raise Unavailable("Decoding was interrupted", f"the decoder got {signal.Signals(-status).name}")
    how = signal.Signals(-status).name if status < 0 else f"exit status {status}"
    raise invalid(f"the decoder crashed on it ({how})")


_shared = Sandbox()
run, begin, warm, close = _shared.run, _shared.begin, _shared.warm, _shared.close
atexit.register(close)
