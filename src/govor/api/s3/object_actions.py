"""What can be asked of objects: storing, reading, deleting."""

import asyncio
import os
import re
from collections.abc import AsyncIterator
from email.utils import formatdate, parsedate_to_datetime

from starlette.responses import Response, StreamingResponse

from govor.api.s3 import body
from govor.api.s3.addressing import Address
from govor.api.s3.call import S3Call
from govor.api.s3.limits import Limits
from govor.errors import ObjectMissing, S3Refusal
from govor.storage.checksums import HEADER
from govor.storage.folders import FolderBuckets, Stored
from govor.storage.intake import Intake
from govor.storage.local_store import LocalStore

READ_BYTES = 1 << 20  # at a time while answering
RANGE = re.compile(r"bytes=([0-9]{0,18})-([0-9]{0,18})")
# Parameters of a presigned link that change the headers of its answer.
OVERRIDES = {
    f"response-{name}": name
    for name in (
        *("cache-control", "content-disposition", "content-encoding", "content-language", "content-type"),
        "expires",
    )
}
CONTENT_TYPE = "binary/octet-stream"  # S3's, for objects that came without


class ObjectActions:
    """Actions on `store`, named as in S3's reference. The caller's right to the bucket was checked before."""

    def __init__(self, store: LocalStore, limits: Limits) -> None:
        self._store = store
        self._limits = limits
        self._bytes_max = limits.object_bytes_max

    async def put_object(self, call: S3Call) -> Response:
        """Store the body, when it is whole and what its headers promised."""
        intake, where = call.intake(), call.address.uri
        if call.header("if-none-match") == "*":
            await self._require_absent(call)
        await self._claim(call)
        kept = body.headers_to_keep(call.signed)
        pieces = verified(intake, call.stream(), kept)
        stored = await self._store.folders.put(where, pieces, self._bytes_max, kept)
        sums = {HEADER + name: value for name, value in intake.checksums.items()}
        return Response(headers={"ETag": f'"{stored.etag}"', **sums})

    async def get_object(self, call: S3Call) -> Response:
        """The object, or a range of it."""
        return await self._read(call, with_body=True)

    async def head_object(self, call: S3Call) -> Response:
        """What GetObject would say before the body."""
        return await self._read(call, with_body=False)

    async def delete_object(self, call: S3Call) -> Response:
        """The object goes; one that is not there is gone already."""
        require_bucket(self._store.folders, call.address)
        await asyncio.to_thread(self._store.folders.delete, call.address.uri)
        return Response(status_code=204)

    async def _read(self, call: S3Call, *, with_body: bool) -> Response:
        folders, where = self._store.folders, call.address.uri
        require_bucket(folders, call.address)
        descriptor = await asyncio.to_thread(folders.open, where)
        try:
            stored = await asyncio.to_thread(folders.stored, where, descriptor)
            if unchanged(call, stored):
                os.close(descriptor)
                return Response(status_code=304, headers={"ETag": f'"{stored.etag}"'})
            asked = range_of(call.header("range"), stored.size)
        except BaseException:
            os.close(descriptor)
            raise
        partial, (first, last) = asked is not None, asked or (0, stored.size)
        headers = headers_of(call, stored, partial=partial) | {"Content-Length": str(last - first)}
        if partial:
            headers["Content-Range"] = f"bytes {first}-{last - 1}/{stored.size}"
        status = 206 if partial else 200
        if not with_body:
            os.close(descriptor)
            return Response(status_code=status, headers=headers)
        return StreamingResponse(closing(descriptor, first, last), status, headers)

    async def _claim(self, call: S3Call) -> None:
        bucket, folder_id = call.address.bucket, call.caller.folder_id
        await asyncio.to_thread(self._store.owners.claim, bucket, folder_id)

    async def _require_absent(self, call: S3Call) -> None:
        try:
            await asyncio.to_thread(self._store.folders.look, call.address.uri)
        except ObjectMissing:
            return
        raise S3Refusal("PreconditionFailed", "The object exists already.")


