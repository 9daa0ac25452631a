"""The processes under test: one `govor serve`, or API nodes and workers around one database.

A supervisor stands behind each: what was killed is started again when it is told to.
"""

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import psutil

from scripts.local_service import free_port
from tests.servers.lifetime import ended_with_us_by

ROOT = Path(__file__).parent.parent
READY_SECONDS = 600.0  # importing everything takes 3 s of a processor that others may use, too
STOP_SECONDS = 120.0
LOOK_SECONDS = 0.2


@dataclass(kw_only=True, slots=True)
class Member:
    """One process of the service, through all its lives."""

    name: str
    command: Sequence[str]
    http: str  # the address where it tells about itself
    environment: Mapping[str, str]
    log: Path
    process: subprocess.Popen[bytes] | None = None
    lives: int = 0
    down: bool = False  # it was killed; the supervisor waits until it is started
    ended_alone: list[str] = field(default_factory=list)
    wrong_ends: list[str] = field(default_factory=list)

    def start(self) -> None:
        """A new life."""
        environment = {**os.environ, **self.environment}
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.command, stdout=log, stderr=log, env=environment, cwd=ROOT,
                preexec_fn=ended_with_us_by(signal.SIGKILL),
            )  # fmt: skip
        self.lives += 1
        self.down = False

    @property
    def alive(self) -> bool:
        """Whether its process runs, or is stopped."""
        return self.process is not None and self.process.poll() is None

    @property
    def pid(self) -> int:
        """Of this life."""
        return self.running().pid

    def running(self) -> subprocess.Popen[bytes]:
        """The process of this life."""
        assert self.process is not None
        return self.process

    def kill(self) -> None:
        """SIGKILL; nothing of it is left when this returns."""
        self.down = True
        if self.process is not None:
            self.process.kill()
            self.process.wait()

    def freeze(self) -> None:
        """SIGSTOP."""
        if self.alive:
            os.kill(self.pid, signal.SIGSTOP)

    def thaw(self) -> None:
        """SIGCONT."""
        if self.alive:
            os.kill(self.pid, signal.SIGCONT)

    def children(self, part_of_command: str) -> list[psutil.Process]:
        """Its child processes whose command line has this in it."""
        found = []
        with contextlib.suppress(psutil.NoSuchProcess):
            for child in psutil.Process(self.pid).children():
                with contextlib.suppress(psutil.NoSuchProcess):
                    if part_of_command in " ".join(child.cmdline()):
                        found.append(child)
        return found

    def end(self) -> None:
        """SIGTERM, as a supervisor would; what does not end well is noted."""
        if self.process is None or self.process.poll() is not None:
            return
        self.process.terminate()
        try:
            status = self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.wrong_ends.append(f"{self.name} did not end within {STOP_SECONDS:g} s of SIGTERM")
            self.kill()
        else:
            if status != 0:
                self.wrong_ends.append(f"{self.name} ended with status {status} on SIGTERM")


