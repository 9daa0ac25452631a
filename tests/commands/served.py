"""A real service process with the tiny recogniser; it can be killed, and started again at its address."""

import contextlib
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
import wave
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from govor.settings import Settings
from govor.storage.identities import Identities
from scripts.local_service import free_port

RATE_HZ = 8_000
READY_SECONDS = 120.0  # it takes 3 s of a processor that others use, too
ROOT = Path(__file__).parents[2]


@dataclass(slots=True)
class Served:
    """The service through all its lives."""

    data_dir: Path
    url: str
    grpc: str
    key: str
    kind: str
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """A new life; returns when a job would run."""
        command = [sys.executable, "-m", "tests.commands.simulated", self.kind, "serve"]
        flags = ["--data-dir", str(self.data_dir), "--http", self.url.removeprefix("http://")]
        environment = {**os.environ, "GOVOR_DISK_FREE_BYTES_MIN": "0", "GOVOR_LOG_LEVEL": "warning"}
        with (self.data_dir / "serve.log").open("ab") as log:
            self.process = subprocess.Popen(
                [*command, *flags, "--grpc", self.grpc], stdout=log, stderr=log, cwd=ROOT, env=environment
            )
        end = time.monotonic() + READY_SECONDS
        while time.monotonic() < end and self.process.poll() is None:
            with (
                contextlib.suppress(urllib.error.URLError, OSError),
                urllib.request.urlopen(f"{self.url}/health/ready", timeout=5),
            ):
                return
            time.sleep(0.05)
        raise AssertionError((self.data_dir / "serve.log").read_text(errors="replace")[-3000:])

    def kill(self) -> None:
        """SIGKILL; nothing of it is left when this returns."""
        assert self.process is not None
        self.process.kill()
        self.process.wait()

    def end(self) -> None:
        """SIGTERM, and wait."""
        assert self.process is not None
        self.process.terminate()
        self.process.wait(timeout=60)

    @property
    def flags(self) -> list[str]:
        """What a command needs to reach it."""
        return ["--server", self.url, "--key", self.key]


@contextlib.contextmanager
def served(data_dir: Path, kind: str = "") -> Iterator[Served]:
    """Serve until the block ends; `kind` is what tests/tiny/recogniser.py takes."""
    data_dir.mkdir(parents=True, exist_ok=True)
    identities = Identities.open(Settings(data_dir=data_dir))
    key, _ = identities.keys.create(name="tests")
    identities.close()
    ports = [f"127.0.0.1:{free_port()}" for _ in range(2)]
    service = Served(data_dir, f"http://{ports[0]}", ports[1], key, kind)
    try:
        service.start()
        yield service
    finally:
        if service.process is not None and service.process.poll() is None:
            service.end()


def recording(path: Path, levels: Sequence[int], channels: int = 1) -> Path:
    """A WAV file whose every second has one of these levels, which the tiny recogniser hears as words."""
    sound = np.repeat(np.asarray(levels, "<i2"), RATE_HZ)
    path.parent.mkdir(parents=True, exist_ok=True)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(2)
        file.setframerate(RATE_HZ)
        file.writeframes(np.stack([sound] * channels, axis=1).tobytes())
    return path
