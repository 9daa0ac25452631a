"""A real `govor serve` process on free ports, and the few calls that the demo and the benchmarks make of it.

Standard library only: the demo runs it on a bare machine.
"""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

GOVOR = [sys.executable, "-m", "govor"]
READY_SECONDS = 60.0
STOP_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class LocalService:
    """A running service: its REST address, an API key, and its process."""

    base: str
    grpc: str
    key: str
    process: subprocess.Popen[bytes]

    def call(self, method: str, path: str, body: bytes | None = None) -> bytes:
        """One HTTP request with the API key; raises HTTPError on any status but 2xx."""
        headers = {"Authorization": f"Api-Key {self.key}"}
        request = urllib.request.Request(self.base + path, body, headers, method=method)
        with urllib.request.urlopen(request, timeout=120) as answer:
            return bytes(answer.read())

    def put(self, path: Path, bucket: str = "samples") -> str:
        """Upload a file into the local object store; returns the link to it."""
        self.call("PUT", f"/objects/{bucket}/{path.name}", path.read_bytes())
        return f"https://storage.yandexcloud.net/{bucket}/{path.name}"

    def submit(self, uri: str) -> dict[str, Any]:
        """Post a link to OggOpus in Russian; returns the Operation."""
        request = {"config": {"specification": {"languageCode": "ru-RU"}}, "audio": {"uri": uri}}
        body = json.dumps(request).encode()
        return dict(json.loads(self.call("POST", "/speech/stt/v2/longRunningRecognize", body)))

    def wait(
        self, operation_id: str, *, timeout_seconds: float, poll_seconds: float = 0.05
    ) -> dict[str, Any]:
        """Poll until the operation is done; raises if it failed or is late."""
        deadline = time.monotonic() + timeout_seconds
        while time.monotonic() < deadline:
            operation = dict(json.loads(self.call("GET", f"/operations/{operation_id}")))
            if "error" in operation:
                raise RuntimeError(f"recognition failed: {operation['error']}")
            if operation["done"]:
                return operation
            time.sleep(poll_seconds)
        raise RuntimeError(f"operation {operation_id} is not done after {timeout_seconds} s")


def free_port() -> int:
    """A TCP port that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def create_key(data_dir: Path) -> str:
    """A fresh API key for the service of `data_dir`."""
    command = [*GOVOR, "keys", "create", "--name", "local", "--data-dir", str(data_dir)]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def wait_until_ready(
    base: str, process: subprocess.Popen[bytes], opener: urllib.request.OpenerDirector, seconds: float
) -> None:
    """Ask until the service would run a job."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and process.poll() is None:
        with contextlib.suppress(OSError), opener.open(f"{base}/health/ready", timeout=5):
            return
        time.sleep(0.02)
    raise RuntimeError("the service did not become ready")


@contextlib.contextmanager
def serving(
    command: Sequence[str],
    base: str,
    log_path: Path,
    environment: Mapping[str, str],
    *,
    opener: urllib.request.OpenerDirector | None = None,
    ready_seconds: float = READY_SECONDS,
) -> Iterator[subprocess.Popen[bytes]]:
    """Run `command` from when it is ready until the block ends; show its log if the block fails."""
    with log_path.open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, env={**os.environ, **environment})
        try:
            wait_until_ready(base, process, opener or urllib.request.build_opener(), ready_seconds)
            yield process
        except Exception:
            sys.stderr.write(log_path.read_text(errors="replace")[-4000:])
            raise
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(timeout=STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


@contextlib.contextmanager
def running(
    data_dir: Path, *, prefix: Sequence[str] = (), environment: Mapping[str, str] | None = None
) -> Iterator[LocalService]:
    """Run `govor serve` (after `prefix`, e.g. taskset) until the block ends; show its log if it fails."""
    http, grpc = f"127.0.0.1:{free_port()}", f"127.0.0.1:{free_port()}"
    key = create_key(data_dir)
    command = [*prefix, *GOVOR, "serve", "--data-dir", str(data_dir), "--http", http, "--grpc", grpc]
    base = f"http://{http}"
    with serving(command, base, data_dir / "serve.log", environment or {}) as process:
        yield LocalService(base, grpc, key, process)
