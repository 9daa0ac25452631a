"""Recordings of operations: whether they lie in a bucket of ours, reading them, deleting uploaded ones."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from functools import partial

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from govor.api.extensions.file_names import disposition
from govor.api.s3.object_actions import closing, range_of
from govor.audio import found, sniff
from govor.errors import GovorError, NotFound, S3Refusal
from govor.overview import View
from govor.records import AudioEncoding, Caller
from govor.storage import uris
from govor.storage.objects import Objects
from govor.storage.uploads import Uploads
from govor.storage.uris import ObjectUri

# By what the file is found to be; nothing that a browser could run is ever named.
KINDS = {
    AudioEncoding.OGG_OPUS: "audio/ogg",
    AudioEncoding.MP3: "audio/mpeg",
    AudioEncoding.LINEAR16_PCM: "audio/wav",  # only with a header is it recognised by its content
}
OTHER_KIND = "application/octet-stream"
SAFE_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "Cache-Control": "private, no-cache",
    "Accept-Ranges": "bytes",
}


# What is sent of buckets on another server, whose key the folders may share, unless it was uploaded here:
# sound, as its first bytes say. Whoever may have it recognised may hear it; nothing else leaves the bucket.
SOUNDS = ("FLAC", "M4A/MP4", "AMR", "WebM", "Matroska", "Vorbis in Ogg", "a WAV file")


@dataclass(frozen=True, kw_only=True, slots=True)
class Source:
    """A recording to read; `pieces` yields its bytes from one to before another, and closes it."""

    size: int  # bytes
    head: bytes  # its first sniff.HEAD_BYTES
    pieces: Callable[[int, int], AsyncIterator[bytes]]
    close: Callable[[], None] = lambda: None  # where `pieces` was not called


@dataclass(frozen=True, kw_only=True, slots=True)
class Recordings:
    """Over the store."""

    objects: Objects
    uploads: Uploads

    def ours(self, view: View) -> ObjectUri | None:
        """The object of an operation's recording, if it is in a bucket that we can read without its link."""
        if not view.uri:
            return None
        try:
            where = uris.parse(view.uri, self.objects.allowed_hosts, self.objects.origins)
        except GovorError:  # an older service accepted this link
            return None
        if not isinstance(where, ObjectUri) or where.bucket == self.objects.kept_bucket:
            return None
        remote = self.objects.remote
        return where if remote is None or remote.keyed(where.bucket, view.folder_id) else None

    async def answer(self, view: View, caller: Caller, request: Request) -> Response:
        """The recording, or the range of it that is asked for; NotFound with the reason."""
        if (where := self.ours(view)) is None:
            raise NotFound(f"the recording of {view.id} is not kept here", elsewhere(view))
        source = await self.source(where, caller)
        try:
            asked = range_of(request.headers.get("range"), source.size)
        except S3Refusal as error:
            source.close()
            headers = {"Content-Range": f"bytes */{source.size}"}
            raise HTTPException(416, f"the recording has {source.size} bytes", headers) from error
        first, last = asked or (0, source.size)
        headers = SAFE_HEADERS | {
            "Content-Length": str(last - first),
            "Content-Disposition": disposition(view.name, "", inline=True),
        }
        if asked:
            headers["Content-Range"] = f"bytes {first}-{last - 1}/{source.size}"
        kind = KINDS.get(found.name(source.head).declare or AudioEncoding.ANY, OTHER_KIND)
        return StreamingResponse(source.pieces(first, last), 206 if asked else 200, headers, kind)

    async def source(self, where: ObjectUri, caller: Caller) -> Source:
        """What there is to read, if the caller's folder may; NotFound, PermissionDenied, StorageFailed."""
        if (local := self.objects.local) is not None:
            await asyncio.to_thread(local.owners.require, where.bucket, caller.folder_id)
            return await opened(await asyncio.to_thread(local.folders.open, where))
        remote, folder_id = self.objects.remote, caller.folder_id
        assert remote is not None
        head = await remote.head(where, sniff.HEAD_BYTES, folder_id)
        if await asyncio.to_thread(self.uploads.of_object, folder_id, where) is None and not is_sound(head):
            raise NotFound("this object is not sent", "its first bytes do not say that it is a recording")
        read = partial(remote.read, where, folder_id=folder_id)
        return Source(size=head.size, head=head, pieces=lambda first, last: read(first, last))

    async def forget(self, view: View, caller: Caller) -> None:
        """Delete the recording if it was uploaded here and no other operation has it."""
        if (where := self.ours(view)) is None:
            return
        upload = await asyncio.to_thread(self.uploads.of_object, caller.folder_id, where)
        if upload is not None and not await asyncio.to_thread(self.uploads.used, view.uri, caller.folder_id):
            await self.uploads.delete(caller, upload.id)


async def opened(descriptor: int) -> Source:
    """A file, which is closed when its pieces end."""
    try:
        size = os.fstat(descriptor).st_size
        head = await asyncio.to_thread(os.pread, descriptor, sniff.HEAD_BYTES, 0)
    except BaseException:
        os.close(descriptor)
        raise
    return Source(
        size=size, head=head, pieces=partial(closing, descriptor), close=partial(os.close, descriptor)
    )


def is_sound(head: bytes) -> bool:
    """Whether a file that begins so is a recording, beyond chance."""
    named = found.name(head)
    return named.certain and (named.declare is not None or named.what.startswith(SOUNDS))


def elsewhere(view: View) -> str:
    """Why there is no recording here."""
    if not view.uri:
        return "it came inside its request, and is not kept"
    return "its link leads to where this service has no key of its own: read it there"
