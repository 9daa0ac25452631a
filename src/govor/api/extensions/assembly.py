"""The extensions API put together; app.py makes one, opens its routes and lets its tasks run."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import structlog
from starlette.routing import Route

from govor.api.extensions import docs_page, shapes
from govor.api.extensions.answers import written
from govor.api.extensions.door import Entrance
from govor.api.extensions.operations_door import OperationsDoor
from govor.api.extensions.recordings import Recordings
from govor.api.extensions.results_door import ResultsDoor
from govor.api.extensions.service_door import ServiceDoor
from govor.api.extensions.submit_door import SubmitDoor
from govor.api.extensions.uploads_door import UploadsDoor
from govor.api.extensions.webhooks_door import WebhooksDoor
from govor.api.rest import RestDoor
from govor.api.v2_json import Style
from govor.errors import GovorError
from govor.operations import Operations
from govor.overview import Overview, View
from govor.settings import Settings
from govor.storage.uploads import Uploads
from govor.storage.webhooks import Webhooks
from govor.webhooks.courier import Courier
from govor.webhooks.sender import Sender
from govor.webhooks.targets import Targets

SWEEP_SECONDS = 600.0  # between two rounds of deleting old uploads and deliveries, which live for days
DAY_MS = 86_400_000

log = structlog.get_logger(__name__)


@dataclass(kw_only=True, slots=True)
class Extensions:
    """Over the operations of a running service."""

    settings: Settings
    overview: Overview
    uploads: Uploads
    recordings: Recordings
    webhooks: Webhooks
    sender: Sender
    tasks: list[asyncio.Task[None]] = field(default_factory=list)

    @classmethod
    def of(cls, operations: Operations, sender: Sender | None = None) -> "Extensions":
        """Over these operations; `sender` posts to webhooks. Raises BadSetting."""
        settings, overview = operations.settings, Overview(operations)
        database = overview.journal.database
        uploads = Uploads(operations.objects, database)
        return cls(
            settings=settings,
            overview=overview,
            uploads=uploads,
            recordings=Recordings(objects=operations.objects, uploads=uploads),
            webhooks=Webhooks(database),
            sender=sender or Sender(Targets.of(settings)),
        )

    def routes(self, rest: RestDoor, style: Style, stopping: Callable[[], bool]) -> list[Route]:
        """Every path; nobody waits any longer when `stopping` says so."""
        entrance, targets = Entrance(rest=rest), self.sender.targets
        overview, uploads, recordings = self.overview, self.uploads, self.recordings
        doors = (
            ServiceDoor(overview=overview, settings=self.settings),
            UploadsDoor(uploads=uploads),
            SubmitDoor(overview=overview, uploads=uploads, recordings=recordings),
            OperationsDoor(overview=overview, recordings=recordings, stopping=stopping),
            ResultsDoor(overview=overview, recordings=recordings, style=style),
            WebhooksDoor(webhooks=self.webhooks, targets=targets),
        )
        return [route for door in doors for route in door.routes(entrance)] + docs_page.routes()

    def start(self) -> None:
        """Deliver webhooks, settle what ended unnoticed, delete what is old."""
        courier = Courier(self.webhooks, self.overview, self.sender, self.told)
        work = (courier.run(), self.overview.keep_house(), self.sweep())
        self.tasks = [asyncio.create_task(each) for each in work]

    async def stop(self) -> None:
        """Come to rest; what is not delivered goes on at the next start."""
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)

    def told(self, view: View) -> bytes:
        """What a webhook is told."""
        return written(shapes.event(view, audio=self.recordings.ours(view) is not None))

    async def sweep(self) -> None:
        """Until it is cancelled: old uploads go, and deliveries of operations that have expired."""
        while True:
            try:
                await self.sweep_once(int(time.time() * 1000))
            except (GovorError, OSError):
                log.exception("sweeping failed")
            await asyncio.sleep(SWEEP_SECONDS)

    async def sweep_once(self, now_ms: int) -> None:
        """One round."""
        results_ms = now_ms - int(self.settings.result_days * DAY_MS)
        await asyncio.to_thread(self.webhooks.forget, results_ms)
        if self.settings.upload_days:
            await self.uploads.forget(now_ms - int(self.settings.upload_days * DAY_MS))
