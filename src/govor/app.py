"""The service: builds every part from Settings, opens both doors in one event loop, stops in good order.

The only place where parts are put together; every other one receives what it needs.
"""

import asyncio
import contextlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import grpc
import structlog
from starlette.applications import Starlette
from starlette.routing import Route

from govor import cores, lifetime, telemetry
from govor.api import gateway, listen
from govor.api.auth import Doorkeeper, check_exposure
from govor.api.endpoints import ApiEndpointService, Ports
from govor.api.extensions.door import Entrance
from govor.api.extensions.status_door import StatusDoor
from govor.api.guesses import Guesses
from govor.api.health import HealthDoor
from govor.api.iam import AccessKeyService, IamTokenService
from govor.api.one_port import OnePort
from govor.api.openai_audio import OpenAiDoor
from govor.api.operation import OperationService
from govor.api.rest import ERROR_ANSWERS, RestDoor
from govor.api.rpc import GrpcDoor, Health
from govor.api.s3.admission import Admission
from govor.api.s3.door import S3Door
from govor.api.seams import Immediate, Operations
from govor.api.short_audio import ShortAudioDoor
from govor.api.streams import Streams
from govor.api.stt_v2 import SttService
from govor.api.stt_v3 import AsyncRecognizer
from govor.api.tls import Tls
from govor.api.trace import Trace
from govor.api.uploads import UploadDoor
from govor.api.v2_json import Style
from govor.api.v3_streaming import Recognizer
from govor.api.web import WebDoor
from govor.errors import BadSetting
from govor.pipeline.recogniser_pool import RecogniserPool
from govor.pipeline.work import Work
from govor.quotas import limits as quota_limits
from govor.quotas.gate import Gate
from govor.recognition import models
from govor.settings import Settings
from govor.storage.database import Database
from govor.storage.hot_words import HotWords
from govor.storage.identities import Identities
from govor.storage.journal import Journal
from govor.storage.objects import Objects
from govor.storage.usage import Usage
from govor.telemetry import tracing

if TYPE_CHECKING:
    from govor.api.extensions.assembly import Extensions

log = structlog.get_logger(__name__)

HEALTH_SECONDS = 1.0  # how often the gRPC health service looks at the truth


@dataclass(frozen=True, kw_only=True, slots=True)
class Parts:
    """What stands behind the doors."""

    identities: Identities
    uploads: Objects
    operations: Operations
    immediate: Immediate
    metrics: telemetry.Metrics = field(default_factory=telemetry.Metrics)
    extensions: "Extensions | None" = None


@dataclass(kw_only=True, slots=True)
class Readiness:
    """Whether a job submitted now would run: what the operations say, until the service stops."""

    operations: Operations
    stopping: bool = False

    async def __call__(self) -> str:
        return "the service is stopping" if self.stopping else await self.operations.ready()


@dataclass(frozen=True, kw_only=True, slots=True)
class Running:
    """A service that answers on both ports; `stop()` ends it."""

    http_port: int
    grpc_port: int
    parts: Parts
    readiness: Readiness
    http: listen.HttpServer
    grpc: grpc.aio.Server
    http_task: asyncio.Task[None]
    one_port: OnePort | None
    watching: tuple[asyncio.Task[None], ...]  # tasks that only end when told to

    async def stop(self) -> None:
        """Refuse new connections, answer what is in flight, bring the operations to rest."""
        self.readiness.stopping = True
        self.http.should_exit = True
        for task in self.watching:
            task.cancel()
        await asyncio.gather(self.http_task, self.grpc.stop(listen.DRAIN_SECONDS))
        if self.one_port:
            await self.one_port.close()
        if self.parts.extensions:
            await self.parts.extensions.stop()
        await self.parts.operations.stop()
        await self.parts.immediate.stop()
        self.parts.identities.close()  # and with them the database, which every part uses


