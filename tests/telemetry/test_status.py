"""`govor status` and the document behind it, against a running service."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import requests
import yaml
from click.testing import CliRunner, Result

from govor.cli import main
from govor.commands import status
from scripts.local_service import free_port
from tests.api import memory
from tests.api.live import TIMEOUT_SECONDS, Live, live, request_for

OPENAPI = Path(__file__).parents[2] / "src/govor/api/extensions/openapi.yaml"
NOT_READY, UNREACHABLE, DENIED = 1, 3, 4
BUSY: Mapping[str, Any] = {
    "ready": True,
    "reason": "",
    "version": "0.1.0",
    "startedAt": "2026-11-22T21:00:00Z",
    "operations": {"queued": 12, "running": 2, "done": 310, "failed": 0},
    "queues": [
        {"queue": "operations", "class": "general", "depth": 12, "oldestSeconds": 74.0},
        {"queue": "operations", "class": "deferred-general", "depth": 3, "oldestSeconds": 7_260.0},
        {"queue": "parts", "class": "general", "depth": 0, "oldestSeconds": 0.0},
    ],
    "clipsWaiting": 41,
    "recognisers": {"starting": 0, "free": 0, "busy": 2},
    "processes": {"service": 1, "recogniser": 2},
    "memoryBytes": {"service": 120 << 20, "recogniser": 320 << 20},
    "diskFreeBytes": 44 << 30,
    "audioSeconds": 90_061.0,
    "models": [{"language": "ru-RU", "model": "ru-small", "quality": "embedded", "problem": ""}],
    "errors": [
        {"where": "operation", "code": "INVALID_ARGUMENT", "count": 3, "lastAt": "2026-11-22T23:59:18Z"}
    ],
}
NOW = 1_795_392_000.0  # 2026-11-23T00:00:00Z
SCREEN = """\
ready: govor 0.1.0 at http://127.0.0.1:8080, up for 3 h 0 min
  models       ru-RU ru-small (embedded)
  queue        12 operations wait, the oldest for 1 min 14 s
               3 operations of deferred-general wait, the oldest for 2 h 1 min
  operations   12 queued, 2 running, 310 done
  recognisers  2 busy; 41 pieces of speech wait
  memory       440 MiB: service 120, recogniser 320
  disk         44.0 GiB free
  audio        1 d 1 h recognised since the start
  errors       operation INVALID_ARGUMENT: 3, the last 42 s ago"""


def run(service: Live, *arguments: str, key: str | None = None) -> Result:
    """`govor status` against this service."""
    flags = ["--server", service.http, "--key", key or service.key]
    return CliRunner().invoke(main, ["status", *flags, *arguments])


def test_the_screen_of_a_busy_service() -> None:
    assert "\n".join(status.lines(BUSY, "http://127.0.0.1:8080", now=NOW)) == SCREEN


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(-3, "0 s"), (59.4, "59 s"), (60, "1 min 0 s"), (3_599, "59 min 59 s"), (86_399, "23 h 59 min")],
)
def test_durations_have_two_units_at_most(seconds: float, text: str) -> None:
    assert status.duration(seconds) == text


def test_document_is_the_one_that_openapi_describes(service: Live) -> None:
    schemas = yaml.safe_load(OPENAPI.read_text(encoding="utf-8"))["components"]["schemas"]
    document = service.get("/govor/v1/status").json()
    jsonschema.validate(document, schemas["Status"])
    jsonschema.validate(BUSY, schemas["Status"])
    assert set(document) == set(schemas["Status"]["properties"])
    assert {"language": "ru-RU", "model": "ru-small", "quality": "embedded", "problem": ""} in document[
        "models"
    ]


def test_status_wants_a_key(service: Live) -> None:
    answer = requests.get(f"{service.http}/govor/v1/status", timeout=TIMEOUT_SECONDS)
    assert answer.status_code == 401
    assert run(service, key="AQVNwrong").exit_code == DENIED


def test_terminal_shows_the_latest_errors_by_code(tmp_path: Path) -> None:
    with live(tmp_path) as service:
        service.operations.outcomes["s3://bucket/key"] = memory.MONO
        service.finished("s3://bucket/key")
        service.post("{")
        service.rpc_operation("Get", "unknown")
        result = run(service)
        document = json.loads(run(service, "--json").stdout)
    assert result.exit_code == 0, result.output
    assert result.stdout.startswith("ready: govor ")
    assert "rest 400: 1, the last " in result.stdout
    counted = {(each["where"], each["code"]): each["count"] for each in document["errors"]}
    assert counted == {("rest", "400"): 1, ("grpc", "NOT_FOUND"): 1}
    assert document["operations"] == {"done": 1, "running": 0}


def test_service_that_is_not_ready_says_why_and_fails_the_command(tmp_path: Path) -> None:
    with live(tmp_path) as service:
        service.post(request_for("s3://never/done"))
        service.operations.not_ready = "the model ru-small is missing"
        result = run(service)
    assert result.exit_code == NOT_READY
    assert result.stdout.startswith("NOT READY: the model ru-small is missing: govor ")


def test_nobody_answers() -> None:
    arguments = ["status", "--server", f"http://127.0.0.1:{free_port()}", "--key", "none"]
    assert CliRunner().invoke(main, arguments).exit_code == UNREACHABLE
