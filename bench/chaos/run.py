"""One run: jobs and troubles at the same time, then peace, then the questions."""

import asyncio
import contextlib
import math
import os
import random
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import httpx

from bench.chaos import jobs as mix
from bench.chaos.client import Client
from bench.chaos.database import Database
from bench.chaos.fleet_trouble import FleetTroublemaker
from bench.chaos.ledger import Ledger
from bench.chaos.store import WORK_URL, holding
from bench.chaos.trouble import Troublemaker
from bench.fleet import Fleet, Member, alone, answers, around, running, simulated
from tests.servers.breaking_proxy import BreakingProxy, breaking_proxy
from tests.servers.postgres import PostgresServer

# Submitted and not yet done: enough for a queue, few enough that a poll of all of them is quick.
OPEN_MAX = 150
SUBMITTERS = 8
# After the troubles everything has to come to an end by itself: one job after the other, each before so long.
PEACE_SECONDS = 180.0
DISK_MIB = 192  # the data directory's own, where it can be mounted
KEPT_FREE_BYTES = 8 << 20
HEARING = "share:0.02"  # a recogniser that is twice as fast as the real one on a quiet core
TELL_SECONDS = 60.0  # between two lines about how far a run is
SWEEP_SECONDS = 60.0  # for the first sweep after a start


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """What a run is to be."""

    seed: int
    jobs: int
    folder: Path
    workers: int = 3  # of a fleet
    pause_seconds: float = 3.0  # between the beginnings of two troubles
    minutes: float = math.inf  # for submitting; what is not accepted by then is left out


@dataclass(kw_only=True, slots=True)
class Verdict:
    """What came of it; good if there are no violations."""

    seed: int
    accepted: int
    refused: int
    ended: Mapping[str, int]  # done, failed, cancelled
    troubles: Mapping[str, int]
    seconds: float
    recovery_seconds: list[float]
    posts_retried: int
    read_again: int
    given_up: Mapping[str, int]
    ended_alone: list[str]
    violations: list[str] = field(default_factory=list)


async def alone_on_sqlite(plan: Plan) -> Verdict:
    """One `govor serve` on SQLite, its data directory on a small disk if we may mount one."""
    jobs = mix.made(plan.jobs, plan.seed)
    data_dir = plan.folder / "data"
    data_dir.mkdir(parents=True)
    with holding(jobs) as store, small_disk(data_dir) as disk:
        environment = {**store.settings, "GOVOR_DISK_FREE_BYTES_MIN": str(KEPT_FREE_BYTES)}
        with running(alone(simulated(HEARING), plan.folder, environment)) as fleet:
            troublemaker = Troublemaker(fleet, store, random.Random(plan.seed), disk)
            verdict = await judged(plan, jobs, fleet, troublemaker, Database.of_folder(data_dir))
            left = await swept(fleet.workers, partial(os.listdir, data_dir / "scratch"))
    verdict.violations += [f"left in the folder of work files: {name}" for name in left]
    return verdict


async def fleet_on_postgresql(plan: Plan, server: PostgresServer) -> Verdict:
    """An API node and workers, each with a way of its own to the database."""
    jobs = mix.made(plan.jobs, plan.seed)
    data_dir = plan.folder / "data"
    data_dir.mkdir(parents=True)
    database = Database(server.create())
    with contextlib.ExitStack() as stack:
        store = stack.enter_context(holding(jobs))
        disk = stack.enter_context(small_disk(data_dir))
        ways = [stack.enter_context(breaking_proxy(server.port)) for _ in range(plan.workers)]
        environment = {
            **store.settings,
            "GOVOR_DISK_FREE_BYTES_MIN": str(KEPT_FREE_BYTES),
            "GOVOR_WORK_URL": WORK_URL,
        }
        urls = [through(way, database.url) for way in ways]
        made = around(database.url, urls, simulated(HEARING), plan.folder, environment)
        fleet = stack.enter_context(running(made))
        troublemaker = FleetTroublemaker(
            fleet, store, random.Random(plan.seed), disk, server=server, database=database, ways=ways
        )
        verdict = await judged(plan, jobs, fleet, troublemaker, database)
        left = await swept(fleet.apis, store.work_files)
    verdict.violations += [f"left in the bucket of work files: {key}" for key in left]
    return verdict


