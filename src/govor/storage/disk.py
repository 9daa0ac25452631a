"""The local disk: how much is free, and files that appear whole or not at all."""

import asyncio
import errno
import os
import shutil
import uuid
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path

from govor.errors import BadRequest, StorageFailed, TooLarge

FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
NAMES = (errno.ENAMETOOLONG, errno.ENOTDIR, errno.EISDIR, errno.EEXIST, errno.EILSEQ)


def free_bytes(folder: Path) -> int:
    """What may still be written to the disk that holds `folder`."""
    return shutil.disk_usage(folder).free


def require_free(folder: Path, bytes_min: int) -> None:
    """StorageFailed when less than `bytes_min` would be left on the disk that holds `folder`."""
    free = free_bytes(folder)
    if free < bytes_min:
        raise StorageFailed(
            "the service's disk is full",
            f"{free >> 20} MiB free, {bytes_min >> 20} MiB wanted (GOVOR_DISK_FREE_BYTES_MIN)",
        )


@contextmanager
def described() -> Iterator[None]:
    """Turn the operating system's errors into ours: a full disk, an impossible name, anything else."""
    try:
        yield
    except OSError as error:
        if error.errno in FULL:
            raise StorageFailed("the service's disk is full", str(error)) from error
        if error.errno in NAMES:
            raise BadRequest("no object can have this name", error.strerror or "") from error
        raise StorageFailed("the service's disk failed", str(error)) from error


@contextmanager
def appearing(target: Path, partial: Path | None = None) -> Iterator[int]:
    """Yield a descriptor whose file becomes `target`, whole and on the disk, when the block ends well.

    `partial` is where it grows, on the same disk; it is removed when the block fails. Its name is its own,
    for a copy that was given up may still be growing beside a new attempt.
    """
    partial = partial or target.with_name(f"{target.name}.{uuid.uuid4().hex}.partial")
    with described():
        target.parent.mkdir(parents=True, exist_ok=True)
        with growing(partial) as descriptor:
            yield descriptor
            os.fsync(descriptor)
            os.replace(partial, target)
        sync_folder(target.parent)


@contextmanager
def growing(partial: Path) -> Iterator[int]:
    """Yield a descriptor of a new file; it is gone when the block ends, unless it was renamed in there."""
    with described():
        descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o640)
        try:
            yield descriptor
        finally:
            os.close(descriptor)
            partial.unlink(missing_ok=True)


def sync_folder(folder: Path) -> None:
    """Make a rename in `folder` outlive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


async def write_stream(descriptor: int, stream: AsyncIterator[bytes], *, bytes_max: int) -> int:
    """Write and sync every chunk, off the event loop; TooLarge as soon as more than `bytes_max` came."""
    written = 0
    async for chunk in stream:
        written += len(chunk)
        if written > bytes_max:
            raise TooLarge(f"the object is larger than {bytes_max} bytes")
        await asyncio.to_thread(write_all, descriptor, chunk)
    await asyncio.to_thread(os.fsync, descriptor)
    return written


def write_all(descriptor: int, chunk: bytes) -> None:
    """os.write until nothing is left of `chunk`."""
    rest = memoryview(chunk)
    while rest:
        rest = rest[os.write(descriptor, rest) :]
