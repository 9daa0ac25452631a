"""Webhooks of a key: make, list, look, delete."""

import asyncio
import time
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from govor import roles
from govor.api.extensions import shapes
from govor.api.extensions.answers import answer, gone
from govor.api.extensions.bodies import body_of
from govor.api.extensions.door import PREFIX, Entrance
from govor.api.extensions.submission import read_webhook
from govor.records import Caller
from govor.storage.webhooks import Webhooks
from govor.webhooks.targets import Targets


@dataclass(frozen=True, kw_only=True, slots=True)
class WebhooksDoor:
    """Keeps addresses that are told of every operation of a key."""

    webhooks: Webhooks
    targets: Targets

    def routes(self, entrance: Entrance) -> list[Route]:
        """The paths of this file."""
        one = "/webhooks/{webhook_id}"
        return [
            entrance.route("/webhooks", self.list_webhooks, "GET"),
            entrance.route("/webhooks", self.create_webhook, "POST"),
            entrance.route(one, self.get_webhook, "GET"),
            entrance.route(one, self.delete_webhook, "DELETE"),
        ]

    async def list_webhooks(self, _: Request, caller: Caller) -> Response:
        """Those of this key, and what signs for webhooks without a secret of their own."""
        hooks = await asyncio.to_thread(self.webhooks.of, caller)
        secret = await asyncio.to_thread(self.webhooks.signing_secret, caller.folder_id)
        return answer({"webhooks": [shapes.webhook(hook) for hook in hooks], "signingSecret": secret})

    async def create_webhook(self, request: Request, caller: Caller) -> Response:
        """A new one, with its secret."""
        roles.require(caller, roles.STT_USER)
        asked = read_webhook(await body_of(request))
        self.targets.check(asked.url)
        now_ms = int(time.time() * 1000)
        made = await asyncio.to_thread(self.webhooks.create, caller, asked.url, asked.secret, now_ms)
        return answer(shapes.webhook(made), 201, {"Location": f"{PREFIX}/webhooks/{made.id}"})

    async def get_webhook(self, request: Request, caller: Caller) -> Response:
        """One, with its last deliveries."""
        hook = await asyncio.to_thread(self.webhooks.get, caller, request.path_params["webhook_id"])
        return answer(shapes.webhook(hook, await asyncio.to_thread(self.webhooks.deliveries, hook.id)))

    async def delete_webhook(self, request: Request, caller: Caller) -> Response:
        """Tell it no more."""
        await asyncio.to_thread(self.webhooks.delete, caller, request.path_params["webhook_id"])
        return gone()
