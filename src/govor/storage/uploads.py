"""Uploads: recordings on their way into the store, in one go or in pieces.

Rule 1: an upload belongs to a folder; for every other one it does not exist.
Rule 2: one in pieces grows in DATA_DIR/uploads/ID, and the size of that file is how far it has come: what a
        crash left is gone on with. Its object appears whole, with the last byte.
Rule 3: what people call a file decides nothing: the object's key begins with an id of ours.
"""

import asyncio
import contextlib
import errno
import hashlib
import os
import re
import shutil
from collections.abc import AsyncIterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any
from weakref import WeakValueDictionary

import sqlalchemy as sa

from govor.errors import BadRequest, Conflict, NotFound, TooLarge
from govor.records import Caller
from govor.storage import disk, journal
from govor.storage.database import FOLDER_CHARS_MAX, ID_CHARS, Database, metadata, new_id
from govor.storage.notes import Note
from govor.storage.objects import Objects, uri_of
from govor.storage.owners import upload_bucket
from govor.storage.uris import CONTROL, ObjectUri

PARTS = "uploads"  # the folder of unfinished uploads in the data directory
NAME_BYTES_MAX = 200  # file systems take 255, and a key is longer than its name
READ_BYTES = 1 << 20  # at a time, from our disk into another store
TURNED = re.compile(r"[\u200e\u200f\u202a-\u202e\u2066-\u2069]")  # makes "gpj.exe" read like "exe.jpg"
SEPARATOR = re.compile(r"[/\\]")
FORGET_AT_ONCE = 500

