"""Methods whose requests stream, on the gRPC door: one call is one conversation.

The servicer's method is an async generator: `async def streaming_recognize(self, requests, call)` takes the
messages as they come and yields answers. When the caller goes, it is cancelled where it stands.
"""

import time
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from typing import Any, cast

import grpc
import structlog
from google.protobuf.message import DecodeError, Message
from google.rpc import status_pb2

from govor.api import admission, hot_words, wire_errors
from govor.api.auth import Doorkeeper
from govor.api.call import Call, CallIds
from govor.api.gateway import Method
from govor.api.guesses import source_of_peer
from govor.errors import BadRequest, GovorError, Unimplemented
from govor.telemetry import Metrics, tracing

log = structlog.get_logger(__name__)

STATUS_CODES = {code.value[0]: code for code in grpc.StatusCode}
CANCELLED = grpc.StatusCode.CANCELLED.name

Context = grpc.aio.ServicerContext[Any, Any]


class StreamDoor:
    """Answers conversations; made by rpc.py."""

    def __init__(self, doorkeeper: Doorkeeper, metrics: Metrics, *, strict: bool) -> None:
        self._doorkeeper, self._metrics, self._strict = doorkeeper, metrics, strict

    async def serve(self, method: Method, requests: AsyncIterator[bytes], context: Context) -> None:
        """One call, from its metadata to its status."""
        started, code = time.monotonic(), CANCELLED
        metadata = {str(key): value for key, value in context.invocation_metadata() or ()}
        headers = {key: value for key, value in metadata.items() if isinstance(value, str)}
        ids = CallIds.new(headers.get("x-client-request-id"))
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=ids.request_id)
        await context.send_initial_metadata(ids.headers())
        try:
            parent = headers.get("traceparent", "")
            with tracing.span(method.full_name, parent, request_id=ids.request_id) as span:
                status = await self._conversation(method, requests, headers, ids, context)
                code = STATUS_CODES[status.code if status else 0].name
                span.tell(door="grpc", status=code)
        finally:
            seconds = time.monotonic() - started
            self._metrics.answered(door="grpc", method=method.full_name, code=code, seconds=seconds)
            log.info("stream", door="grpc", method=method.full_name, status=code, ms=round(seconds * 1000))
        if status is not None:
            details = ("grpc-status-details-bin", status.SerializeToString())
            await context.abort(STATUS_CODES[status.code], status.message, (*ids.headers(), details))

    async def _conversation(
        self,
        method: Method,
        requests: AsyncIterator[bytes],
        headers: dict[str, str],
        ids: CallIds,
        context: Context,
    ) -> status_pb2.Status | None:
        """Write every answer; the error that the call ends with, if any."""
        try:
            source = source_of_peer(context.peer())
            caller = await admission.admitted(self._doorkeeper, method, headers, source)
            call = Call(
                ids=ids,
                caller=caller,
                peer=context.peer(),
                strict=self._strict,
                hot_words=hot_words.of(headers),
            )
            async with aclosing(answers(method, requests, call)) as found:
                async for answer in found:
                    await context.write(answer.SerializeToString())
            context.set_trailing_metadata(call.warning_headers())
        except GovorError as error:
            return wire_errors.status(error, ids.request_id)
        except Exception:
            log.exception("stream failed")
            return wire_errors.internal_status(ids.request_id)
        return None


def answers(method: Method, requests: AsyncIterator[bytes], call: Call) -> AsyncGenerator[Message, None]:
    """What the servicer says; raises Unimplemented where it has nothing to say."""
    if method.handler is None:
        raise Unimplemented(f"{method.full_name} is not implemented")
    made = cast(Any, method.handler)(_parsed(method, requests), call)
    return cast(AsyncGenerator[Message, None], made)


async def _parsed(method: Method, requests: AsyncIterator[bytes]) -> AsyncIterator[Message]:
    async for body in requests:
        try:
            yield method.request.FromString(body)
        except DecodeError as error:
            detail = f"it is not a request message of {method.full_name}"
            raise BadRequest("the request cannot be parsed", detail) from error
