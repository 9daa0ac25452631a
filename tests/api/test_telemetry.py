"""What the log says, and what it must never say."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from govor import telemetry
from govor.settings import Settings
from tests.api import memory
from tests.api.live import Live, live, request_for

LINK = "https://storage.yandexcloud.net/private-bucket/private-name.ogg?X-Amz-Signature=private-signature"


@pytest.fixture(autouse=True)
def quiet_again() -> Iterator[None]:
    """Give the other tests their quiet log back."""
    yield
    telemetry.configure_logging(Settings(log_level="error"))


def talk(service: Live) -> list[str]:
    """Everything that a caller can do, once; returns the ids of the operations."""
    service.operations.outcomes |= {
        LINK: memory.MONO,
        "s3://private-bucket/fault": RuntimeError("cause of the fault"),
        "s3://private-bucket/failed": memory.FAILED,
    }
    done = service.finished(LINK).json()["id"]
    failed = service.finished("s3://private-bucket/failed").json()["id"]
    service.rpc_operation("Get", done)
    service.post(request_for("s3://private-bucket/fault"), x_client_request_id="callers-id")
    service.post(request_for(LINK), Authorization="Api-Key private-wrong-key")
    service.post('{"private-field": "private-value"}')
    service.get("/operations/unknown?private-query=1")
    return [done, failed]


def written(capsys: pytest.CaptureFixture[str], data_dir: Path, **settings: Any) -> tuple[str, list[str]]:
    """The log of `talk`."""
    telemetry.configure_logging(Settings(log_level="debug", **settings))
    with live(data_dir) as service:
        ids = talk(service)
        secrets = [service.key, service.key_of_another_folder]
    text = capsys.readouterr().err
    assert not [secret for secret in secrets if secret in text]
    return text, ids


@pytest.mark.parametrize("log_format", ["json", "console"])
def test_log_holds_no_secret_no_link_and_no_transcript(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, log_format: str
) -> None:
    text, _ = written(capsys, tmp_path, log_format=log_format)
    assert "request" in text
    for private in ("private", "добрый", "Добрый", "октября"):
        assert private not in text


def test_json_log_has_one_object_a_line_with_the_ids(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    text, ids = written(capsys, tmp_path, log_format="json")
    lines = [json.loads(line) for line in text.splitlines()]
    requests = [line for line in lines if line["event"] == "request"]
    assert all(line["request_id"] and line["level"] and line["timestamp"] for line in requests)
    assert {line["operation_id"] for line in requests if "operation_id" in line} >= set(ids)


def test_fault_is_logged_with_its_cause_under_the_request_id(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    text, _ = written(capsys, tmp_path, log_format="json")
    lines = [json.loads(line) for line in text.splitlines()]
    fault = next(line for line in lines if line["event"] == "request failed")
    assert "cause of the fault" in fault["exception"]
    answered = next(line for line in lines if line.get("status") == 500)
    assert answered["request_id"] == fault["request_id"]


def test_polls_are_too_many_for_the_usual_log(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    telemetry.configure_logging(Settings(log_level="info", log_format="json"))
    with live(tmp_path) as service:
        service.get(f"/operations/{service.submit()}")
        service.get("/health/ready")
    methods = [json.loads(line).get("method", "") for line in capsys.readouterr().err.splitlines()]
    assert methods == ["yandex.cloud.ai.stt.v2.SttService/LongRunningRecognize"]
