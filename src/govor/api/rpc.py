"""The gRPC door: the methods of gateway.py on a grpc.aio server, with health and reflection beside them.

Requests arrive as bytes and are parsed here, so that a malformed one is INVALID_ARGUMENT and not INTERNAL.
"""

import time
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass
from typing import Any

import grpc
import structlog
from google.protobuf.message import DecodeError, Message
from google.rpc import code_pb2, status_pb2
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection

from govor.api import admission, gateway, hot_words, v2_json, v2_messages, wire_errors, wishes
from govor.api.auth import Doorkeeper
from govor.api.call import Call, CallIds, idempotency_key
from govor.api.guesses import source_of_peer
from govor.api.rendering import rendered, streamed
from govor.api.rpc_streams import StreamDoor
from govor.errors import BadRequest, GovorError
from govor.records import Operation
from govor.telemetry import Metrics, tracing

log = structlog.get_logger(__name__)

# SpeechKit's own SDK allows 128 MiB a message: 60 MB of inline audio in API v3, and room to spare.
RECEIVE_BYTES_MAX = 128 << 20
PING_MS_MIN = 10_000  # SDKs ping to keep connections alive; by default gRPC hangs up on such callers
# grpc.aio takes up one waiting call in each turn of its loop. On a starved machine a crowd waits longer than
# 30 s, after which gRPC drops what nobody took up, as CANCELLED; the callers' own deadlines decide instead.
WAITING_SECONDS_MAX = 3_600
OPTIONS = (
    ("grpc.max_receive_message_length", RECEIVE_BYTES_MAX),
    ("grpc.server_max_unrequested_time_in_server", WAITING_SECONDS_MAX),
    ("grpc.http2.min_ping_interval_without_data_ms", PING_MS_MIN),
    ("grpc.keepalive_permit_without_calls", 1),
    ("grpc.so_reuseport", 0),  # a second server on the port is an error, not a riddle
)
STATUS_CODES = {code.value[0]: code for code in grpc.StatusCode}