upload = sa.Table(
    "govor_upload",
    metadata,
    sa.Column("id", sa.String(ID_CHARS), primary_key=True),
    sa.Column("folder_id", sa.String(FOLDER_CHARS_MAX), nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("bucket", sa.String(63), nullable=False),
    sa.Column("key", sa.Text, nullable=False),
    sa.Column("bytes", sa.BigInteger, nullable=False),
    sa.Column("complete", sa.Boolean, nullable=False),
    sa.Column("created_ms", sa.BigInteger, nullable=False),
)
sa.Index("govor_upload_age", upload.c.created_ms)


@dataclass(frozen=True, kw_only=True, slots=True)
class Upload:
    """One recording; `bytes` of the whole of it."""

    id: str
    folder_id: str
    name: str
    bucket: str
    key: str
    bytes: int
    complete: bool
    created_ms: int

    @property
    def uri(self) -> str:
        """The link to submit."""
        return uri_of(self.bucket, self.key)

    @property
    def where(self) -> ObjectUri:
        """The object that it is, or becomes."""
        return ObjectUri(bucket=self.bucket, key=self.key)


class Uploads:
    """The table, the unfinished files, and the way into the store."""

    def __init__(self, objects: Objects, database: Database) -> None:
        self.objects = objects
        self.bytes_max = objects.settings.object_bytes_max
        self._database = database
        self._root = objects.settings.data_path / PARTS
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def whole(self, caller: Caller, name: str, stream: AsyncIterator[bytes], now_ms: int) -> Upload:
        """Store a recording that comes in one go, whole or not at all. Raises what Objects.put does."""
        made = self._new(caller, name, 0, now_ms)
        receipt = await self.objects.put(made.bucket, made.key, stream, folder_id=caller.folder_id)
        done = replace(made, bytes=receipt.size, complete=True)
        await asyncio.to_thread(self._insert, done)
        return done

    async def begin(self, caller: Caller, name: str, size: int, now_ms: int) -> Upload:
        """Expect a recording of `size` bytes in pieces; TooLarge, StorageFailed for a full disk."""
        if size > self.bytes_max:
            raise TooLarge(f"the object is larger than {self.bytes_max} bytes")
        made = self._new(caller, name, size, now_ms)
        await asyncio.to_thread(self._prepare, made)
        await asyncio.to_thread(self._insert, made)
        return await self._finished(made) if size == 0 else made

    async def get(self, caller: Caller, upload_id: str) -> Upload:
        """An upload of the caller's folder; NotFound."""
        found = await asyncio.to_thread(self._read, caller.folder_id, upload_id)
        if found is None:
            raise NotFound(f"Upload {upload_id[:ID_CHARS]!r} not found")
        return found

    async def received(self, of: Upload) -> int:
        """How many bytes are here; 0 when its file was lost."""
        if of.complete:
            return of.bytes
        part = self._part(of.id)
        return await asyncio.to_thread(lambda: part.stat().st_size if part.exists() else 0)

    async def append(self, of: Upload, offset: int, stream: AsyncIterator[bytes]) -> int:
        """Add bytes; returns how many there are then. What came before a broken connection stays.

        Raises Conflict when `offset` is not where it stands or another request is adding, TooLarge.
        """
        lock = self._locks.setdefault(of.id, asyncio.Lock())
        if lock.locked():
            raise Conflict("another request is sending this upload", "wait for it, then ask how far it came")
        async with lock:
            here = await self.received(of)
            if offset != here:
                raise Conflict(f"the upload stands at {here} bytes, not at {offset}", "go on from there")
            if not of.complete:
                here = await self._write(of, here, stream)
                if here == of.bytes:
                    await self._finished(of)
            return here

    async def delete(self, caller: Caller, upload_id: str) -> None:
        """Forget an upload and its bytes; NotFound."""
        await self._remove(await self.get(caller, upload_id))

    async def forget(self, before_ms: int) -> int:
        """Delete uploads that are older, finished or not; returns how many."""
        asked = sa.select(upload).where(upload.c.created_ms < before_ms).limit(FORGET_AT_ONCE)

        def old() -> list[Upload]:
            with self._database.connect() as connection:
                return [upload_of(row) for row in connection.execute(asked)]

        found = await asyncio.to_thread(old)
        for each in found:
            await self._remove(each)
        await asyncio.to_thread(self._sweep, before_ms)
        return len(found)

    def of_object(self, folder_id: str, where: ObjectUri) -> Upload | None:
        """The upload that made an object; blocking."""
        found = self._read(folder_id, where.key.partition("/")[0])
        return found if found is not None and found.where == where else None

    def used(self, uri: str, folder_id: str) -> bool:
        """Whether an operation of the folder has this recording; blocking."""
        asked = sa.select(journal.operation.c.id).where(
            journal.operation.c.folder_id == folder_id, journal.operation.c.uri == uri
        )
        with self._database.connect() as connection:
            return connection.execute(asked.limit(1)).first() is not None

    def _new(self, caller: Caller, name: str, size: int, now_ms: int) -> Upload:
        if self.objects.local is None and not self.objects.settings.upload_bucket:
            raise no_bucket()
        identity = new_id("upl")
        bucket = self.objects.settings.upload_bucket or upload_bucket(caller.folder_id)
        safe = safe_name(name)
        return Upload(
            id=identity,
            folder_id=caller.folder_id,
            name=safe,
            bucket=bucket,
            key=f"{identity}/{safe}",
            bytes=size,
            complete=False,
            created_ms=now_ms,
        )

    def _part(self, upload_id: str) -> Path:
        return self._root / upload_id

    def _prepare(self, made: Upload) -> None:
        settings = self.objects.settings
        with disk.described():
            self._root.mkdir(parents=True, exist_ok=True)
            disk.require_free(self._root, settings.disk_free_bytes_min + made.bytes)
            self._part(made.id).touch()

    def _sweep(self, before_ms: int) -> None:
        """Delete old pieces whose upload ended on another machine of the fleet, or began again there."""
        for part in self._root.iterdir() if self._root.exists() else ():
            with disk.described(), contextlib.suppress(FileNotFoundError):
                if part.stat().st_mtime * 1000 < before_ms:
                    part.unlink()

    async def _write(self, of: Upload, here: int, stream: AsyncIterator[bytes]) -> int:
        with disk.described():
            self._root.mkdir(parents=True, exist_ok=True)  # it may have begun on another machine
            flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC
            descriptor = os.open(self._part(of.id), flags, 0o640)
            try:
                return here + await disk.write_stream(descriptor, stream, bytes_max=of.bytes - here)
            finally:
                os.close(descriptor)

    async def _finished(self, of: Upload) -> Upload:
        """The last byte is here: make it an object."""
        part = self._part(of.id)
        if (local := self.objects.local) is not None:
            await asyncio.to_thread(local.owners.claim, of.bucket, of.folder_id)
            await asyncio.to_thread(self._move, part, of.where)
        else:
            await self.objects.put(of.bucket, of.key, pieces(part), folder_id=of.folder_id)
        await asyncio.to_thread(self._complete, of.id)
        await asyncio.to_thread(part.unlink, missing_ok=True)
        return replace(of, complete=True)

    def _move(self, part: Path, where: ObjectUri) -> None:
        assert self.objects.local is not None
        folders = self.objects.local.folders
        with disk.described():
            with part.open("rb") as file:
                digest = hashlib.file_digest(file, lambda: hashlib.md5(usedforsecurity=False))
            partial = folders.prepare(where)
            try:
                os.rename(part, partial)
            except OSError as error:
                if error.errno != errno.EXDEV:  # the store is on a disk of its own
                    raise
                shutil.copyfile(part, partial)
        folders.place(where, partial, Note(etag=digest.hexdigest()))

    async def _remove(self, of: Upload) -> None:
        part = self._part(of.id)
        with disk.described():
            await asyncio.to_thread(part.unlink, missing_ok=True)
        if of.complete:
            await self.objects.delete(of.where, folder_id=of.folder_id)
        gone = sa.delete(upload).where(upload.c.id == of.id)

        def drop() -> None:
            with self._database.begin() as connection:
                connection.execute(gone)

        await asyncio.to_thread(drop)

    def _insert(self, made: Upload) -> None:
        with self._database.begin() as connection:
            connection.execute(sa.insert(upload).values(asdict(made)))

    def _complete(self, upload_id: str) -> None:
        with self._database.begin() as connection:
            connection.execute(sa.update(upload).where(upload.c.id == upload_id).values(complete=True))

    def _read(self, folder_id: str, upload_id: str) -> Upload | None:
        asked = sa.select(upload).where(upload.c.id == upload_id, upload.c.folder_id == folder_id)
        with self._database.connect() as connection:
            row = connection.execute(asked).first()
        return upload_of(row) if row is not None else None


def upload_of(row: Any) -> Upload:
    """An Upload from its row."""
    return Upload(**row._asdict())


def safe_name(name: str) -> str:
    """What a hostile file name becomes: its last part, without controls, of bounded length; never empty."""
    last = SEPARATOR.split(TURNED.sub("", CONTROL.sub("", name)))[-1].strip().strip(".")
    kept = last.encode("utf-8", "replace")
    if len(kept) > NAME_BYTES_MAX:
        stem, dot, suffix = last.rpartition(".")
        ending = f"{dot}{suffix}".encode("utf-8", "replace") if stem and len(suffix) <= 10 else b""
        kept = kept[: NAME_BYTES_MAX - len(ending)].decode("utf-8", "ignore").encode() + ending
    return kept.decode("utf-8", "ignore") or "recording"


async def pieces(path: Path) -> AsyncIterator[bytes]:
    """A file's bytes, read off the event loop."""
    with path.open("rb") as file:
        while piece := await asyncio.to_thread(file.read, READ_BYTES):
            yield piece


def no_bucket() -> BadRequest:
    """The error where buckets are on another server and none is named for uploads."""
    return BadRequest(
        "this service takes no uploads", "its operator has to name a bucket: GOVOR_UPLOAD_BUCKET"
    )
