"""What the doors of the extensions API share: who calls, and under which name a request is counted."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from govor.api import trace
from govor.api.operation import operation_id
from govor.api.rest import RestDoor
from govor.records import Caller

PREFIX = "/govor/v1"
Handler = Callable[[Request, Caller], Awaitable[Response]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Entrance:
    """Makes routes of handlers that know their caller."""

    rest: RestDoor

    def route(self, path: str, handler: Handler, *verbs: str) -> Route:
        """A route under the prefix; the caller is known before the handler sees the request."""
        name = f"govor.v1/{handler.__name__}"

        async def endpoint(request: Request) -> Response:
            request.scope[trace.METHOD] = name
            return await handler(request, await self.rest.admit(request))

        return Route(PREFIX + path, endpoint, methods=list(verbs))


def operation_of(request: Request) -> str:
    """The id of the operation that the path names; UnknownOperation for what cannot be one."""
    return operation_id(request.path_params["operation_id"])
