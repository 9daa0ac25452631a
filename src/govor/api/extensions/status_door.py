"""GET /govor/v1/status: how the service is, for people and `govor status`; numbers about no single caller."""

import asyncio
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from govor import __version__
from govor.api.extensions.answers import answer
from govor.api.extensions.door import Entrance
from govor.api.health import Readiness
from govor.api.seams import Operations
from govor.api.v2_json import timestamp
from govor.recognition import serving
from govor.recognition.serving import Served
from govor.records import Caller, Statistics
from govor.settings import Settings
from govor.telemetry import Metrics
from govor.telemetry.faults import Fault


@dataclass(frozen=True, kw_only=True, slots=True)
class StatusDoor:
    """Answers about the service's health, with a key."""

    readiness: Readiness
    operations: Operations
    metrics: Metrics
    settings: Settings

    def routes(self, entrance: Entrance) -> list[Route]:
        """The path of this file."""
        return [entrance.route("/status", self.get_status, "GET")]

    async def get_status(self, _: Request, __: Caller) -> Response:
        """How the process that answers is, and the queues of the whole service."""
        served = await asyncio.to_thread(serving.languages_served, self.settings)
        reason, now = await self.readiness(), await self.operations.statistics()
        about = {
            "ready": not reason,
            "reason": reason,
            "version": __version__,
            "startedAt": timestamp(int(self.metrics.started_at)),
        }
        return answer(about | figures(now) | {"models": models(served), "errors": errors(self.metrics)})


def figures(now: Statistics) -> dict[str, Any]:
    """Statistics as JSON."""
    return {
        "operations": dict(now.by_state),
        "queues": [
            {"queue": q.name, "class": q.kind, "depth": q.depth, "oldestSeconds": round(q.oldest_seconds, 1)}
            for q in now.queues
        ],
        "stranded": dict(now.stranded),
        "clipsWaiting": now.clips_waiting,
        "recognisers": dict(now.recognisers),
        "processes": dict(now.processes),
        "memoryBytes": dict(now.memory_bytes),
        "diskFreeBytes": now.disk_free_bytes,
        "audioSeconds": round(now.audio_seconds, 1),
    }


def models(served: Sequence[Served]) -> list[dict[str, str]]:
    """The languages that have a model, and those whose model cannot be used."""
    wanted = ("language", "model", "quality", "problem")
    return [{name: asdict(each)[name] for name in wanted} for each in served if each.model]


def errors(metrics: Metrics) -> list[dict[str, Any]]:
    """What went wrong since this process started, the latest first."""
    return [error(each) for each in metrics.faults.latest()]


def error(fault: Fault) -> dict[str, Any]:
    """One kind of error as JSON."""
    return {
        "where": fault.where,
        "code": fault.code,
        "count": fault.count,
        "lastAt": timestamp(int(fault.last_at)),
    }
