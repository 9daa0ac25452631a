"""Delivers what is noted in storage/webhooks.py.

Rule 1: an operation is told of when it can be read: not before its end is on record.
Rule 2: any 2xx is an answer, 410 means never again; everything else is tried again, later and later.
Rule 3: whoever takes a delivery has it for LEASE_SECONDS; if he dies over it, somebody takes it again.
"""

import asyncio
import random
import time
from collections.abc import Callable

import structlog

from govor.errors import GovorError, UnknownOperation
from govor.overview import Overview, View
from govor.records import Caller
from govor.storage.webhooks import DELIVERED, FAILED, WAITING, Delivery, Webhooks
from govor.webhooks import signature
from govor.webhooks.sender import ANSWER_SECONDS, Sender, told

# After each failed attempt; about as the Standard Webhooks specification proposes. Over two days in all:
# results live for three.
WAITS_SECONDS = (5, 30, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 86_400)
JITTER = 0.1  # of a wait, so that a receiver that comes back is not met by everybody at once
SOON_SECONDS = 0.3  # until an operation that has just ended is on record
LEASE_SECONDS = 2 * ANSWER_SECONDS + 5
AT_ONCE = 16  # deliveries on their way
LOOK_SECONDS = 1.0  # how often due deliveries are looked for, where no end was noticed by this process
GONE = 410

log = structlog.get_logger(__name__)


class Courier:
    """`body` writes what is told of an operation: schema WebhookEvent of the extensions API."""

    def __init__(
        self,
        webhooks: Webhooks,
        overview: Overview,
        sender: Sender,
        body: Callable[[View], bytes],
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.webhooks = webhooks
        self.overview = overview
        self.sender = sender
        self.body = body
        self.clock = clock

    async def run(self) -> None:
        """Deliver until it is cancelled."""
        while True:
            try:
                busy = await self.round()
            except GovorError:
                log.exception("webhooks cannot be delivered")
                busy = False
            if not busy:
                await asyncio.sleep(LOOK_SECONDS)

    async def round(self) -> bool:
        """Try what is due; whether there may be more."""
        now_ms, lease_ms = self._now_ms(), int(LEASE_SECONDS * 1000)
        taken = await asyncio.to_thread(self.webhooks.take, now_ms, lease_ms, AT_ONCE)
        await asyncio.gather(*(self.deliver(each) for each in taken))
        return len(taken) == AT_ONCE

    async def deliver(self, due: Delivery) -> None:
        """One attempt, and a note of what came of it."""
        caller = Caller(subject_id=due.subject_id, folder_id=due.folder_id)
        try:
            view = await self.overview.view(due.operation_id, caller)
        except UnknownOperation:  # deleted, or expired while nobody answered
            await self._note(due, FAILED, due.attempts, 0.0, "the operation is gone")
            return
        if not view.ended:
            await self._note(due, WAITING, due.attempts, SOON_SECONDS, "")
            return
        try:
            status = await self._post(due, view)
            done, answer = 200 <= status < 300, f"HTTP {status}"
        except GovorError as error:
            status, done, answer = 0, False, told(error)
        attempts = due.attempts + 1
        log.info("webhook", delivery=due.id, operation_id=due.operation_id, attempt=attempts, answer=answer)
        if done:
            await self._note(due, DELIVERED, attempts, 0.0, answer)
        elif status == GONE or attempts > len(WAITS_SECONDS):
            await self._note(due, FAILED, attempts, 0.0, answer)
        else:
            wait_seconds = WAITS_SECONDS[attempts - 1] * (1 + random.uniform(-JITTER, JITTER))  # noqa: S311
            await self._note(due, WAITING, attempts, wait_seconds, answer)

    async def _post(self, due: Delivery, view: View) -> int:
        secret = due.secret or await asyncio.to_thread(self.webhooks.signing_secret, due.folder_id)
        body = self.body(view)
        headers = signature.headers(secret, due.id, int(self.clock()), body)
        return await self.sender.post(due.url, headers, body)

    async def _note(self, due: Delivery, state: str, attempts: int, wait_seconds: float, answer: str) -> None:
        next_ms = self._now_ms() + int(wait_seconds * 1000)
        await asyncio.to_thread(
            lambda: self.webhooks.note(
                due.id, state=state, attempts=attempts, next_ms=next_ms, answer=answer[:500]
            )
        )

    def _now_ms(self) -> int:
        return int(self.clock() * 1000)
