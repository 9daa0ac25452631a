"""Memory of a process and everything below it, sampled while it works."""

import contextlib
import threading
from collections.abc import Iterator
from dataclasses import dataclass

import psutil

SAMPLE_SECONDS = 0.2
MIB = 1 << 20


def memory_mib(pid: int) -> float:
    """Proportional memory (PSS: a page shared by n processes counts 1/n in each) of the tree, in MiB."""
    total = 0
    root = psutil.Process(pid)
    for process in [root, *root.children(recursive=True)]:
        with contextlib.suppress(psutil.NoSuchProcess, psutil.AccessDenied):
            total += process.memory_full_info().pss
    return total / MIB


@dataclass(slots=True)
class Peak:
    """The largest memory seen, in MiB."""

    mib: float = 0.0


@contextlib.contextmanager
def peak(pid: int) -> Iterator[Peak]:
    """Watch the tree of `pid` until the block ends."""
    seen, stop = Peak(), threading.Event()

    def watch() -> None:
        while not stop.wait(SAMPLE_SECONDS):
            with contextlib.suppress(psutil.NoSuchProcess):
                seen.mib = max(seen.mib, memory_mib(pid))

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    try:
        yield seen
    finally:
        stop.set()
        thread.join()
