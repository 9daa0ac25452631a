"""Buckets as folders of this machine: DIR/BUCKET/KEY. The default object store.

Rule 1: an object appears whole or not at all; folders beside the buckets have names that begin with a dot.
Rule 2: nothing is read or written outside `root`, whatever symbolic links say.
Rule 3: who may do what is decided before (owners.py); here everybody may everything.
"""

import asyncio
import hashlib
import os
import threading
import uuid
from collections.abc import AsyncIterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from govor.errors import BadRequest, ObjectMissing, PermissionDenied, StorageFailed, TooLarge
from govor.storage import disk, listing
from govor.storage.buckets import Head
from govor.storage.listing import Page, Query, Walk
from govor.storage.notes import Note, Notes
from govor.storage.uris import ObjectUri

COPY_BYTES = 8 << 20  # one kernel call; short enough for the copy to notice its limit
INCOMING = ".incoming"  # uploads grow here; no bucket's name starts with a dot
NO_HEADERS: Mapping[str, str] = {}


@dataclass(frozen=True, kw_only=True, slots=True)
class Stored:
    """What is known of an object besides its bytes."""

    size: int  # bytes
    modified_ns: int  # since the epoch
    note: Note

    @property
    def etag(self) -> str:
        """Without quotes."""
        return self.note.etag


