"""The service itself: who calls, which models there are, what was used."""

import asyncio
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from govor.api.extensions import parameters, shapes
from govor.api.extensions.answers import answer
from govor.api.extensions.door import Entrance
from govor.overview import Overview
from govor.recognition import serving
from govor.records import Caller
from govor.settings import Settings

DAYS, DAYS_MAX = 30, 366


@dataclass(frozen=True, kw_only=True, slots=True)
class ServiceDoor:
    """Answers about the service."""

    overview: Overview
    settings: Settings

    def routes(self, entrance: Entrance) -> list[Route]:
        """The paths of this file."""
        return [
            entrance.route("/me", self.get_me, "GET"),
            entrance.route("/models", self.list_models, "GET"),
            entrance.route("/usage", self.get_usage, "GET"),
        ]

    async def get_me(self, _: Request, caller: Caller) -> Response:
        """Who calls."""
        return answer(shapes.me(caller, self.settings.auth))

    async def list_models(self, _: Request, __: Caller) -> Response:
        """What serves each language."""
        found = await asyncio.to_thread(serving.languages_served, self.settings)
        return answer({"models": [shapes.language(each) for each in found]})

    async def get_usage(self, request: Request, caller: Caller) -> Response:
        """What the folder used, by day."""
        days = parameters.whole(request.query_params, "days", default=DAYS, least=1, most=DAYS_MAX)
        return answer(shapes.usage(await self.overview.usage(caller, days)))
