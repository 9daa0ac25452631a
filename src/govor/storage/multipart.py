"""Uploads that come in parts. ROOT/.multipart/ID/ holds what is told at the beginning, and each part:

    about.json           bucket, key, headers
    00007-MD5            part 7; a second part 7 takes its place

Rule 1: a part is a file that appeared whole; its name says what its bytes are.
Rule 2: the object appears when all parts are joined, and only then; what is left of an upload that nobody
        finished goes after ABANDONED_SECONDS, when somebody else begins one.
"""

import asyncio
import hashlib
import json
import os
import re
import secrets
import shutil
import time
import uuid
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from govor.errors import BadRequest, S3Refusal, TooLarge
from govor.storage import disk
from govor.storage.folders import COPY_BYTES, INCOMING, FolderBuckets, Stored, hashed
from govor.storage.notes import Note
from govor.storage.uris import ObjectUri

FOLDER = ".multipart"  # no bucket's name starts with a dot
ABOUT = "about.json"
ID = re.compile(r"[0-9a-f]{32}")
PART = re.compile(r"([0-9]{5})-([0-9a-f]{32})")
NUMBER_MAX = 10_000  # S3's
PART_BYTES_MIN = 5 << 20  # S3's, for every part but the last; clients rely on being told
ABANDONED_SECONDS = 7 * 24 * 3600  # as long as S3's users usually set; a client that pauses a week gave up


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """A part that is there."""

    number: int
    etag: str  # its MD5, without quotes
    size: int  # bytes
    modified_ns: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Upload:
    """An upload that was begun."""

    id: str
    where: ObjectUri
    headers: Mapping[str, str]
    begun_ns: int


