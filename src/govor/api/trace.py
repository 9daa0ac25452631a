"""The outermost layer of REST: ids on every answer, one log line, one count, faults logged."""

import time
from http import HTTPStatus

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from govor.api.call import CallIds
from govor.api.request_target import origin_form
from govor.telemetry import Metrics, tracing

log = structlog.get_logger(__name__)

# Where the parts of one request leave notes for each other.
IDS = "govor.ids"
METHOD = "govor.method"
STREAMS = "govor.streams"  # set for a method whose answer streams: its errors have a shape of their own


class Trace:
    """ASGI middleware around the whole application."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        scope = origin_form(scope)
        given = Headers(scope=scope)
        ids = CallIds.new(given.get("x-client-request-id"))
        scope[IDS] = ids
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=ids.request_id)
        started, status = time.monotonic(), 0

        async def send_with_ids(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(scope=message)
                for name, value in ids.headers():
                    headers[name] = value
            await send(message)

        with tracing.span("request", given.get("traceparent", ""), request_id=ids.request_id) as span:
            try:
                await self._app(scope, receive, send_with_ids)
            except Exception:  # answered with 500 already, see rest.py; here it gets its line in the log
                log.exception("request failed")
            method = scope.get(METHOD, "unknown")
            span.name(method)
            span.tell(door="rest", status=status)
        seconds = time.monotonic() - started
        self._metrics.answered(door="rest", method=method, code=str(status), seconds=seconds)
        polled = scope["method"] == "GET" and (
            status == HTTPStatus.OK or scope["path"].startswith("/health/")
        )
        write = log.debug if polled else log.info
        write("request", door="rest", method=method, status=status, ms=round(seconds * 1000))
