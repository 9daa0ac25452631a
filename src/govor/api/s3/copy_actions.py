"""Objects, and parts of uploads, that are made of an object which is there already."""

import asyncio
import os
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from starlette.responses import Response

from govor import roles
from govor.api.s3 import body, xml
from govor.api.s3.addressing import Address, copy_source
from govor.api.s3.call import S3Call, answer
from govor.api.s3.limits import Limits
from govor.api.s3.object_actions import pieces_of, unchanged
from govor.errors import S3Refusal
from govor.storage.folders import Stored
from govor.storage.local_store import LocalStore
from govor.storage.multipart import NUMBER_MAX

SOURCE = "x-amz-copy-source"
RANGE = re.compile(r"bytes=([0-9]{1,18})-([0-9]{1,18})")  # unlike GetObject's, with both ends


@dataclass(frozen=True, kw_only=True, slots=True)
class Source:
    """The object to copy from, open for reading."""

    address: Address
    descriptor: int
    stored: Stored


class CopyActions:
    """Actions on `store`, named as in S3's reference. The caller's right to the target was checked before."""

    def __init__(self, store: LocalStore, limits: Limits) -> None:
        self._store = store
        self._limits = limits
        self._bytes_max = limits.object_bytes_max

    async def copy_object(self, call: S3Call) -> Response:
        """Store what another object holds."""
        async with self._source(call) as source:
            await asyncio.to_thread(self._store.owners.claim, call.address.bucket, call.caller.folder_id)
            replaces = (call.header("x-amz-metadata-directive") or "COPY").upper() == "REPLACE"
            if source.address == call.address and not replaces:
                raise S3Refusal("InvalidRequest", "A copy onto itself must replace the metadata.")
            kept = body.headers_to_keep(call.signed) if replaces else source.stored.note.headers
            await asyncio.to_thread(self._limits.require_room, source.stored.size)
            pieces = pieces_of(source.descriptor, 0, source.stored.size)
            stored = await self._store.folders.put(call.address.uri, pieces, self._bytes_max, kept)
        fields = [("LastModified", xml.moment(stored.modified_ns / 1e9)), ("ETag", f'"{stored.etag}"')]
        return await answer("CopyObjectResult", fields)

    async def upload_part_copy(self, call: S3Call) -> Response:
        """A part of an upload that is another object, or a range of it."""
        uploads = self._store.multipart
        upload = await asyncio.to_thread(uploads.find, call.address.uri, call.parameters.get("uploadId", ""))
        number = call.number("partNumber", 0, NUMBER_MAX + 1)
        async with self._source(call) as source:
            first, last = range_of(call.header(f"{SOURCE}-range"), source.stored.size)
            await asyncio.to_thread(self._limits.require_room, last - first)
            pieces = pieces_of(source.descriptor, first, last)
            etag = await uploads.put(upload, number, pieces, self._bytes_max)
        there = await asyncio.to_thread(uploads.parts, upload)
        (modified_ns,) = (part.modified_ns for part in there if part.number == number)
        fields = [("LastModified", xml.moment(modified_ns / 1e9)), ("ETag", f'"{etag}"')]
        return await answer("CopyPartResult", fields)

    @asynccontextmanager
    async def _source(self, call: S3Call) -> AsyncIterator[Source]:
        """The object that the request names, open until the block ends, if the caller has a right to it."""
        address = copy_source(call.header(SOURCE) or "")
        roles.require(call.caller, roles.STORAGE_VIEWER)
        await asyncio.to_thread(self._store.owners.require, address.bucket, call.caller.folder_id)
        folders = self._store.folders
        descriptor = await asyncio.to_thread(folders.open, address.uri)
        try:
            stored = await asyncio.to_thread(folders.stored, address.uri, descriptor)
            if unchanged(call, stored, f"{SOURCE}-"):
                raise S3Refusal("PreconditionFailed", "The object is the one that is not wanted.")
            yield Source(address=address, descriptor=descriptor, stored=stored)
        finally:
            os.close(descriptor)


def range_of(header: str | None, size: int) -> tuple[int, int]:
    """First byte and the one behind the last; raises S3Refusal (InvalidArgument, InvalidRange)."""
    if header is None:
        return 0, size
    if not (found := RANGE.fullmatch(header)):
        raise S3Refusal("InvalidArgument", f"{SOURCE}-range must be bytes=FIRST-LAST.")
    first, last = int(found[1]), int(found[2])
    if not first <= last < size:
        raise S3Refusal("InvalidRange", f"The range is not satisfiable: the object has {size} bytes.")
    return first, last + 1