def serve(settings: Settings) -> None:
    """Serve until SIGTERM or SIGINT; raises BadSetting and what the parts raise when they cannot start."""
    telemetry.configure_logging(settings)
    tracing.start(settings)
    try:
        asyncio.run(_serve(settings))
    finally:
        tracing.stop()


async def start(settings: Settings, parts: Parts | None = None) -> Running:
    """Open both ports (0 = any free one) and answer; `parts` replaces what `build` would make."""
    check_exposure(settings)
    tls = Tls.of(settings)
    async with contextlib.AsyncExitStack() as undo:
        listener = undo.enter_context(listen.bind(settings.http))
        parts = parts or build(settings)
        undo.callback(parts.identities.close)
        readiness = Readiness(operations=parts.operations)
        ports = Ports(http=listener.getsockname()[1])
        asgi, rpc, health = application(settings, parts, readiness, ports)
        ports.grpc = _add_port(rpc, settings.grpc, tls)
        await parts.operations.start()
        undo.push_async_callback(parts.operations.stop)
        if parts.extensions:
            parts.extensions.start()
            undo.push_async_callback(parts.extensions.stop)
        await parts.immediate.start()
        await rpc.start()
        http = listen.HttpServer(asgi, listener, tls.context if tls else None)
        http_task = asyncio.create_task(http.run_until_told())
        await http.opened.wait()
        one_port = None
        if settings.one_port:
            grpc_address = (listen.address(settings.grpc)[0], ports.grpc)
            one_port = await OnePort.open(
                settings.one_port, http=listener.getsockname()[:2], grpc=grpc_address
            )
        undo.pop_all()
    return Running(
        http_port=http.port,
        grpc_port=ports.grpc,
        parts=parts,
        readiness=readiness,
        http=http,
        grpc=rpc,
        http_task=http_task,
        one_port=one_port,
        watching=(
            asyncio.create_task(_tell_health(health, readiness)),
            *((asyncio.create_task(tls.watch()),) if tls else ()),
        ),
    )


def build(settings: Settings) -> Parts:
    """Every part behind the doors."""
    from govor.api.extensions.assembly import Extensions
    from govor.engine.runtime import Engine  # 2 s of imports, which other commands do without
    from govor.immediate import Immediate as LiveRecognition
    from govor.operations import Operations as DurableOperations

    objects = Objects(settings)
    metrics = telemetry.Metrics()
    pool = RecogniserPool(
        size=recognisers(settings), idle_seconds=settings.idle_recogniser_seconds, metrics=metrics
    )
    find = models.finder(settings)
    database = Database.open(settings)
    work = Work(settings, objects, pool, find, Journal(database))
    engine = Engine(settings, work, segments_max=pool.size + 1)
    hot_words = HotWords(database).of
    gate = gate_of(settings, database)
    work.usage = gate.usage
    operations = DurableOperations(settings, objects, engine, work, hot_words=hot_words, gate=gate)
    return Parts(
        identities=Identities.of(database),
        uploads=objects,
        operations=operations,
        extensions=Extensions.of(operations),
        immediate=LiveRecognition(settings, pool, find, hot_words),
        metrics=metrics,
    )


def gate_of(settings: Settings, database: Database) -> Gate:
    """The quotas of every folder; what they count has a table, where any of them counts."""
    limits = quota_limits.read(settings)
    usage = Usage(database) if limits.counted else None
    return Gate(limits, usage, queue_max=settings.queue_operations_max)


def recognisers(settings: Settings) -> int:
    """How many recogniser processes there may be: what is set, else one for each core, or for a card."""
    return cores.recognisers(settings.recognisers, settings.device)


def servicers(settings: Settings, parts: Parts, ports: Ports) -> tuple[gateway.Servicer, ...]:
    """Every service of the API."""
    streams = Streams(
        immediate=parts.immediate,
        style=Style(true_confidence=settings.true_confidence),
        idle_seconds=settings.stream_idle_seconds,
    )
    return (
        SttService(parts.operations, streams),
        Recognizer(streams),
        AsyncRecognizer(parts.operations, streams.style, summaries=bool(settings.summary_url)),
        OperationService(parts.operations),
        IamTokenService(parts.identities, settings),
        AccessKeyService(parts.identities),
        ApiEndpointService(setting=settings.discovery, ports=ports),
    )