class Multipart:
    """Uploads in parts into the buckets of `folders`. Everything but `put` blocks."""

    def __init__(self, folders: FolderBuckets, clock: Callable[[], float] = time.time) -> None:
        self._folders = folders
        self._root = folders.root / FOLDER
        self._clock = clock

    def begin(self, where: ObjectUri, headers: Mapping[str, str]) -> str:
        """The id of a new upload."""
        self._sweep()
        self._folders.prepare(where)  # what no object can be called is refused before the bytes come
        upload_id = secrets.token_hex(16)
        with disk.appearing(self._root / upload_id / ABOUT) as descriptor:
            text = json.dumps([where.bucket, where.key, dict(headers)])
            disk.write_all(descriptor, text.encode())
        return upload_id

    def find(self, where: ObjectUri, upload_id: str) -> Upload:
        """The upload of this object; raises S3Refusal (NoSuchUpload)."""
        upload = self._read(upload_id) if ID.fullmatch(upload_id) else None
        if upload is None or upload.where != where:
            raise S3Refusal(
                "NoSuchUpload", "The specified upload does not exist: completed, aborted or expired."
            )
        return upload

    async def put(self, upload: Upload, number: int, stream: AsyncIterator[bytes], bytes_max: int) -> str:
        """Store a part; returns its ETag. `bytes_max` is for all parts together."""
        if not 0 < number <= NUMBER_MAX:
            raise S3Refusal("InvalidArgument", f"Part number must be from 1 to {NUMBER_MAX}.")
        folder, digest = self._root / upload.id, hashlib.md5(usedforsecurity=False)
        there = await asyncio.to_thread(self.parts, upload)
        others = sum(part.size for part in there if part.number != number)
        partial = folder / f"{uuid.uuid4().hex}.partial"
        with disk.growing(partial) as descriptor:
            await disk.write_stream(descriptor, hashed(stream, digest), bytes_max=bytes_max - others)
            os.replace(partial, folder / f"{number:05}-{digest.hexdigest()}")
        for part in self.parts(upload):
            if part.number == number and part.etag != digest.hexdigest():
                self._path(upload, part).unlink(missing_ok=True)
        return digest.hexdigest()

    def parts(self, upload: Upload) -> list[Part]:
        """The parts that are there, by number."""
        return sorted(self._parts(upload), key=lambda part: part.number)

    def complete(self, upload: Upload, chosen: Sequence[tuple[int, str]], bytes_max: int) -> Stored:
        """Join the chosen parts, (number, ETag) each, into the object. Raises S3Refusal, TooLarge."""
        parts = check_parts(self.parts(upload), chosen)
        if sum(part.size for part in parts) > bytes_max:
            raise TooLarge(f"the object is larger than {bytes_max} bytes")
        digests = hashlib.md5(b"".join(bytes.fromhex(part.etag) for part in parts), usedforsecurity=False)
        note = Note(etag=f"{digests.hexdigest()}-{len(parts)}", headers=upload.headers)
        partial = self._folders.prepare(upload.where)
        with disk.growing(partial) as descriptor:
            for part in parts:
                append(self._path(upload, part), descriptor)
            os.fsync(descriptor)
            stored = self._folders.place(upload.where, partial, note)
        self.abort(upload)
        return stored

    def abort(self, upload: Upload) -> None:
        """Forget an upload and its parts."""
        shutil.rmtree(self._root / upload.id, ignore_errors=True)

    def uploads(self, bucket: str) -> list[Upload]:
        """What was begun in a bucket and neither finished nor aborted, by key."""
        names = os.listdir(self._root) if self._root.is_dir() else []
        found = [each for each in map(self._read, names) if each and each.where.bucket == bucket]
        return sorted(found, key=lambda upload: (upload.where.key, upload.begun_ns))

    def _read(self, upload_id: str) -> Upload | None:
        path = self._root / upload_id / ABOUT
        try:
            bucket, key, headers = json.loads(path.read_bytes())
            begun_ns = path.stat().st_mtime_ns
        except (FileNotFoundError, NotADirectoryError):
            return None
        return Upload(
            id=upload_id, where=ObjectUri(bucket=bucket, key=key), headers=headers, begun_ns=begun_ns
        )

    def _parts(self, upload: Upload) -> Iterator[Part]:
        try:
            with os.scandir(self._root / upload.id) as scan:
                for entry in scan:
                    if found := PART.fullmatch(entry.name):
                        about = entry.stat()
                        yield Part(
                            number=int(found[1]),
                            etag=found[2],
                            size=about.st_size,
                            modified_ns=about.st_mtime_ns,
                        )
        except FileNotFoundError as error:
            raise S3Refusal("NoSuchUpload", "The upload was completed or aborted meanwhile.") from error

    def _path(self, upload: Upload, part: Part) -> Path:
        return self._root / upload.id / f"{part.number:05}-{part.etag}"

    def _sweep(self) -> None:
        """Drop what was abandoned: uploads, and files that were growing when the service was killed."""
        oldest = self._clock() - ABANDONED_SECONDS
        for folder in (self._root, self._folders.root / INCOMING):
            for path in folder.iterdir() if folder.is_dir() else ():
                try:
                    if path.stat().st_mtime >= oldest:  # of a folder: since its last part came
                        continue
                except FileNotFoundError:
                    continue
                if path.is_dir():
                    shutil.rmtree(path, ignore_errors=True)
                else:
                    path.unlink(missing_ok=True)


def check_parts(there: Sequence[Part], chosen: Sequence[tuple[int, str]]) -> list[Part]:
    """The chosen parts; raises S3Refusal when one is missing, too small or out of order."""
    if not chosen:
        raise S3Refusal("MalformedXML", "You must specify at least one part.")
    by_name = {(part.number, part.etag): part for part in there}
    numbers = [number for number, _ in chosen]
    if numbers != sorted(set(numbers)):
        raise S3Refusal("InvalidPartOrder", "The list of parts was not in ascending order.")
    try:
        parts = [by_name[number, etag] for number, etag in chosen]
    except KeyError as error:
        raise S3Refusal("InvalidPart", f"A part was not found, or its ETag is another: {error}.") from error
    if any(part.size < PART_BYTES_MIN for part in parts[:-1]):
        raise S3Refusal("EntityTooSmall", f"Every part but the last has at least {PART_BYTES_MIN} bytes.")
    return parts


def append(source: Path, target: int) -> None:
    """Copy a file in the kernel to where `target` stands."""
    try:
        with source.open("rb") as file:
            copied = 0
            while count := os.sendfile(target, file.fileno(), copied, COPY_BYTES):
                copied += count
    except FileNotFoundError as error:
        raise BadRequest("the upload was aborted meanwhile") from error
