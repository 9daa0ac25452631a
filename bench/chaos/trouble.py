"""What goes wrong in a run. One trouble begins after the other at random moments; those that last overlap."""

import asyncio
import contextlib
import random
import time
from collections import Counter
from collections.abc import Callable, Coroutine, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import psutil

from bench.chaos.store import Store
from bench.fleet import Fleet, Member
from tests.servers.breaking_proxy import Fault

Trouble = Callable[[], Coroutine[Any, Any, None]]

# A store that is away for longer than the fetch step tries (pipeline/fetch.py: 10.5 s) fails operations.
OUTAGE_SECONDS = (0.5, 5.0)
FULL_SECONDS = (0.5, 4.0)
FROZEN_SECONDS = (0.5, 4.0)
RESTARTED_AFTER_SECONDS = (0.0, 2.0)
RECOGNISERS, DECODERS = "recogniser_process", "sandbox_host"  # in the command lines of children
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
        lasting: set[str] = set()  # nothing happens twice at a time
        async with asyncio.TaskGroup() as group:
            while not done.is_set():
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(done.wait(), self.chance.expovariate(1 / pause_seconds))
                    break
                (trouble,) = self.chance.choices(list(weights), list(weights.values()))
                name = trouble.__name__
                if name not in lasting:
                    lasting.add(name)
                    self.made[name.replace("_", " ")] += 1
                    task = group.create_task(trouble())
                    task.add_done_callback(partial(forget, lasting, name))

    async def kill(self) -> None:
        """kill -9 of the whole service; a supervisor starts it again."""
        service = self.fleet.workers[0]
        began = time.monotonic()
        service.kill()
        await asyncio.sleep(self.chance.uniform(*RESTARTED_AFTER_SECONDS))
        service.start()
        await self.fleet.ready()
        self.recovery_seconds.append(time.monotonic() - began)

    async def freeze(self) -> None:
        """SIGSTOP, and later SIGCONT: it wakes up in a world that went on."""
        member = self.chance.choice(self.fleet.members)
        member.freeze()
        await asyncio.sleep(self.chance.uniform(*FROZEN_SECONDS))
        member.thaw()

    async def kill_recogniser(self) -> None:
        """kill -9 of a recogniser process, busy or not."""
        self._kill_child(self.chance.choice(self.fleet.workers), RECOGNISERS)

    async def kill_decoders(self) -> None:
        """kill -9 of the process that decoders are forked from."""
        self._kill_child(self.chance.choice(self.fleet.workers), DECODERS)

    async def store_fails(self) -> None:
        """The S3 server errs, stalls, cuts its answers or resets connections."""
        fault = self.chance.choice([fault for fault in Fault if fault is not Fault.NONE])
        self.made[f"store {fault}"] += 1
        self.store.proxy.suffer(fault)
        await asyncio.sleep(self.chance.uniform(*OUTAGE_SECONDS))
        self.store.proxy.suffer(Fault.NONE)

    async def fill_disk(self) -> None:
        """Not a byte is free."""
        assert self.disk is not None
        ballast = self.disk / "ballast"
        with contextlib.suppress(OSError), ballast.open("wb", buffering=0) as file:
            while file.write(bytes(MIB)):
                pass
        await asyncio.sleep(self.chance.uniform(*FULL_SECONDS))
        ballast.unlink()

    def _kill_child(self, member: Member, part_of_command: str) -> None:
        if member.alive and (children := member.children(part_of_command)):
            with contextlib.suppress(psutil.NoSuchProcess):
                self.chance.choice(children).kill()


def forget(names: set[str], name: str, _: object) -> None:
    """For add_done_callback."""
    names.discard(name)