class FolderBuckets:
    """Reads and writes below `root` and nowhere else."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.notes = Notes(root)
        self._naming = threading.Lock()  # names appear and folders disappear one at a time

    async def head(self, where: ObjectUri, size: int) -> Head:
        """The object's first `size` bytes (fewer if it is shorter); ObjectMissing, PermissionDenied."""
        return await asyncio.to_thread(self._head, where, size)

    async def fetch(self, where: ObjectUri, to: Path, bytes_max: int) -> int:
        """Copy the object to `to`; returns its size. TooLarge above `bytes_max`."""
        return await asyncio.to_thread(self._fetch, where, to, bytes_max)

    async def put(
        self,
        where: ObjectUri,
        stream: AsyncIterator[bytes],
        bytes_max: int,
        headers: Mapping[str, str] = NO_HEADERS,
    ) -> Stored:
        """Store the object whole or not at all, with headers that its readers get back."""
        partial = await asyncio.to_thread(self.prepare, where)
        digest = hashlib.md5(usedforsecurity=False)
        with disk.growing(partial) as descriptor:
            await disk.write_stream(descriptor, hashed(stream, digest), bytes_max=bytes_max)
            note = Note(etag=digest.hexdigest(), headers=headers)
            return await asyncio.to_thread(self.place, where, partial, note)

    def prepare(self, where: ObjectUri) -> Path:
        """Where an upload may grow; BadRequest, PermissionDenied for a name that no object can have."""
        target = self.root / where.bucket / where.key
        with disk.described():
            (self.root / INCOMING).mkdir(parents=True, exist_ok=True)
            target.parent.mkdir(parents=True, exist_ok=True)
            if target.is_dir():
                raise BadRequest("no object can have this name", "others lie below it")
        self._within_root(target.parent)
        return self.root / INCOMING / uuid.uuid4().hex

    def place(self, where: ObjectUri, partial: Path, note: Note) -> Stored:
        """Make a synced file the object; blocking."""
        target = self.root / where.bucket / where.key
        with disk.described():
            found = partial.stat()
            self.notes.write(where, note, found)
            with self._naming:
                target.parent.mkdir(parents=True, exist_ok=True)  # its last other object may just have gone
                os.replace(partial, target)
            disk.sync_folder(target.parent)
        return Stored(size=found.st_size, modified_ns=found.st_mtime_ns, note=note)

    def open(self, where: ObjectUri) -> int:
        """A descriptor for reading, which the caller closes; blocking. ObjectMissing, PermissionDenied."""
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

    def stored(self, where: ObjectUri, descriptor: int) -> Stored:
        """What is known of an open object; blocking."""
        found = os.fstat(descriptor)
        note = self.notes.read(where, found)
        return Stored(size=found.st_size, modified_ns=found.st_mtime_ns, note=note)

    def look(self, where: ObjectUri) -> Stored:
        """What is known of an object; blocking. ObjectMissing, PermissionDenied."""
        descriptor = self.open(where)
        try:
            return self.stored(where, descriptor)
        finally:
            os.close(descriptor)

    def delete(self, where: ObjectUri) -> None:
        """Delete an object; nothing there is no error; blocking."""
        bucket, target = self.root / where.bucket, self.root / where.bucket / where.key
        if not target.parent.is_dir():
            return
        self._within_root(target.parent)
        with disk.described(), self._naming:
            if target.is_dir() and not target.is_symlink():  # a folder of other objects is none itself
                return
            target.unlink(missing_ok=True)
            self.notes.forget(where)
            with suppress(OSError):  # a folder that still holds something stays, and so do those above it
                for folder in target.relative_to(bucket).parents[:-1]:
                    (bucket / folder).rmdir()

    def page(self, bucket: str, query: Query) -> Page:
        """A page of a bucket's keys; blocking. ObjectMissing when there is no such bucket."""
        if not self.has(bucket):
            raise missing_bucket(bucket)
        self._within_root(self.root / bucket)
        with disk.described():
            return listing.page(self.root / bucket, query)

    def buckets(self) -> dict[str, float]:
        """Names and ages (seconds since the epoch) of all buckets; blocking."""
        with disk.described():
            folders = [each for each in self.root.iterdir() if each.is_dir()] if self.root.is_dir() else []
            return {each.name: each.stat().st_mtime for each in sorted(folders) if each.name[0] != "."}

    def has(self, bucket: str) -> bool:
        """Whether there is such a bucket."""
        return (self.root / bucket).is_dir()

    def remove_bucket(self, bucket: str) -> bool:
        """Delete a bucket unless an object is in it, and say whether; blocking."""
        with disk.described(), self._naming:
            folder = self.root / bucket
            if folder.is_symlink() or next(Walk().keys(folder), None) is not None:
                return False
            for path, _, _ in os.walk(folder, topdown=False):
                try:
                    os.rmdir(path)
                except OSError:  # something that is no object, laid down by hand
                    return False
            self.notes.forget_bucket(bucket)
            return True

    def _head(self, where: ObjectUri, size: int) -> Head:
        descriptor = self.open(where)
        try:
            return Head(os.pread(descriptor, size, 0), os.fstat(descriptor).st_size)
        finally:
            os.close(descriptor)

    def _fetch(self, where: ObjectUri, to: Path, bytes_max: int) -> int:
        source = self.open(where)
        try:
            if os.fstat(source).st_size > bytes_max:
                raise TooLarge(f"the object is larger than {bytes_max} bytes")
            with disk.appearing(to) as target:
                return copy(source, target, bytes_max)
        finally:
            os.close(source)

    def _within_root(self, path: Path) -> None:
        """PermissionDenied when symbolic links lead `path` out of the object folder."""
        if not path.resolve(strict=True).is_relative_to(self.root.resolve()):
            raise PermissionDenied("this object may not be read", "a link leads out of the object folder")


async def hashed(stream: AsyncIterator[bytes], digest: "hashlib._Hash") -> AsyncIterator[bytes]:
    """The same bytes; `digest` has seen them."""
    async for piece in stream:
        digest.update(piece)
        yield piece


def missing(where: ObjectUri) -> ObjectMissing:
    """The error for an object that is not there."""
    return ObjectMissing(
        f"no such object: {where.bucket}/{where.key}", "upload it first: PUT /objects/BUCKET/KEY"
    )


def missing_bucket(bucket: str) -> ObjectMissing:
    """The error for a bucket that is not there."""
    return ObjectMissing(f"no such bucket: {bucket}", "its first upload makes it")


def copy(source: int, target: int, bytes_max: int) -> int:
    """Copy in the kernel, from descriptor to descriptor; TooLarge when the source outgrew `bytes_max`."""
    copied = 0
    while count := os.sendfile(target, source, copied, COPY_BYTES):
        copied += count
        if copied > bytes_max:
            raise TooLarge(f"the object is larger than {bytes_max} bytes")
    return copied
