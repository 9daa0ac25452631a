"""What passes between sandbox.py and the child that does the work."""

import pickle
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import BinaryIO


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


def write_job(job: Job) -> bytes:
    """Bytes for `read_job`: the import path first, because the function is found with its help."""
    return pickle.dumps(sys.path) + pickle.dumps((job.function, job.args, job.limits))


def read_job(stream: BinaryIO) -> Job:
    """Read one job; imports the module its function lives in."""
    sys.path[:] = pickle.load(stream)  # noqa: S301 - from our own parent
    function, args, limits = pickle.load(stream)  # noqa: S301
    return Job(function=function, args=args, limits=limits)