async def judged(
    plan: Plan, jobs: list[mix.Job], fleet: Fleet, troublemaker: Troublemaker, database: Database
) -> Verdict:
    """Run the jobs in trouble, wait for the end of everything, and look at what is there."""
    ledger = Ledger()
    client = Client(list(fleet.addresses), ledger, plan.seed)
    await fleet.ready()
    began = time.monotonic()
    peace, done = asyncio.Event(), asyncio.Event()
    async with asyncio.TaskGroup() as group:
        group.create_task(fleet.supervise(done))
        group.create_task(client.watch(done))
        group.create_task(told(ledger, troublemaker, done))
        troubled = group.create_task(troublemaker.run(peace, plan.pause_seconds))
        await submitted(jobs, client, began + 60 * plan.minutes)
        await client.settled()
        peace.set()
        await troubled
        await fleet.ready()
        await until_done(ledger, PEACE_SECONDS)
        done.set()
    seconds = time.monotonic() - began
    await asyncio.gather(*(client.read(operation_id) for operation_id in ledger.outcomes))  # a last time
    await client.close()
    for member in fleet.members:
        member.end()
    ledger.violations += [f"{operation_id} is not done" for operation_id in ledger.open]
    return Verdict(
        seed=plan.seed,
        accepted=len(ledger.accepted),
        refused=len(ledger.refused),
        ended=ledger.ended(),
        troubles=troublemaker.made,
        seconds=seconds,
        recovery_seconds=troublemaker.recovery_seconds,
        posts_retried=client.posts_retried,
        read_again=ledger.read_again,
        given_up=ledger.given_up,
        ended_alone=[end for member in fleet.members for end in member.ended_alone],
        violations=[
            *ledger.violations,
            *[end for member in fleet.members for end in member.wrong_ends],
            *database.contradictions(ledger),
        ],
    )


async def swept(members: Sequence[Member], look: Callable[[], list[str]]) -> list[str]:
    """What is left of work files once the next life has cleared away what a killed one left."""
    for member in members:
        member.start()
    async with httpx.AsyncClient(timeout=5) as client:
        for member in members:
            while member.alive and not await answers(client, f"{member.http}/health/live"):  # noqa: ASYNC110
                await asyncio.sleep(0.2)
    end = time.monotonic() + SWEEP_SECONDS
    while (left := await asyncio.to_thread(look)) and time.monotonic() < end:  # noqa: ASYNC110
        await asyncio.sleep(0.2)
    for member in members:
        member.end()
    return left


async def told(ledger: Ledger, troublemaker: Troublemaker, done: asyncio.Event) -> None:
    """A line now and then, for who watches a long run."""
    while not done.is_set():
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(done.wait(), TELL_SECONDS)
            return
        counts = {
            "accepted": len(ledger.accepted),
            "ended": len(ledger.outcomes),
            "troubles": sum(troublemaker.made.values()),
            "contradictions": len(ledger.violations),
        }
        print(f"  {', '.join(f'{count} {what}' for what, count in counts.items())}", flush=True)


async def submitted(jobs: list[mix.Job], client: Client, until: float) -> None:
    """Every job, as fast as the service takes them, never more than OPEN_MAX open; none any more then."""
    async with asyncio.TaskGroup() as group:
        room = asyncio.Semaphore(SUBMITTERS)
        for job in jobs:
            if time.monotonic() > until:
                return
            while len(client.ledger.open) >= OPEN_MAX:  # noqa: ASYNC110 - polled, as everything here
                await asyncio.sleep(0.1)
            await room.acquire()
            task = group.create_task(client.submit(job))
            task.add_done_callback(lambda _: room.release())


async def until_done(ledger: Ledger, seconds: float) -> None:
    """Wait until nothing is open; when nothing ended for `seconds`, what still is will be a violation."""
    ended, end = len(ledger.outcomes), time.monotonic() + seconds
    while ledger.open and time.monotonic() < end:
        await asyncio.sleep(0.2)
        if len(ledger.outcomes) > ended:
            ended, end = len(ledger.outcomes), time.monotonic() + seconds


def through(way: BreakingProxy, url: str) -> str:
    """The same database, reached over a proxy."""
    begin, _, database = url.rpartition("/")
    return f"{begin.rpartition(':')[0]}:{way.port}/{database}"


@contextlib.contextmanager
def small_disk(folder: Path) -> Iterator[Path | None]:
    """A disk of DISK_MIB mounted there until the block ends; None where that is not allowed."""
    command = ["mount", "-t", "tmpfs", "-o", f"size={DISK_MIB}m", "tmpfs", str(folder)]
    if os.geteuid() != 0 or subprocess.run(command, capture_output=True, check=False).returncode:
        yield None
        return
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)
