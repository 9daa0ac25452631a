"""A worker of a fleet: takes operations and their parts from the queues. No API, only a port about itself."""

import asyncio
import contextlib
from dataclasses import dataclass

import structlog
from starlette.applications import Starlette

from govor import app, lifetime, telemetry
from govor.api import listen
from govor.api.health import HealthDoor
from govor.api.rest import ERROR_ANSWERS
from govor.api.trace import Trace
from govor.errors import BadSetting
from govor.settings import Settings
from govor.telemetry import tracing

log = structlog.get_logger(__name__)


@dataclass(frozen=True, kw_only=True, slots=True)
class Running:
    """A worker at work; `stop()` ends it."""

    port: int
    parts: app.Parts
    readiness: app.Readiness
    http: listen.HttpServer
    http_task: asyncio.Task[None]

    async def stop(self) -> None:
        """Give back to the queues what is unfinished, and end."""
        self.readiness.stopping = True
        self.http.should_exit = True
        await self.http_task
        await self.parts.operations.stop()
        self.parts.identities.close()


def run(settings: Settings) -> None:
    """Work until SIGTERM or SIGINT; raises BadSetting and what the parts raise when they cannot start."""
    if not settings.database_url:
        raise BadSetting("a worker needs GOVOR_DATABASE_URL", "on one machine, `govor serve` does it all")
    telemetry.configure_logging(settings)
    tracing.start(settings)
    try:
        asyncio.run(_run(settings))
    finally:
        tracing.stop()


async def start(settings: Settings) -> Running:
    """Take work, and answer on `settings.worker_http` (port 0: any free one)."""
    async with contextlib.AsyncExitStack() as undo:
        listener = undo.enter_context(listen.bind(settings.worker_http))
        parts = app.build(settings)
        undo.callback(parts.identities.close)
        readiness = app.Readiness(operations=parts.operations)
        door = HealthDoor(readiness=readiness, operations=parts.operations, metrics=parts.metrics)
        about = Starlette(routes=door.routes(), exception_handlers=dict(ERROR_ANSWERS))
        await parts.operations.start()
        undo.push_async_callback(parts.operations.stop)
        http = listen.HttpServer(Trace(about, parts.metrics), listener)
        http_task = asyncio.create_task(http.run_until_told())
        await http.opened.wait()
        undo.pop_all()
    return Running(port=http.port, parts=parts, readiness=readiness, http=http, http_task=http_task)


async def _run(settings: Settings) -> None:
    stop = lifetime.stop_signals()
    running = await start(settings)
    log.info("working", http_port=running.port)
    try:
        await lifetime.until_told(stop, running.http_task, running.parts.operations.lost())
    finally:
        await running.stop()