@dataclass(frozen=True, kw_only=True, slots=True)
class Fleet:
    """Everything that runs; `workers` take work, `apis` answer. One process alone is in both."""

    apis: Sequence[Member]
    workers: Sequence[Member]
    addresses: Sequence[str]

    @property
    def members(self) -> list[Member]:
        """Each once."""
        return list({id(member): member for member in (*self.apis, *self.workers)}.values())

    async def ready(self) -> float:
        """Wait until every address would run a job; returns the seconds that took."""
        began = time.monotonic()
        async with httpx.AsyncClient(timeout=5) as client:
            for address in self.addresses:
                while not await answers(client, f"{address}/health/ready"):
                    if time.monotonic() - began > READY_SECONDS:
                        raise RuntimeError(f"{address} did not become ready:\n{self.last_words()}")
                    await asyncio.sleep(LOOK_SECONDS)
        return time.monotonic() - began

    async def all_working(self) -> None:
        """Wait until every worker says that it is ready."""
        async with httpx.AsyncClient(timeout=5) as client:
            for worker in self.workers:
                await self.working(worker, client)

    async def working(self, worker: Member, client: httpx.AsyncClient) -> None:
        """Wait until one says so."""
        end = time.monotonic() + READY_SECONDS
        while not await answers(client, f"{worker.http}/health/ready"):
            if time.monotonic() > end:
                raise RuntimeError(f"{worker.name} did not become ready:\n{self.last_words()}")
            await asyncio.sleep(LOOK_SECONDS)

    def last_words(self) -> str:
        """The ends of all logs."""
        return "\n".join(f"{member.name}:\n{member.log.read_text()[-1500:]}" for member in self.members)

    async def supervise(self, done: asyncio.Event) -> None:
        """Start again whatever ended by itself, as systemd would."""
        while not done.is_set():
            for member in self.members:
                if not member.down and not member.alive:
                    status = member.process.returncode if member.process else None
                    member.ended_alone.append(f"{member.name} ended by itself, status {status}")
                    member.start()
            await asyncio.sleep(LOOK_SECONDS)


async def answers(client: httpx.AsyncClient, url: str) -> bool:
    """Whether this is a 200."""
    try:
        return (await client.get(url)).status_code == 200
    except httpx.TransportError:
        return False


def alone(program: Sequence[str], folder: Path, environment: Mapping[str, str]) -> Fleet:
    """One `govor serve` on SQLite; `program` is govor() or simulated()."""
    http = f"127.0.0.1:{free_port()}"
    command = [*program, "serve", "--data-dir", str(folder / "data"), *door(http)]
    log = folder / "service.log"
    member = Member(name="service", command=command, http=f"http://{http}", environment=environment, log=log)
    return Fleet(apis=[member], workers=[member], addresses=[member.http])


def around(
    url: str, ways: Sequence[str], program: Sequence[str], folder: Path, environment: Mapping[str, str]
) -> Fleet:
    """One API node on the database `url`, and a worker for each of `ways` to it (the same, or proxies)."""
    http = f"127.0.0.1:{free_port()}"
    api = Member(
        name="api",
        http=f"http://{http}",
        command=[*program, "serve", *data_dir(folder, "api"), *door(http), "--no-worker"],
        environment={**environment, "GOVOR_DATABASE_URL": url},
        log=folder / "api.log",
    )
    workers = [
        worker(number, program, folder, {**environment, "GOVOR_DATABASE_URL": way})
        for number, way in enumerate(ways, 1)
    ]
    return Fleet(apis=[api], workers=workers, addresses=[api.http])


def worker(number: int, program: Sequence[str], folder: Path, environment: Mapping[str, str]) -> Member:
    """One `govor worker`; it tells about itself on a port of its own."""
    http = f"127.0.0.1:{free_port()}"
    return Member(
        name=f"worker {number}",
        command=[*program, "worker", *data_dir(folder, f"worker-{number}"), "--http", http],
        http=f"http://{http}",
        environment=environment,
        log=folder / f"worker-{number}.log",
    )


def door(http: str) -> list[str]:
    """Where a service answers: everybody, for it is this machine only."""
    return ["--http", http, "--grpc", f"127.0.0.1:{free_port()}", "--auth", "none"]


def data_dir(folder: Path, name: str) -> list[str]:
    """Every machine of a fleet has a data directory of its own."""
    return ["--data-dir", str(folder / "data" / name)]


def simulated(kind: str) -> list[str]:
    """`govor` with the simulated recogniser."""
    return [sys.executable, "-m", "bench.simulated", kind]


def govor() -> list[str]:
    """`govor` as it is."""
    return [sys.executable, "-m", "govor"]


@contextlib.contextmanager
def running(fleet: Fleet) -> Iterator[Fleet]:
    """Started when the block begins; nothing of it is left behind it."""
    try:
        for member in fleet.members:
            member.start()
        yield fleet
    finally:
        for member in fleet.members:
            member.kill()
