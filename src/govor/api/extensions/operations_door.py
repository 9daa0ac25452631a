"""Operations: list, look, wait, follow, cancel, delete."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from govor.api.extensions import parameters, shapes
from govor.api.extensions.answers import answer, gone, written
from govor.api.extensions.door import Entrance, operation_of
from govor.api.extensions.recordings import Recordings
from govor.errors import GovorError
from govor.overview import Overview, View
from govor.records import Caller
from govor.storage.journal import Query

PAGE_SIZE, PAGE_SIZE_MAX = 50, 200
WAIT_SECONDS_MAX = 60.0  # below the minute that proxies give a silent answer
HEARTBEAT_SECONDS = 10.0  # of events: proxies close what is silent for a minute, some for 15 s
QUERY_CHARS_MAX, TOKEN_CHARS_MAX, VERSION_CHARS_MAX = 200, 200, 100
EVENT_HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}  # nginx would collect events


@dataclass(frozen=True, kw_only=True, slots=True)
class OperationsDoor:
    """Answers about operations; `stopping` says that nobody may wait any longer."""

    overview: Overview
    recordings: Recordings
    stopping: Callable[[], bool]

    def routes(self, entrance: Entrance) -> list[Route]:
        """The paths of this file; those with a custom verb first."""
        one = "/operations/{operation_id}"
        return [
            entrance.route("/operations", self.list_operations, "GET"),
            entrance.route(f"{one}:cancel", self.cancel_operation, "POST"),
            entrance.route(f"{one}/events", self.follow_operation, "GET"),
            entrance.route(one, self.get_operation, "GET"),
            entrance.route(one, self.delete_operation, "DELETE"),
        ]

    async def list_operations(self, request: Request, caller: Caller) -> Response:
        """A page, newest first."""
        given = request.query_params
        parameters.limited(given, "pageToken", TOKEN_CHARS_MAX)
        query = Query(
            text=parameters.limited(given, "q", QUERY_CHARS_MAX).strip(),
            since_ms=parameters.moment_ms(given, "since"),
            until_ms=parameters.moment_ms(given, "until"),
            before=parameters.read_page_token(given),
        )
        size = parameters.whole(given, "pageSize", default=PAGE_SIZE, least=1, most=PAGE_SIZE_MAX)
        page = await self.overview.page(caller, query, parameters.states(given), size)
        return answer(
            {
                "operations": [self.document(view) for view in page.views],
                "nextPageToken": parameters.page_token(page.after),
            }
        )

    async def get_operation(self, request: Request, caller: Caller) -> Response:
        """As it is now, or once it has changed."""
        given, identity = request.query_params, operation_of(request)
        self.overview.operations.count_check(identity, caller)  # waiting is one look, however long
        seconds = parameters.number(given, "waitSeconds", default=0, most=WAIT_SECONDS_MAX)
        after = parameters.limited(given, "after", VERSION_CHARS_MAX)
        view = await self.overview.wait(identity, caller, after=after, seconds=seconds, leave=self.stopping)
        return answer(self.document(view))

    async def cancel_operation(self, request: Request, caller: Caller) -> Response:
        """Stop it."""
        return answer(self.document(await self.overview.cancel(operation_of(request), caller)))

    async def delete_operation(self, request: Request, caller: Caller) -> Response:
        """Forget it, and what was uploaded for it here."""
        cancel = parameters.boolean(request.query_params, "cancel")
        view = await self.overview.delete(operation_of(request), caller, cancel=cancel)
        await self.recordings.forget(view, caller)
        return gone()

    async def follow_operation(self, request: Request, caller: Caller) -> Response:
        """Its progress as events, until it has ended."""
        self.overview.operations.count_check(operation_of(request), caller)
        first = await self.overview.view(operation_of(request), caller)
        known = request.headers.get("last-event-id", "")
        events = self.events(first, caller, known)
        return StreamingResponse(events, 200, EVENT_HEADERS, "text/event-stream")

    async def events(self, view: View, caller: Caller, known: str) -> AsyncIterator[bytes]:
        """An event for each change, a comment where there is none for a while."""
        told = time.monotonic()
        yield b": follow\n\n"
        while True:
            if view.ended:
                yield self.event("done", view)
                return
            if view.version != known:
                yield self.event("progress", view)
                known, told = view.version, time.monotonic()
            elif time.monotonic() - told >= HEARTBEAT_SECONDS:
                yield b": still there\n\n"
                told = time.monotonic()
            if self.stopping():
                return
            try:
                view = await self.overview.wait(
                    view.id, caller, after=known, seconds=HEARTBEAT_SECONDS, leave=self.stopping
                )
            except GovorError:  # deleted meanwhile, or the database is gone: whoever follows asks again
                return
            await asyncio.sleep(0)

    def event(self, kind: str, view: View) -> bytes:
        """One server-sent event; JSON has no line ends of its own."""
        data = written(self.document(view))
        return f"event: {kind}\nid: {view.version}\ndata: ".encode() + data + b"\n\n"

    def document(self, view: View) -> shapes.Document:
        """An operation as the wire has it."""
        return shapes.operation(view, audio=self.recordings.ours(view) is not None)
