"""POST /govor/v1/transcriptions."""

from dataclasses import dataclass, replace

import structlog
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from govor import roles
from govor.api.call import idempotency_key
from govor.api.extensions import shapes
from govor.api.extensions.answers import answer
from govor.api.extensions.bodies import body_of
from govor.api.extensions.door import Entrance
from govor.api.extensions.recordings import Recordings
from govor.api.extensions.submission import read_transcription
from govor.errors import BadRequest
from govor.overview import Overview
from govor.records import Caller
from govor.storage.uploads import Uploads


@dataclass(frozen=True, kw_only=True, slots=True)
class SubmitDoor:
    """Accepts recordings."""

    overview: Overview
    uploads: Uploads
    recordings: Recordings

    def routes(self, entrance: Entrance) -> list[Route]:
        """The path of this file."""
        return [entrance.route("/transcriptions", self.create_transcription, "POST")]

    async def create_transcription(self, request: Request, caller: Caller) -> Response:
        """Accept a recording, durably."""
        roles.require(caller, roles.STT_USER)
        key = idempotency_key(request.headers)
        asked = read_transcription(await body_of(request))
        task = asked.task(asked.uri)
        if asked.upload_id:
            upload = await self.uploads.get(caller, asked.upload_id)
            if not upload.complete:
                raise BadRequest(f"the upload {upload.id} is not complete", "send the rest of it first")
            task = replace(task, uri=upload.uri, name=task.name or upload.name)
        view = await self.overview.submit(task, caller, key)
        structlog.contextvars.bind_contextvars(operation_id=view.id)
        return answer(shapes.operation(view, audio=self.recordings.ours(view) is not None))
