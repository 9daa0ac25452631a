"""Results: words, speakers, waveform, recording, exports."""

import asyncio
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from govor.api.extensions import export, parameters, shapes, transcripts
from govor.api.extensions.answers import answer, long_answer
from govor.api.extensions.bodies import json_of
from govor.api.extensions.door import Entrance, operation_of
from govor.api.extensions.file_names import disposition
from govor.api.extensions.recordings import Recordings
from govor.api.v2_json import Style
from govor.api.wire_errors import raised
from govor.errors import BadRequest
from govor.overview import Overview, View
from govor.records import Caller, Operation
from govor.storage.uris import CONTROL

ALTERNATIVES_MAX = 8
SPEAKERS_MAX = 32
CHANNEL = re.compile(r"[1-9][0-9]?")
NAME_CHARS_MAX = 100


@dataclass(frozen=True, kw_only=True, slots=True)
class ResultsDoor:
    """Answers about what was heard; `style` is how v2 and v3 write it."""

    overview: Overview
    recordings: Recordings
    style: Style

    def routes(self, entrance: Entrance) -> list[Route]:
        """The paths of this file."""
        one = "/operations/{operation_id}"
        return [
            entrance.route(f"{one}/transcript", self.get_transcript, "GET"),
            entrance.route(f"{one}/speakers", self.name_speakers, "PUT"),
            entrance.route(f"{one}/waveform", self.get_waveform, "GET"),
            entrance.route(f"{one}/audio", self.get_audio, "GET"),
            entrance.route(f"{one}/export", self.export_operation, "GET"),
        ]

    async def get_transcript(self, request: Request, caller: Caller) -> Response:
        """Words with times and true confidences."""
        given = request.query_params
        count = parameters.whole(given, "alternatives", default=1, least=1, most=ALTERNATIVES_MAX)
        view, operation = await self.result(request, caller)
        assert operation.transcript is not None
        return await long_answer(partial(transcripts.document, view, operation.transcript, count))

    async def name_speakers(self, request: Request, caller: Caller) -> Response:
        """Names for channels; all of them are replaced."""
        names = read_speakers(await json_of(request))
        await self.overview.name_speakers(operation_of(request), caller, names)
        return answer(names)

    async def get_waveform(self, request: Request, caller: Caller) -> Response:
        """Its picture."""
        return answer(shapes.waveform(await self.overview.waveform(operation_of(request), caller)))

    async def get_audio(self, request: Request, caller: Caller) -> Response:
        """The recording as it was uploaded."""
        view = await self.overview.view(operation_of(request), caller)
        return await self.recordings.answer(view, caller, request)

    async def export_operation(self, request: Request, caller: Caller) -> Response:
        """The transcript as a file."""
        name = request.query_params.get("format", "")
        if name not in export.FORMATS:
            raise BadRequest(f"format must be one of {', '.join(export.FORMATS)}")
        view, operation = await self.result(request, caller)
        form = export.FORMATS[name]
        body = await asyncio.to_thread(form.write, view, operation, self.style)
        headers = {
            "Content-Disposition": disposition(view.name or view.id, form.suffix),
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "no-store",
        }
        return Response(body, 200, headers, form.kind)

    async def result(self, request: Request, caller: Caller) -> tuple[View, Operation]:
        """What there is to read; NotReady, or the failure of an operation that failed."""
        view, operation = await self.overview.result(operation_of(request), caller)
        if operation.failure is not None:
            raise raised(operation.failure)
        return view, operation


def read_speakers(document: Any) -> Mapping[str, str]:
    """Names of channels from a body; BadRequest."""
    if not isinstance(document, dict) or len(document) > SPEAKERS_MAX:
        raise BadRequest("the body must be an object: channel → name", 'such as {"1": "Operator"}')
    for channel, name in document.items():
        if not CHANNEL.fullmatch(channel):
            raise BadRequest("a channel is a number from 1 to 99")
        if not isinstance(name, str) or len(name) > NAME_CHARS_MAX or CONTROL.search(name):
            raise BadRequest(f"a name is a text of at most {NAME_CHARS_MAX} characters")
    return {channel: name.strip() for channel, name in document.items() if name.strip()}
