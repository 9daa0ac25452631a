"""GET /health/live, /health/ready, /metrics: for the machinery around us, without a key."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from prometheus_client import CONTENT_TYPE_LATEST
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from govor.api import trace, v2_json
from govor.api.seams import Operations
from govor.errors import Unavailable
from govor.telemetry import Metrics

Readiness = Callable[[], Awaitable[str]]  # empty if a job submitted now would run, else why not


@dataclass(frozen=True, kw_only=True, slots=True)
class HealthDoor:
    """Answers about ourselves."""

    readiness: Readiness
    operations: Operations
    metrics: Metrics

    def routes(self) -> list[Route]:
        """The three paths of this file."""
        return [
            Route("/health/live", self.live),
            Route("/health/ready", self.ready),
            Route("/metrics", self.show_metrics),
        ]

    async def live(self, request: Request) -> Response:
        """200 as long as the event loop turns."""
        request.scope[trace.METHOD] = "Live"
        return _json({"status": "live"})

    async def ready(self, request: Request) -> Response:
        """200 only when a submitted job would run; 503 with the reason otherwise."""
        request.scope[trace.METHOD] = "Ready"
        if reason := await self.readiness():
            raise Unavailable("not ready", reason)
        return _json({"status": "ready"})

    async def show_metrics(self, request: Request) -> Response:
        """Prometheus' text format."""
        request.scope[trace.METHOD] = "Metrics"
        ready = not await self.readiness()
        body = self.metrics.render(await self.operations.statistics(), ready=ready)
        return Response(body, headers={"Content-Type": CONTENT_TYPE_LATEST})


def _json(document: dict[str, str]) -> Response:
    return Response(v2_json.write_document(document), media_type="application/json")
