"""Recordings of operations: whether they lie in our own store; reading them, deleting what was uploaded."""

import asyncio
import os
from dataclasses import dataclass

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


@dataclass(frozen=True, kw_only=True, slots=True)
class Recordings:
    """Over the store."""

    objects: Objects
    uploads: Uploads

    def ours(self, view: View) -> ObjectUri | None:
        """The object of an operation's recording, if it is one of our own store."""
        if self.objects.local is None or not view.uri:
            return None
        try:
            where = uris.parse(view.uri, self.objects.allowed_hosts, self.objects.origins)
        except GovorError:  # an older service accepted this link
            return None
        return where if isinstance(where, ObjectUri) else None

    async def answer(self, view: View, caller: Caller, request: Request) -> Response:
        """The recording, or the range of it that is asked for; NotFound with the reason."""
        where, local = self.ours(view), self.objects.local
        if where is None or local is None:
            raise NotFound(f"the recording of {view.id} is not kept here", elsewhere(view))
        await asyncio.to_thread(local.owners.require, where.bucket, caller.folder_id)
        descriptor = await asyncio.to_thread(local.folders.open, where)
        try:
            size = os.fstat(descriptor).st_size
            head = await asyncio.to_thread(os.pread, descriptor, sniff.HEAD_BYTES, 0)
            asked = range_of(request.headers.get("range"), size)
        except S3Refusal as error:
            os.close(descriptor)
            headers = {"Content-Range": f"bytes */{size}"}
            raise HTTPException(416, f"the recording has {size} bytes", headers) from error
        except BaseException:
            os.close(descriptor)
            raise
        first, last = asked or (0, size)
        headers = SAFE_HEADERS | {
            "Content-Length": str(last - first),
            "Content-Disposition": disposition(view.name, "", inline=True),
        }
        if asked:
            headers["Content-Range"] = f"bytes {first}-{last - 1}/{size}"
        kind = KINDS.get(found.name(head).declare or AudioEncoding.ANY, OTHER_KIND)
        status = 206 if asked else 200
        return StreamingResponse(closing(descriptor, first, last), status, headers, kind)

    async def forget(self, view: View, caller: Caller) -> None:
        """Delete the recording if it was uploaded here and no other operation has it."""
        if (where := self.ours(view)) is None:
            return
        upload = await asyncio.to_thread(self.uploads.of_object, caller.folder_id, where)
        if upload is not None and not await asyncio.to_thread(self.uploads.used, view.uri, caller.folder_id):
            await self.uploads.delete(caller, upload.id)


def elsewhere(view: View) -> str:
    """Why there is no recording here."""
    if not view.uri:
        return "it came inside its request, and is not kept"
    return "its link leads to another store: read it there"
