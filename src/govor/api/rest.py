"""The REST door: the methods of gateway.py as Starlette routes.

A body is JSON whatever its Content-Type says (curl's default is a form), an answer always application/json,
unless a caller asks for a stream of answers as application/x-ndjson: one {"result": …} on each line.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus

from google.protobuf.message import Message
from google.rpc import status_pb2
from starlette import routing
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response, StreamingResponse

from govor.api import (
    admission,
    content_coding,
    gateway,
    guesses,
    hot_words,
    lenient_json,
    proto_json,
    trace,
    v2_json,
    wire_errors,
    wishes,
)
from govor.api.auth import Doorkeeper, check_folder
from govor.api.call import Call, CallIds, idempotency_key
from govor.api.rendering import rendered, streamed
from govor.api.request_target import ApiRoute
from govor.errors import BadRequest, GovorError
from govor.records import Caller, Operation

Endpoint = Callable[[Request], Awaitable[Response]]
JSON, JSON_LINES = "application/json", "application/x-ndjson"
# A body longer than this (inline audio) is parsed in a thread, and one at a time: it takes several times its
# size in memory and a tenth of a second or more.
BODY_BYTES_AT_ONCE = 1 << 20
OPEN_BODY_BYTES_MAX = 64 << 10  # what strangers may send: a JWT has at most 8,000 characters


@dataclass(frozen=True, kw_only=True, slots=True)
class RestDoor:
    """Turns HTTP requests into calls of servicers, and what they answer or raise into HTTP answers."""

    doorkeeper: Doorkeeper
    style: v2_json.Style
    strict: bool
    body_bytes_max: int
    long_body: asyncio.Lock = field(default_factory=asyncio.Lock)

    def routes(self, table: Iterable[gateway.Method]) -> list[routing.Route]:
        """Every HTTP binding of every method."""
        return [
            ApiRoute(route.path, self._endpoint(route, method), methods=[route.verb])
            for route, method in gateway.routes(table)
        ]

    async def admit(self, request: Request) -> Caller:
        """Who calls; raises what Doorkeeper.admit does, and for a foreign folder in `x-folder-id`."""
        caller = await self.doorkeeper.admit(request.headers.get("authorization"), source_of(request))
        check_folder(caller, request.headers.get("x-folder-id", ""))
        return caller

    def _endpoint(self, route: gateway.Route, method: gateway.Method) -> Endpoint:
        async def endpoint(request: Request) -> Response:
            request.scope[trace.METHOD] = method.full_name
            request.scope[trace.STREAMS] = method.server_streams
            call = Call(
                ids=ids(request),
                # Before the body: strangers cannot make us read 80 MB.
                caller=await admission.admitted(self.doorkeeper, method, request.headers, source_of(request)),
                host=request.headers.get("host", ""),
                idempotency_key=idempotency_key(request.headers),
                hot_words=hot_words.of(request.headers),
                wishes=wishes.of(request.headers),
                strict=self.strict,
            )
            message = method.request()
            if route.has_body:
                known = method.full_name not in admission.OPEN
                body = await self._body(request, self.body_bytes_max if known else OPEN_BODY_BYTES_MAX)
                self._report(call, await self._read(body, message))
            else:  # unknown query parameters are nobody's business
                lenient_json.fill(message, {**request.query_params, **request.path_params})
            return await self._answer(await method.serve(message, call), call, request)

        return endpoint

    async def _body(self, request: Request, bytes_max: int) -> bytes:
        body, coding = bytearray(), request.headers.get("content-encoding", "")
        async for part in content_coding.plain(limited(request, bytes_max), coding, bytes_max):
            body += part
        return bytes(body)

    def _report(self, call: Call, unknown: list[str]) -> None:
        if unknown and self.strict:
            raise BadRequest(f"unknown field: {unknown[0]}", "strict mode is on (GOVOR_STRICT)")
        if unknown:
            call.warn("unknown fields are ignored: " + ", ".join(unknown))

    async def _read(self, body: bytes, message: Message) -> list[str]:
        if len(body) <= BODY_BYTES_AT_ONCE:
            return lenient_json.read(body, message)
        async with self.long_body:
            return await asyncio.to_thread(lenient_json.read, body, message)

    async def _answer(self, answer: gateway.Answer, call: Call, request: Request) -> Response:
        headers = dict(call.warning_headers())
        if isinstance(answer, Operation | Message):
            return Response(await rendered(self._written, answer), 200, headers, JSON)
        wanted = JSON_LINES if JSON_LINES in request.headers.get("accept", "") else JSON
        return StreamingResponse(_lines(answer), 200, headers, wanted)

    def _written(self, answer: gateway.Answer) -> bytes:
        if isinstance(answer, Operation):
            error = wire_errors.failure_document(answer.failure)
            return v2_json.write_operation(answer, error, self.style)
        assert isinstance(answer, Message)
        return proto_json.write(answer).encode()


async def limited(request: Request, bytes_max: int) -> AsyncGenerator[bytes, None]:
    """The body part by part; HTTP 413 as soon as it is known to be too long."""
    message = f"the body is longer than {bytes_max} bytes"
    declared = request.headers.get("content-length", "0")
    if declared.isdecimal() and int(declared) > bytes_max:
        raise HTTPException(413, message)
    received = 0
    async for part in request.stream():
        received += len(part)
        if received > bytes_max:
            raise HTTPException(413, message)
        yield part


async def _lines(messages: Iterable[Message]) -> AsyncIterator[bytes]:
    """{"result": …} on one line for each message: clients split at line ends."""
    async for batch in streamed(proto_json.write, messages):
        yield "".join(f'{{"result":{text}}}\n' for text in batch).encode()


def source_of(request: Request) -> str:
    """Where a request comes from, as guesses of keys are counted."""
    return guesses.source(request.client.host) if request.client else ""


def ids(request: Request) -> CallIds:
    """The identifiers that Trace gave this request."""
    found: CallIds = request.scope[trace.IDS]
    return found


def answer_error(request: Request, error: Exception) -> Response:
    """One of our errors."""
    assert isinstance(error, GovorError)
    status = wire_errors.status(error, ids(request).request_id)
    http_status = wire_errors.HTTP_STATUS[status.code]
    headers: dict[str, str] = {}
    if seconds := wire_errors.retry_seconds(error):
        headers["Retry-After"] = str(seconds)
    if http_status == HTTPStatus.UNAUTHORIZED:
        headers["WWW-Authenticate"] = "Api-Key"
    return _error(request, status, http_status, headers)


def answer_http_error(request: Request, error: Exception) -> Response:
    """An error of HTTP itself, in the same shape."""
    assert isinstance(error, HTTPException)
    phrase = HTTPStatus(error.status_code).phrase
    detail = "" if error.detail == phrase else error.detail
    request_id = ids(request).request_id
    status = wire_errors.transport_status(error.status_code, phrase, detail, request_id)
    return _error(request, status, error.status_code, error.headers or {})


def answer_fault(request: Request, _: Exception) -> Response:
    """A fault of ours; Starlette raises it again, and trace.py logs it."""
    return _error(request, wire_errors.internal_status(ids(request).request_id), 500, {})


def answer_disconnect(_: Request, __: Exception) -> Response:
    """Nobody listens any more; the status is for our own log."""
    return Response(status_code=499)


ERROR_ANSWERS: Mapping[type[Exception], Callable[[Request, Exception], Response]] = {
    GovorError: answer_error,
    HTTPException: answer_http_error,
    ClientDisconnect: answer_disconnect,
    Exception: answer_fault,
}


def _error(
    request: Request, status: status_pb2.Status, http_status: int, headers: Mapping[str, str]
) -> Response:
    document = wire_errors.document(status)
    if request.scope.get(trace.STREAMS):
        document = wire_errors.wrapped(document, http_status)
    return Response(v2_json.write_document(document), http_status, headers, JSON)
