"""A patient client: it submits, polls and cancels through REST, and tries again whatever may pass."""

import asyncio
import random
from collections.abc import Collection
from typing import Any

import httpx

from bench.chaos.jobs import Job, Kind
from bench.chaos.ledger import Ledger
from bench.chaos.store import BUCKET
from tests.tiny.recogniser import RATE_HZ

SUBMIT = "/speech/stt/v2/longRunningRecognize"
ANSWER_SECONDS = 60.0  # a stalled store keeps a POST waiting; then we ask again
PAUSE_SECONDS = 0.3  # before the same question again
ROUND_SECONDS = 1.0  # between two looks at what is open
READERS = 8  # GETs at once
# Of what is open and of what is done so many, drawn at random, are read in a round: a run shall keep workers
# busy, not the door.
OPEN_READ, DONE_READ = 50, 10
CANCEL_SECONDS = 4.0  # after its acceptance at the latest
POSTS_OF_A_REPEATED = 3


class Client:
    """Works against one or several addresses of the same service, writes everything into the ledger."""

    def __init__(self, addresses: list[str], ledger: Ledger, seed: int) -> None:
        self.addresses = addresses
        self.ledger = ledger
        self.seed = seed
        self.chance = random.Random(seed)
        self.posts_retried = 0
        self._http = httpx.AsyncClient(timeout=ANSWER_SECONDS)
        self._reading = asyncio.Semaphore(READERS)
        self._cancelling: set[asyncio.Task[None]] = set()

    async def submit(self, job: Job) -> None:
        """Until it is accepted or refused."""
        posts = POSTS_OF_A_REPEATED if job.kind is Kind.REPEATED else 1
        await asyncio.gather(*(self._post(job) for _ in range(posts)))
        self.ledger.check_single(job)
        if job.kind is Kind.CANCELLED:
            for operation_id in self.ledger.operations_of(job):
                self._cancelling.add(asyncio.create_task(self._cancel(operation_id)))

    async def watch(self, done: asyncio.Event) -> None:
        """Poll some of what is open, and look again at some of what is done, until `done`."""
        while not done.is_set():
            drawn = [*self._some(self.ledger.open, OPEN_READ), *self._some(self.ledger.outcomes, DONE_READ)]
            await asyncio.gather(*(self.read(operation_id) for operation_id in drawn))
            await asyncio.sleep(ROUND_SECONDS)

    async def read(self, operation_id: str) -> None:
        """One GET; what may pass is left for the next round."""
        async with self._reading:
            answer = await self._ask("GET", f"/operations/{operation_id}")
        if answer is None or answer.status_code >= 500:
            return
        if answer.status_code == 200:
            self.ledger.read(operation_id, answer.json())
        else:
            self.ledger.lost(operation_id, f"{answer.status_code} {answer.text[:200]}")

    async def settled(self) -> None:
        """Wait until everything that was to be cancelled is."""
        await asyncio.gather(*self._cancelling)

    async def close(self) -> None:
        """Hang up."""
        await self._http.aclose()

    def _some(self, operation_ids: Collection[str], most: int) -> list[str]:
        return self.chance.sample(list(operation_ids), min(most, len(operation_ids)))

    async def _post(self, job: Job) -> None:
        headers = {"Idempotency-Key": f"chaos-{self.seed}-{job.number}"}
        while True:
            answer = await self._ask("POST", SUBMIT, json=request(job), headers=headers)
            if answer is not None and answer.status_code == 200:
                return self.ledger.accept(job, answer.json()["id"])
            if answer is not None and answer.status_code < 500 and answer.status_code != 429:
                return self.ledger.refuse(job, f"{answer.status_code} {' '.join(answer.text.split())[:300]}")
            self.posts_retried += 1
            await asyncio.sleep(PAUSE_SECONDS)

    async def _cancel(self, operation_id: str) -> None:
        """A moment later; an answered cancellation is a promise, too, and the polls see to it."""
        await asyncio.sleep(self.chance.uniform(0, CANCEL_SECONDS))
        while True:
            answer = await self._ask("POST", f"/operations/{operation_id}:cancel")
            if answer is not None and answer.status_code < 500:
                break
            await asyncio.sleep(PAUSE_SECONDS)
        if answer.status_code != 200:
            self.ledger.lost(operation_id, f"cancelling it: {answer.status_code}")

    async def _ask(self, method: str, path: str, **options: Any) -> httpx.Response | None:
        """An answer, or None when the service is away."""
        try:
            return await self._http.request(method, self.chance.choice(self.addresses) + path, **options)
        except httpx.TransportError:
            return None


def request(job: Job) -> dict[str, Any]:
    """The body of a POST."""
    specification: dict[str, Any] = {"languageCode": "ru-RU", "audioEncoding": "OGG_OPUS"}
    if not job.recording.opus:
        specification |= {
            "audioEncoding": "LINEAR16_PCM",
            "sampleRateHertz": RATE_HZ,
            "audioChannelCount": job.recording.channels,
        }
    uri = f"https://storage.yandexcloud.net/{BUCKET}/{job.recording.key}"
    return {"config": {"specification": specification}, "audio": {"uri": uri}}
