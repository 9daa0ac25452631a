"""Buckets as folders of this machine: DIR/BUCKET/KEY. The default object store."""

import asyncio
import os
import uuid
from collections.abc import AsyncIterator
from pathlib import Path

from govor.errors import ObjectMissing, PermissionDenied, StorageFailed, TooLarge
from govor.storage import disk
from govor.storage.uris import ObjectUri

COPY_BYTES = 8 << 20  # one kernel call; short enough for the copy to notice its limit
INCOMING = ".incoming"  # uploads grow here; no bucket's name starts with a dot


class FolderBuckets:
    """Reads and writes below `root` and nowhere else, whatever symbolic links say."""

    def __init__(self, root: Path) -> None:
        self.root = root

    async def head(self, where: ObjectUri, size: int) -> bytes:
        """The object's first `size` bytes (fewer if it is shorter); ObjectMissing, PermissionDenied."""
        return await asyncio.to_thread(self._head, where, size)

    async def fetch(self, where: ObjectUri, to: Path, bytes_max: int) -> int:
        """Copy the object to `to`; returns its size. TooLarge above `bytes_max`."""
        return await asyncio.to_thread(self._fetch, where, to, bytes_max)

    async def put(self, where: ObjectUri, stream: AsyncIterator[bytes], bytes_max: int) -> int:
        """Store the object whole or not at all; returns its size."""
        target = self.root / where.bucket / where.key
        incoming = self.root / INCOMING
        with disk.described():
            incoming.mkdir(parents=True, exist_ok=True)
            target.parent.mkdir(parents=True, exist_ok=True)
        self._within_root(target.parent)
        with disk.appearing(target, incoming / uuid.uuid4().hex) as descriptor:
            return await disk.write_stream(descriptor, stream, bytes_max=bytes_max)

    def _head(self, where: ObjectUri, size: int) -> bytes:
        descriptor = self._open(where)
        try:
            return os.pread(descriptor, size, 0)
        finally:
            os.close(descriptor)

    def _fetch(self, where: ObjectUri, to: Path, bytes_max: int) -> int:
        source = self._open(where)
        try:
            if os.fstat(source).st_size > bytes_max:
                raise TooLarge(f"the object is larger than {bytes_max} bytes")
            with disk.appearing(to) as target:
                return copy(source, target, bytes_max)
        finally:
            os.close(source)

    def _open(self, where: ObjectUri) -> int:
        """Open the object for reading and check where it really lies."""
        path = self.root / where.bucket / where.key
        try:
            self._within_root(path)
            descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
        except (FileNotFoundError, NotADirectoryError) as error:
            raise missing(where) from error
        except PermissionError as error:
            raise PermissionDenied("this object may not be read", f"{where.bucket}/{where.key}") from error
        except OSError as error:
            raise missing(where) if error.errno in disk.NAMES else StorageFailed(str(error)) from error
        if not os.path.isfile(f"/proc/self/fd/{descriptor}"):  # a folder, a pipe, a device
            os.close(descriptor)
            raise missing(where)
        return descriptor

    def _within_root(self, path: Path) -> None:
        """PermissionDenied when symbolic links lead `path` out of the object folder."""
        if not path.resolve(strict=True).is_relative_to(self.root.resolve()):
            raise PermissionDenied("this object may not be read", "a link leads out of the object folder")


def missing(where: ObjectUri) -> ObjectMissing:
    """The error for an object that is not there."""
    return ObjectMissing(
        f"no such object: {where.bucket}/{where.key}", "upload it first: PUT /objects/BUCKET/KEY"
    )


def copy(source: int, target: int, bytes_max: int) -> int:
    """Copy in the kernel, from descriptor to descriptor; TooLarge when the source outgrew `bytes_max`."""
    copied = 0
    while count := os.sendfile(target, source, copied, COPY_BYTES):
        copied += count
        if copied > bytes_max:
            raise TooLarge(f"the object is larger than {bytes_max} bytes")
    return copied