Context = grpc.aio.ServicerContext[Any, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class Refusal:
    """An answer that is an error."""

    status: status_pb2.Status
    ids: CallIds
    retry_seconds: int = 0  # as Retry-After of REST; 0 says nothing

    def metadata(self) -> tuple[tuple[str, str | bytes], ...]:
        """Trailing metadata: the identifiers, and google.rpc.Status where gRPC's rich errors keep it."""
        rich = ("grpc-status-details-bin", self.status.SerializeToString())
        retry = (("retry-after", str(self.retry_seconds)),) if self.retry_seconds else ()
        return (*self.ids.headers(), *retry, rich)


@dataclass(frozen=True, kw_only=True, slots=True)
class GrpcDoor:
    """Turns gRPC requests into calls of servicers, and what they answer or raise into gRPC answers."""

    doorkeeper: Doorkeeper
    style: v2_json.Style
    strict: bool
    metrics: Metrics

    def server(self, table: Iterable[gateway.Method]) -> tuple[grpc.aio.Server, "Health"]:
        """A server that is not started yet, and the health service to tell the truth to."""
        methods = tuple(table)
        server = grpc.aio.server(options=OPTIONS)
        services = sorted({method.service for method in methods})
        for service in services:
            handlers = {m.name: self._handler(m) for m in methods if m.service == service}
            server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(service, handlers),))
        known = Health(services)
        health_pb2_grpc.add_HealthServicer_to_server(known.servicer, server)
        reflection.enable_server_reflection((*services, health.SERVICE_NAME, reflection.SERVICE_NAME), server)
        return server, known

    def _handler(self, method: gateway.Method) -> "grpc.RpcMethodHandler[Any, Any]":
        if method.client_streams:

            async def converse(requests: AsyncIterator[bytes], context: Context) -> None:
                door = StreamDoor(self.doorkeeper, self.metrics, strict=self.strict)
                await door.serve(method, requests, context)

            return grpc.stream_stream_rpc_method_handler(converse)

        if method.server_streams:

            async def stream(body: bytes, context: Context) -> None:
                await self._stream(method, body, context)

            return grpc.unary_stream_rpc_method_handler(stream)

        async def unary(body: bytes, context: Context) -> bytes:
            return await self._unary(method, body, context)

        return grpc.unary_unary_rpc_method_handler(unary)

    async def _unary(self, method: gateway.Method, body: bytes, context: Context) -> bytes:
        answer = await self._answer(method, body, context)
        return await rendered(self._serialized, answer)

    async def _stream(self, method: gateway.Method, body: bytes, context: Context) -> None:
        answer = await self._answer(method, body, context)
        assert not isinstance(answer, Operation | Message)
        try:
            async for batch in streamed(_bytes, answer):
                for message in batch:
                    await context.write(message)
        except Exception:  # gRPC would tell the caller its text
            log.exception("answering failed")
            await context.abort(grpc.StatusCode.INTERNAL, wire_errors.INTERNAL_MESSAGE)

    async def _answer(self, method: gateway.Method, body: bytes, context: Context) -> gateway.Answer:
        """What the servicer answers, its metadata sent; a refusal ends the call here."""
        started = time.monotonic()
        metadata = {str(key): value for key, value in context.invocation_metadata() or ()}
        headers = {key: value for key, value in metadata.items() if isinstance(value, str)}
        ids = CallIds.new(headers.get("x-client-request-id"))
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=ids.request_id)
        parent = headers.get("traceparent", "")
        with tracing.span(method.full_name, parent, request_id=ids.request_id) as span:
            outcome = await self._outcome(method, body, headers, ids, context.peer())
            code = STATUS_CODES[outcome.status.code if isinstance(outcome, Refusal) else code_pb2.OK]
            span.tell(door="grpc", status=code.name)
        seconds = time.monotonic() - started
        self.metrics.answered(door="grpc", method=method.full_name, code=code.name, seconds=seconds)
        write = (
            log.debug if method.name == "Get" and code == grpc.StatusCode.OK else log.info
        )  # polls are many
        write("request", door="grpc", method=method.full_name, status=code.name, ms=round(seconds * 1000))
        if isinstance(outcome, Refusal):
            await context.abort(code, outcome.status.message, outcome.metadata())
        answer, call = outcome
        await context.send_initial_metadata((*ids.headers(), *call.warning_headers()))
        return answer

    async def _outcome(
        self, method: gateway.Method, body: bytes, headers: dict[str, str], ids: CallIds, peer: str
    ) -> tuple[gateway.Answer, Call] | Refusal:
        try:
            call = Call(
                ids=ids,
                caller=await admission.admitted(self.doorkeeper, method, headers, source_of_peer(peer)),
                peer=peer,
                idempotency_key=idempotency_key(headers),
                hot_words=hot_words.of(headers),
                wishes=wishes.of(headers),
                strict=self.strict,
            )
            return await method.serve(_parsed(method, body), call), call
        except GovorError as error:
            seconds = wire_errors.retry_seconds(error)
            return Refusal(status=wire_errors.status(error, ids.request_id), ids=ids, retry_seconds=seconds)
        except Exception:
            log.exception("request failed")
            return Refusal(status=wire_errors.internal_status(ids.request_id), ids=ids)

    def _serialized(self, answer: gateway.Answer) -> bytes:
        if isinstance(answer, Operation):
            error = wire_errors.failure_status(answer.failure) if answer.failure else None
            return v2_messages.operation_message(answer, error, self.style).SerializeToString()
        assert isinstance(answer, Message)
        return answer.SerializeToString()


class Health:
    """grpc.health.v1: SERVING only while a submitted job would run."""

    def __init__(self, services: Iterable[str]) -> None:
        self.servicer = health.aio.HealthServicer()
        self._services = ("", *services)

    async def tell(self, *, ready: bool) -> None:
        """Set the state of the server as a whole and of each service."""
        states = health_pb2.HealthCheckResponse
        state = states.SERVING if ready else states.NOT_SERVING
        for service in self._services:
            await self.servicer.set(service, state)


def _bytes(message: Message) -> bytes:
    return message.SerializeToString()


def _parsed(method: gateway.Method, body: bytes) -> Any:
    try:
        return method.request.FromString(body)
    except DecodeError as error:
        detail = f"it is not the request message of {method.full_name}"
        raise BadRequest("the request cannot be parsed", detail) from error
