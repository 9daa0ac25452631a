"""What the browser meets: `govor serve` as it is, or with a recogniser that says much and hostile things."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests

from govor import app, telemetry
from govor.operations import Operations
from govor.settings import Settings
from tests.api.live import in_thread
from tests.tiny import talker
from tests.tiny.service import ROOT

SAMPLES = ROOT / "samples"
TIMEOUT_SECONDS = 60.0
POLLS_MAX = 60  # of half a minute each


@dataclass(frozen=True, slots=True)
class Served:
    """Where the service answers, and a key for it."""

    base: str
    key: str

    @property
    def headers(self) -> dict[str, str]:
        """With the key."""
        return {"Authorization": f"Api-Key {self.key}"}

    def call(self, method: str, path: str, **options: Any) -> requests.Response:
        """A call of the extensions API that must not fail; the test's own view of what the page shows."""
        answer = requests.request(
            method,
            f"{self.base}/govor/v1{path}",
            headers={**self.headers, **options.pop("headers", {})},
            timeout=TIMEOUT_SECONDS,
            **options,
        )
        assert answer.ok, answer.text
        return answer

    def transcribed(self, content: bytes, name: str, **task: Any) -> Mapping[str, Any]:
        """Upload, submit, wait: a finished operation, as /govor/v1 shows it."""
        upload = self.call("POST", "/uploads", params={"name": name}, data=content).json()
        body = {"uploadId": upload["id"], "name": name, **task}
        operation = self.call("POST", "/transcriptions", json=body).json()
        for _ in range(POLLS_MAX):
            operation = self.call("GET", f"/operations/{operation['id']}", params={"waitSeconds": 30}).json()
            if operation["state"] not in ("queued", "running"):
                break
        assert operation["state"] == "done", operation
        return dict(operation)


@contextmanager
def talking(data_dir: Path, **changed: Any) -> Iterator[Served]:
    """Everything `govor serve` has, but the talker for a recogniser."""
    os.environ["PYTHONPATH"] = str(ROOT)  # recogniser processes import the talker
    telemetry.configure_logging(Settings(log_level="error"))
    settings = Settings(**{"data_dir": data_dir, "http": "127.0.0.1:0", "grpc": "127.0.0.1:0", **changed})
    parts = app.build(settings)
    assert isinstance(parts.operations, Operations)
    parts.operations.work.pool.loader = talker.LOADER
    secret, _ = parts.identities.keys.create(name="browser")
    with in_thread(settings, parts) as running:
        yield Served(f"http://127.0.0.1:{running.http_port}", secret)