async def verified(
    intake: Intake, stream: AsyncIterator[bytes], kept: dict[str, str]
) -> AsyncIterator[bytes]:
    """The object's bytes; their checksums join what is kept once they are known to be right."""
    async for piece in intake.decoded(stream):
        yield piece
    kept |= {HEADER + name: value for name, value in intake.checksums.items()}


def require_bucket(folders: FolderBuckets, address: Address) -> None:
    """NoSuchBucket unless it is there."""
    if not folders.has(address.bucket):
        raise S3Refusal("NoSuchBucket", "The specified bucket does not exist.")


def unchanged(call: S3Call, stored: Stored, prefix: str = "") -> bool:
    """Whether the client has it already; raises S3Refusal when it asked for another one than this.

    `prefix` stands before the names of the headers.
    """
    etag, modified = f'"{stored.etag}"', stored.modified_ns // 10**9
    wanted, known = call.header(f"{prefix}if-match"), call.header(f"{prefix}if-none-match")
    if wanted is not None:
        require(wanted in ("*", etag, stored.etag))
    elif (since := moment_of(call.header(f"{prefix}if-unmodified-since"))) is not None:
        require(modified <= since)
    if known is not None:
        return known in ("*", etag, stored.etag)
    since = moment_of(call.header(f"{prefix}if-modified-since"))
    return since is not None and modified <= since


def require(met: bool) -> None:
    """PreconditionFailed unless a condition of the request is met."""
    if not met:
        raise S3Refusal("PreconditionFailed", "At least one of the preconditions you specified did not hold.")


def moment_of(value: str | None) -> float | None:
    """Seconds since the epoch of an HTTP date; None for none, or what is none."""
    try:
        return parsedate_to_datetime(value).timestamp() if value else None
    except ValueError:
        return None


def range_of(value: str | None, size: int) -> tuple[int, int] | None:
    """First byte and the one behind the last; None for no range, or several. Raises S3Refusal."""
    found = RANGE.fullmatch(value.strip()) if value else None
    if found is None or not any(found.groups()):
        return None
    if not found[1]:  # the last so many
        first, last = max(0, size - int(found[2])), size
    else:
        first, last = int(found[1]), min(int(found[2]) + 1, size) if found[2] else size
    if first >= size or last <= first:
        raise S3Refusal(
            "InvalidRange", f"The requested range is not satisfiable: the object has {size} bytes."
        )
    return first, last


def headers_of(call: S3Call, stored: Stored, *, partial: bool) -> dict[str, str]:
    """What is told of an object."""
    wants_checksums = (call.header("x-amz-checksum-mode") or "").upper() == "ENABLED" and not partial
    kept = {
        name: value
        for name, value in stored.note.headers.items()
        if wants_checksums or not name.startswith(HEADER)
    }
    overrides = {
        header: call.parameters[name] for name, header in OVERRIDES.items() if name in call.parameters
    }
    told = {"content-type": CONTENT_TYPE} | kept | overrides
    for value in overrides.values():
        if not value.isprintable() or not value.isascii():
            raise S3Refusal("InvalidArgument", "A header of the answer must be printable ASCII.")
    return told | {
        "ETag": f'"{stored.etag}"',
        "Last-Modified": formatdate(stored.modified_ns // 10**9, usegmt=True),
        "Accept-Ranges": "bytes",
    }


async def pieces_of(descriptor: int, first: int, last: int) -> AsyncIterator[bytes]:
    """The bytes of an open file from `first` to before `last`, read off the event loop."""
    while first < last:
        piece = await asyncio.to_thread(os.pread, descriptor, min(READ_BYTES, last - first), first)
        if not piece:
            raise S3Refusal("InternalError", "The object became shorter while it was read.")
        first += len(piece)
        yield piece


async def closing(descriptor: int, first: int, last: int) -> AsyncIterator[bytes]:
    """The same, and the file is closed however it ends."""
    try:
        async for piece in pieces_of(descriptor, first, last):
            yield piece
    finally:
        os.close(descriptor)
