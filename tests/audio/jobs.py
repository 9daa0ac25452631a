"""Functions that misbehave in the sandbox; found there by name, so they stand alone."""

import ctypes
import mmap
import os
import signal
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
