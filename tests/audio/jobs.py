"""Functions that misbehave in the sandbox; found there by name, so they stand alone."""

import ctypes
import errno
import mmap
import os
import resource
import signal
import socket
import tempfile
import threading
import time
from pathlib import Path

import av

from govor.audio.sandbox_wire import Talk
from govor.errors import BadAudio


def add(left: int, right: int) -> int:
    return left + right


def big(size: int) -> bytes:
    return b"\xab" * size


def refuse() -> None:
    raise BadAudio("Invalid audio received", "found a duck")


def fail() -> None:
    raise KeyError("a fault of ours")


def fail_in_the_decoder() -> None:
    raise av.error.InvalidDataError(1, "cannot be pickled as it is")


def answer_what_cannot_be_sent() -> object:
    return threading.Lock()


def end(number: int) -> None:
    """Die of a signal."""
    os.kill(os.getpid(), number)
    signal.pause()


def read_nowhere() -> None:
    """A real segmentation fault."""
    ctypes.string_at(8)


def leave(status: int) -> None:
    os._exit(status)


def allocate(size: int) -> int:
    return len(bytearray(size))


def map_memory(size: int) -> int:
    return len(mmap.mmap(-1, size))


def spin() -> None:
    while True:
        pass


def sleep(path: Path) -> None:
    """Say who we are, then wait far longer than any test."""
    path.write_text(str(os.getpid()))
    time.sleep(600)


def answer_when_told(path: Path) -> None:
    """Say who we are, and answer once there is a file beside that."""
    path.write_text(str(os.getpid()))
    while not path.with_name("go").exists():
        time.sleep(0.01)


def write(path: Path, size: int) -> None:
    path.write_bytes(bytes(size))


def process_and_parent() -> tuple[int, int]:
    return os.getpid(), os.getppid()


def threads_and_descriptors() -> tuple[int, int]:
    return threading.active_count(), len(os.listdir("/proc/self/fd"))


def status() -> dict[str, str]:
    """What the kernel says about the child."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return {name: value.strip() for name, value in (line.split(":", 1) for line in lines)}


def echo(talk: Talk, mark: bytes) -> None:
    """Answer every message with itself, but for those that say what else to do."""
    while True:
        message = talk.receive()
        if message == b"refuse":
            refuse()
        if message == b"sleep":
            time.sleep(60)
        if message.isdigit():
            end(int(message))
        talk.send(mark + message)
        if message == b"end":
            return


def note_process_and_sleep(path: Path) -> None:
    """Say who sleeps here."""
    path.write_text(str(os.getpid()))
    time.sleep(60)


def _open_socket() -> None:
    socket.socket().close()


def _fork() -> None:
    if os.fork() == 0:
        os._exit(0)


def _exec() -> None:
    os.execv("/bin/true", ["true"])


def _signal_parent() -> None:
    os.kill(os.getppid(), 0)


def _unshare() -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(0) != 0:
        raise OSError(ctypes.get_errno(), "unshare")


def _raise_limits_of_parent() -> None:
    resource.prlimit(os.getppid(), resource.RLIMIT_NOFILE)


FORBIDDEN = {
    "socket": _open_socket,
    "fork": _fork,
    "exec": _exec,
    "signal": _signal_parent,
    "unshare": _unshare,
    "prlimit": _raise_limits_of_parent,
}


def refused(attempt: str) -> str:
    """The name of the error that an attempt fails with; empty if it does not fail."""
    try:
        FORBIDDEN[attempt]()
    except OSError as error:
        return errno.errorcode[error.errno or 0]
    return ""


def does_what_decoders_do() -> str:
    """Files, a thread, memory, a signal to itself."""
    done: list[str] = []
    thread = threading.Thread(target=done.append, args=("done",))
    thread.start()
    thread.join()
    with tempfile.TemporaryFile() as file:
        file.write(bytes(1 << 20))
    os.kill(os.getpid(), 0)
    return done[0]
