"""Uploads: a form, a body, or pieces by the tus protocol."""

import time
from collections.abc import AsyncIterator
from dataclasses import dataclass

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from govor import roles
from govor.api import trace
from govor.api.extensions import parameters, shapes, tus
from govor.api.extensions.answers import answer, gone
from govor.api.extensions.door import PREFIX, Entrance
from govor.api.extensions.form_file import FormFile
from govor.api.rest import limited
from govor.errors import TooLarge
from govor.records import Caller
from govor.storage.uploads import Upload, Uploads

NAME_CHARS_MAX = 1_000
FORM_BYTES_MAX = 1 << 20  # everything in a form but the file
TUS_HEADERS = {tus.RESUMABLE: tus.VERSION}


@dataclass(frozen=True, kw_only=True, slots=True)
class UploadsDoor:
    """Takes recordings in."""

    uploads: Uploads

    def routes(self, entrance: Entrance) -> list[Route]:
        """The paths of this file."""
        one = "/uploads/{upload_id}"
        return [
            Route(f"{PREFIX}/uploads", self.upload_options, methods=["OPTIONS"]),
            Route(PREFIX + one, self.upload_options, methods=["OPTIONS"]),
            entrance.route("/uploads", self.create_upload, "POST"),
            entrance.route(one, self.get_upload, "GET", "HEAD"),
            entrance.route(one, self.append_to_upload, "PATCH"),
            entrance.route(one, self.delete_upload, "DELETE"),
        ]

    async def upload_options(self, request: Request) -> Response:
        """What of tus is served; open to everybody, as the protocol has it."""
        request.scope[trace.METHOD] = "govor.v1/upload_options"
        told = {
            "Tus-Version": tus.VERSION,
            "Tus-Extension": tus.EXTENSIONS,
            "Tus-Max-Size": str(self.uploads.bytes_max),
        }
        return Response(status_code=204, headers=TUS_HEADERS | told)

    async def create_upload(self, request: Request, caller: Caller) -> Response:
        """A whole recording, or the beginning of one."""
        roles.require(caller, roles.STORAGE_UPLOADER)
        if tus.spoken(request.headers):
            return await self.begin(request, caller)
        kind, most = request.headers.get("content-type", ""), self.uploads.bytes_max
        if kind.lower().startswith("multipart/form-data"):
            form = FormFile(kind, limited(request, most + FORM_BYTES_MAX))
            name, stream = await form.open(), form.pieces()
        else:
            name = parameters.limited(request.query_params, "name", NAME_CHARS_MAX)
            stream = limited(request, most)
        made = await self.stored(caller, name, stream)
        return answer(document(made, made.bytes), 201, {"Location": address(made)})

    async def begin(self, request: Request, caller: Caller) -> Response:
        """tus creation, with the first bytes if there are some."""
        size, name = tus.number(request.headers, "Upload-Length"), tus.file_name(request.headers)
        try:
            made = await self.uploads.begin(caller, name, size, now_ms())
        except TooLarge as error:
            raise HTTPException(413, error.message, TUS_HEADERS) from error
        here = 0
        if tus.has_content(request.headers):
            here = await self.uploads.append(made, 0, arriving(request))
        headers = TUS_HEADERS | {"Location": address(made), "Upload-Offset": str(here)}
        return answer(document(made, here), 201, headers)

    async def get_upload(self, request: Request, caller: Caller) -> Response:
        """An upload; by HEAD how far it has come, as tus asks."""
        found = await self.uploads.get(caller, request.path_params["upload_id"])
        here = await self.uploads.received(found)
        if request.method == "GET":
            return answer(document(found, here))
        told = {"Upload-Offset": str(here), "Upload-Length": str(found.bytes), "Cache-Control": "no-store"}
        return Response(status_code=200, headers=TUS_HEADERS | told)

    async def append_to_upload(self, request: Request, caller: Caller) -> Response:
        """The next bytes."""
        tus.require(request.headers)
        roles.require(caller, roles.STORAGE_UPLOADER)
        offset = tus.number(request.headers, "Upload-Offset")
        found = await self.uploads.get(caller, request.path_params["upload_id"])
        stream = arriving(request) if tus.has_content(request.headers) else nothing()
        try:
            here = await self.uploads.append(found, offset, stream)
        except TooLarge as error:
            raise HTTPException(413, "more bytes than Upload-Length", TUS_HEADERS) from error
        return Response(status_code=204, headers=TUS_HEADERS | {"Upload-Offset": str(here)})

    async def delete_upload(self, request: Request, caller: Caller) -> Response:
        """Forget it."""
        roles.require(caller, roles.STORAGE_UPLOADER)
        await self.uploads.delete(caller, request.path_params["upload_id"])
        response = gone()
        response.headers[tus.RESUMABLE] = tus.VERSION
        return response

    async def stored(self, caller: Caller, name: str, stream: AsyncIterator[bytes]) -> Upload:
        """A whole recording in the store; HTTP 413."""
        try:
            return await self.uploads.whole(caller, name, stream, now_ms())
        except TooLarge as error:
            raise HTTPException(413, error.message) from error


async def arriving(request: Request) -> AsyncIterator[bytes]:
    """The body; it ends where the connection does, for what has come is kept."""
    try:
        async for piece in request.stream():
            if piece:
                yield piece
    except ClientDisconnect:
        return


async def nothing() -> AsyncIterator[bytes]:
    """A body without bytes."""
    return
    yield b""


def document(of: Upload, here: int) -> shapes.Document:
    """An upload as the wire has it; `here` is how many bytes have come."""
    return {
        "id": of.id,
        "uri": of.uri,
        "name": of.name,
        "bytes": of.bytes,
        "bytesReceived": here,
        "complete": here == of.bytes,
        "createdAt": shapes.moment(of.created_ms),
    }


def address(of: Upload) -> str:
    """Its own path; relative to the service, whatever proxy stands before it."""
    return f"{PREFIX}/uploads/{of.id}"


def now_ms() -> int:
    """Milliseconds since the epoch."""
    return int(time.time() * 1000)
