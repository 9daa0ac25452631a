"""A service with the tiny recogniser and the extensions API, on free ports, and clients of it."""

import contextlib
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import numpy as np

from govor import app, telemetry
from govor.api.extensions.assembly import Extensions
from govor.engine.sqlite import DATABASE
from govor.operations import Operations
from govor.pipeline.clips import SAMPLE
from govor.settings import Settings
from govor.storage.identities import Identities
from tests.api.live import in_thread
from tests.extensions import contract
from tests.tiny.immediate import immediate
from tests.tiny.recogniser import RATE_HZ
from tests.tiny.service import build, template

V1 = "/govor/v1"
WAIT_SECONDS = 60.0  # for what must happen; it usually takes a few tenths
PCM = {"audioEncoding": "LINEAR16_PCM", "sampleRateHertz": RATE_HZ}


class Client(httpx.Client):
    """Holds every answer against the OpenAPI document; paths are below /govor/v1."""

    def request(self, method: str, url: Any, **options: Any) -> httpx.Response:
        """One request, checked."""
        answer = super().request(method, url, **options)
        if answer.request.url.path.startswith(V1):
            contract.check(answer)
        return answer

    def uploaded(self, levels: list[int], channels: int = 1, name: str = "call.pcm") -> dict[str, Any]:
        """Upload a recording whose every second has one of these levels."""
        body = sound(levels, channels)
        answer = self.post(f"{V1}/uploads", params={"name": name}, content=body)
        assert answer.status_code == 201, answer.text
        return dict(answer.json())

    def submitted(self, levels: list[int], channels: int = 1, **asked: Any) -> dict[str, Any]:
        """Upload and submit; the operation."""
        upload = self.uploaded(levels, channels, asked.pop("file", "call.pcm"))
        body = {"uploadId": upload["id"], "channels": channels, **PCM, **asked}
        answer = self.post(f"{V1}/transcriptions", json=body)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def ended(self, operation_id: str) -> dict[str, Any]:
        """Wait until an operation has ended."""
        end = time.monotonic() + WAIT_SECONDS
        while time.monotonic() < end:
            answer = self.get(f"{V1}/operations/{operation_id}", params={"waitSeconds": 20})
            assert answer.status_code == 200, answer.text
            if answer.json()["stage"] == "finished":
                return dict(answer.json())
        raise AssertionError(f"{operation_id} does not end")

    def done(self, levels: list[int], channels: int = 1, **asked: Any) -> dict[str, Any]:
        """Upload, submit, wait; the operation that is done."""
        operation = self.ended(self.submitted(levels, channels, **asked)["id"])
        assert operation["state"] == "done", operation
        return operation


@dataclass(frozen=True, kw_only=True, slots=True)
class Running:
    """A service and two callers of different folders."""

    service: app.Running
    base: str
    data_dir: Path
    operations: Operations
    extensions: Extensions
    alice: Client
    bob: Client
    keys: tuple[str, str]


@contextlib.contextmanager
def running(data_dir: Path, kind: str = "", **settings: Any) -> Iterator[Running]:
    """Serve until the block ends; only errors are logged."""
    telemetry.configure_logging(Settings(log_level="error"))
    made = {"http": "127.0.0.1:0", "grpc": "127.0.0.1:0", "database_url": "", **settings}
    operations = build(data_dir, kind, **made)
    if not (data_dir / DATABASE).exists():
        (data_dir / DATABASE).write_bytes(template())
    identities = Identities.of(operations.work.journal.database)
    alice, _ = identities.keys.create(name="alice", folder_id="b1galice000000000000")
    bob, _ = identities.keys.create(name="bob", folder_id="b1gbob00000000000000")
    extensions = Extensions.of(operations)
    parts = app.Parts(
        identities=identities,
        uploads=operations.objects,
        operations=operations,
        immediate=immediate(operations.settings, operations.work.pool),
        extensions=extensions,
    )
    with in_thread(operations.settings, parts) as service, contextlib.ExitStack() as clients:
        base = f"http://127.0.0.1:{service.http_port}"
        yield Running(
            service=service,
            base=base,
            data_dir=data_dir,
            operations=operations,
            extensions=extensions,
            alice=clients.enter_context(client(base, alice)),
            bob=clients.enter_context(client(base, bob)),
            keys=(alice, bob),
        )


def client(base: str, key: str) -> Client:
    """A caller with a key; empty for none."""
    headers = {"Authorization": f"Api-Key {key}"} if key else {}
    return Client(base_url=base, headers=headers, timeout=60.0, trust_env=False)


def sound(levels: list[int], channels: int = 1) -> bytes:
    """LINEAR16_PCM whose every second has one of these levels; channel k is k - 1 louder."""
    mono = np.repeat(np.asarray(levels, SAMPLE), RATE_HZ)
    return np.stack([mono + channel for channel in range(channels)], axis=1).astype(SAMPLE).tobytes()