def waiting_routes(settings: Settings, parts: Parts, rest: RestDoor) -> list[Route]:
    """API v1 and OpenAI's: the caller waits for the text."""
    short = ShortAudioDoor(
        immediate=parts.immediate,
        rest=rest,
        bytes_max=settings.short_bytes_max,
        seconds_max=settings.short_seconds_max,
    )
    openai = OpenAiDoor(
        immediate=parts.immediate,
        rest=rest,
        bytes_max=settings.openai_bytes_max,
        seconds_max=settings.audio_seconds_max,
    )
    return [*short.routes(), *openai.routes()]


def application(
    settings: Settings, parts: Parts, readiness: Readiness, ports: Ports
) -> tuple[Trace, grpc.aio.Server, Health]:
    """Both doors in front of the same methods, and the gRPC health service to keep truthful."""
    table = gateway.methods(servicers(settings, parts, ports))
    style = Style(
        always_chunks=settings.always_chunks,
        true_confidence=settings.true_confidence,
        metadata=settings.result_metadata,
    )
    guesses = Guesses(settings.wrong_keys_per_minute)
    doorkeeper = Doorkeeper(parts.identities if settings.auth == "keys" else None, guesses=guesses)
    metrics = parts.metrics
    rest = RestDoor(
        doorkeeper=doorkeeper, style=style, strict=settings.strict, body_bytes_max=settings.body_bytes_max
    )
    uploads = UploadDoor(uploads=parts.uploads, rest=rest, object_bytes_max=settings.object_bytes_max)
    about = HealthDoor(readiness=readiness, operations=parts.operations, metrics=metrics)
    routes = [
        *rest.routes(table),
        *uploads.routes(),
        *about.routes(),
        *StatusDoor(
            readiness=readiness, operations=parts.operations, metrics=metrics, settings=settings
        ).routes(Entrance(rest=rest)),
        *waiting_routes(settings, parts, rest),
        *(parts.extensions.routes(rest, style, lambda: readiness.stopping) if parts.extensions else ()),
        *(WebDoor.of_package().routes() if settings.web_page else ()),
    ]
    starlette = Starlette(routes=routes, exception_handlers=dict(ERROR_ANSWERS))
    starlette.router.redirect_slashes = False  # "/operations/" is an unknown path, not another spelling
    rpc = GrpcDoor(doorkeeper=doorkeeper, style=style, strict=settings.strict, metrics=metrics)
    access_keys = parts.identities.access_keys if settings.auth == "keys" else None
    s3 = S3Door(starlette, Admission(doorkeeper, access_keys), parts.uploads)
    return Trace(s3, metrics), *rpc.server(table)


async def _serve(settings: Settings) -> None:
    stop = lifetime.stop_signals()
    running = await start(settings)
    log.info("serving", http_port=running.http_port, grpc_port=running.grpc_port, auth=settings.auth)
    try:
        await lifetime.until_told(stop, running.http_task, running.parts.operations.lost())
    finally:
        await running.stop()


async def _tell_health(health: Health, readiness: Readiness) -> None:
    """Keep the gRPC health service truthful."""
    while True:
        try:
            reason = await readiness()
        except Exception:
            log.exception("readiness check failed")
            reason = "the check failed"
        await health.tell(ready=not reason)
        await asyncio.sleep(HEALTH_SECONDS)


def _add_port(server: grpc.aio.Server, setting: str, tls: Tls | None) -> int:
    listen.address(setting)
    try:
        if tls:
            return server.add_secure_port(setting, tls.credentials)
        return server.add_insecure_port(setting)
    except RuntimeError as error:
        raise BadSetting(f"cannot listen on grpc = {setting}", str(error)) from error
