"""What goes wrong in a run. One trouble begins after the other at random moments; those that last overlap.

Rule 1: a trouble lasts until the service is ready again, and none begins twice at a time: the slowest machine
        gets on, and a run ends.
Rule 2: a helper process (a recogniser, the host of decoders) is killed only if those of its service did
        something since the last such kill: an innocent recording is never given up for poison.
"""

import asyncio
import contextlib
import random
import time
from collections import Counter
from collections.abc import Callable, Coroutine, Mapping
from pathlib import Path
from typing import Any

import httpx
import psutil
from prometheus_client.parser import text_string_to_metric_families

from bench.chaos.store import Store
from bench.fleet import Fleet, Member
from tests.servers.breaking_proxy import Fault

Trouble = Callable[[], Coroutine[Any, Any, bool]]  # False: it could not be made just now

# A store that is away for longer than the fetch step tries (pipeline/fetch.py: 10.5 s) fails operations.
OUTAGE_SECONDS = (0.5, 5.0)
FULL_SECONDS = (0.5, 4.0)
FROZEN_SECONDS = (0.5, 4.0)
RESTARTED_AFTER_SECONDS = (0.0, 2.0)
# In the command lines of children, and what a service counts of their work.
RECOGNISERS, DECODERS = "recogniser_process", "sandbox_host"
Work = tuple[str, Mapping[str, str]]  # a sample of GET /metrics, and its labels
HEARD: Work = ("govor_real_time_factor_count", {})
DECODED: Work = ("govor_stage_seconds_count", {"stage": "prepare"})
DONE_BETWEEN = 3  # a clip, a recording, is given up when three processes died over it
MIB = 1 << 20


class Troublemaker:
    """Makes trouble for one process that does everything; `disk` is a mount that may be filled, or None."""

    def __init__(self, fleet: Fleet, store: Store, chance: random.Random, disk: Path | None) -> None:
        self.fleet = fleet
        self.store = store
        self.chance = chance
        self.disk = disk
        self.made: Counter[str] = Counter()
        self.recovery_seconds: list[float] = []  # from each kill to the moment that its work is in good hands
        self._lasting: set[str] = set()
        self._done_before: dict[tuple[str, str], float] = {}  # at the last kill, by member and kind of child

    def troubles(self) -> Mapping[Trouble, int]:
        """Each with its weight."""
        return {
            self.kill: 6,
            self.freeze: 2,
            self.kill_recogniser: 5,
            self.kill_decoders: 2,
            self.store_fails: 5,
            self.fill_disk: 2 if self.disk else 0,
        }

    async def run(self, done: asyncio.Event, pause_seconds: float) -> None:
        """One trouble after the other, on average `pause_seconds` apart, until `done`; then peace."""
        weights = self.troubles()
        async with asyncio.TaskGroup() as group:
            while not done.is_set():
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(done.wait(), self.chance.expovariate(1 / pause_seconds))
                    break
                (trouble,) = self.chance.choices(list(weights), list(weights.values()))
                if trouble.__name__ not in self._lasting:
                    self._lasting.add(trouble.__name__)
                    group.create_task(self._through(trouble))

    async def kill(self) -> bool:
        """kill -9 of the whole service; a supervisor starts it again."""
        service = self.fleet.workers[0]
        began = time.monotonic()
        service.kill()
        await asyncio.sleep(self.chance.uniform(*RESTARTED_AFTER_SECONDS))
        service.start()
        await self.fleet.ready()
        self.recovery_seconds.append(time.monotonic() - began)
        return True

    async def freeze(self) -> bool:
        """SIGSTOP, and later SIGCONT: it wakes up in a world that went on."""
        member = self.chance.choice(self.fleet.members)
        member.freeze()
        await asyncio.sleep(self.chance.uniform(*FROZEN_SECONDS))
        member.thaw()
        return True

    async def kill_recogniser(self) -> bool:
        """kill -9 of a recogniser process, busy or not."""
        return await self._kill_child(RECOGNISERS, HEARD)

    async def kill_decoders(self) -> bool:
        """kill -9 of the process that decoders are forked from."""
        return await self._kill_child(DECODERS, DECODED)

    async def store_fails(self) -> bool:
        """The S3 server errs, stalls, cuts its answers or resets connections."""
        fault = self.chance.choice([fault for fault in Fault if fault is not Fault.NONE])
        self.made[f"store {fault}"] += 1
        self.store.proxy.suffer(fault)
        await asyncio.sleep(self.chance.uniform(*OUTAGE_SECONDS))
        self.store.proxy.suffer(Fault.NONE)
        return True

    async def fill_disk(self) -> bool:
        """Not a byte is free."""
        assert self.disk is not None
        ballast = self.disk / "ballast"
        with contextlib.suppress(OSError), ballast.open("wb", buffering=0) as file:
            while file.write(bytes(MIB)):
                pass
        await asyncio.sleep(self.chance.uniform(*FULL_SECONDS))
        ballast.unlink()
        return True

    async def _through(self, trouble: Trouble) -> None:
        """From its beginning to the moment that the service has got over it."""
        try:
            if await trouble():
                self.made[trouble.__name__.replace("_", " ")] += 1
            await self.fleet.ready()
        finally:
            self._lasting.discard(trouble.__name__)

    async def _kill_child(self, part_of_command: str, work: Work) -> bool:
        member = self.chance.choice(self.fleet.workers)
        done, spared = await counted(member, work), (member.name, part_of_command)
        if done is None or 0 <= done - self._done_before.get(spared, -DONE_BETWEEN) < DONE_BETWEEN:
            return False
        if not member.alive or not (children := member.children(part_of_command)):
            return False
        self._done_before[spared] = done
        with contextlib.suppress(psutil.NoSuchProcess):
            self.chance.choice(children).kill()
        return True


async def counted(member: Member, work: Work) -> float | None:
    """How much of this work a service has done in its present life; None when it does not answer."""
    name, labels = work
    try:
        async with httpx.AsyncClient(timeout=10) as client:
            answer = await client.get(f"{member.http}/metrics")
    except httpx.TransportError:
        return None
    if answer.status_code != 200:
        return None
    samples = (each for family in text_string_to_metric_families(answer.text) for each in family.samples)
    return sum(each.value for each in samples if each.name == name and each.labels == labels)
