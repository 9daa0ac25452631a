"""The memory of this service: its own process, its recognisers, its decoders."""

import os
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field

import psutil

SERVICE, RECOGNISER, DECODER = "service", "recogniser", "decoder"


@dataclass(frozen=True, kw_only=True, slots=True)
class Tree:
    """Processes and their memory in bytes by kind; a page shared by n of them counts 1/n in each."""

    processes: Counter[str] = field(default_factory=Counter)
    memory_bytes: Counter[str] = field(default_factory=Counter)


def tree(recogniser_pids: Collection[int]) -> Tree:
    """This process and all that descend from it, now; takes milliseconds, so call it in a thread."""
    found = Tree()
    ourselves = psutil.Process(os.getpid())
    for process in (ourselves, *ourselves.children(recursive=True)):
        try:
            bytes_here = process.memory_full_info().pss
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            continue  # it has ended meanwhile; nobody else's process is among our children
        kind = DECODER if process.pid not in recogniser_pids else RECOGNISER
        kind = SERVICE if process is ourselves else kind
        found.processes[kind] += 1
        found.memory_bytes[kind] += bytes_here
    return found
