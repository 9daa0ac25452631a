"""What of the client needs no I/O: errors, retries, events, requests, what is imported, what is generated."""

import json
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import govor
from govor import client
from govor.client import asking, errors
from govor.client.events import Event, EventReader
from govor.client.retries import Retries
from scripts import sync_client

ERROR = {"code": 3, "message": "Invalid audio received", "details": []}
DETAIL = {"@type": "type.googleapis.com/google.rpc.ErrorInfo", "metadata": {"detail": "found WebM"}}


@pytest.mark.parametrize(
    ("status", "document", "kind", "code", "message", "detail"),
    [
        (400, ERROR, errors.InvalidRequest, 3, "Invalid audio received", ""),
        (400, ERROR | {"details": [DETAIL]}, errors.InvalidRequest, 3, ERROR["message"], "found WebM"),
        (401, {"code": 16, "message": "UNAUTHORIZED"}, errors.Unauthenticated, 16, "UNAUTHORIZED", ""),
        (403, {"code": 7, "message": "denied"}, errors.PermissionDenied, 7, "denied", ""),
        (404, {"error": {"grpcCode": 5, "message": "not ready"}}, errors.NotFound, 5, "not ready", ""),
        (429, {"code": 8, "message": "quota"}, errors.QuotaExceeded, 8, "quota", ""),
        (503, {"code": 14, "message": "starting"}, errors.Unavailable, 14, "starting", ""),
        (500, {"code": 13, "message": "Internal"}, errors.Refused, 13, "Internal", ""),
        (502, "<html>Bad", errors.Unavailable, 14, "the service answered HTTP 502", "<html>Bad"),
        (418, [], errors.Refused, 13, "the service answered HTTP 418", "[]"),
    ],
)  # fmt: skip
def test_an_answer_becomes_the_error_it_stands_for(
    status: int, document: object, kind: type[errors.Refused], code: int, message: str, detail: str
) -> None:
    body = document if isinstance(document, str) else json.dumps(document)
    error = errors.refusal(status, {"x-request-id": "r-1"}, body.encode())
    assert (type(error), error.code, error.message, error.detail) == (kind, code, message, detail)
    assert (error.http_status, error.request_id) == (status, "r-1")
    assert "(request r-1)" in str(error)


def test_every_kind_of_error_is_one_of_ours() -> None:
    kinds = [each for each in vars(errors).values() if isinstance(each, type) and issubclass(each, Exception)]
    assert len(kinds) > 10
    assert all(issubclass(each, client.ClientError) for each in kinds)


@pytest.mark.parametrize(("text", "seconds"), [("5", 5.0), ("0", 0.0), ("soon", None), ("", None)])
def test_retry_after_is_read_as_seconds(text: str, seconds: float | None) -> None:
    assert errors.retry_after({"retry-after": text}) == seconds


@given(st.integers(1, 40), st.floats(0, 1))
def test_waits_grow_are_bounded_and_end(tried: int, chance: float) -> None:
    policy = Retries(tries_max=10, first_seconds=0.5, longest_seconds=8)
    delay = policy.delay(tried, chance)
    if tried >= 10:
        assert delay is None
    else:
        grown = min(8, 0.5 * 2 ** (tried - 1))
        assert delay is not None
        assert grown / 2 <= delay <= grown


@pytest.mark.parametrize(("asked", "delay"), [(30.0, 30.0), (0.1, 1.0), (500.0, None)])
def test_the_service_may_ask_for_a_longer_wait_but_not_for_hours(asked: float, delay: float | None) -> None:
    assert Retries(first_seconds=1).delay(1, 1.0, asked) == delay


STREAM = 'id: 7\nevent: progress\ndata: {"a":1}\n\n: heartbeat\n\ndata: x\ndata: y\n\n'


def test_events_are_read_line_by_line_and_heartbeats_are_dropped() -> None:
    reader = EventReader()
    found = [event for line in STREAM.split("\n") if (event := reader.feed(line))]
    assert found == [Event("progress", '{"a":1}', "7"), Event("message", "x\ny", "7")]


def test_options_are_written_as_the_api_spells_them() -> None:
    options = {"literature_text": True, "hot_words": ("Говор",), "sample_rate_hertz": 8000}
    assert asking.transcription(None, "u1", options) == {
        "uploadId": "u1",
        "literatureText": True,
        "hotWords": ["Говор"],
        "sampleRateHertz": 8000,
    }


def test_a_query_holds_only_what_was_asked_for() -> None:
    since = datetime(2026, 11, 22, 12, tzinfo=UTC)
    asked = asking.query(states=("queued", "running"), search="", since=since, until=None, page_size=10)
    assert asked == {"state": "queued,running", "since": "2026-11-22T12:00:00Z", "pageSize": "10"}


@pytest.mark.parametrize(
    ("statement", "absent"),
    [
        ("import govor", "httpx dbos numpy grpc click pydantic starlette"),
        ("import govor; govor.Client", "dbos numpy grpc pydantic starlette sqlalchemy"),
    ],
)
def test_importing_the_client_brings_nothing_of_the_service(statement: str, absent: str) -> None:
    script = f"{statement}\nimport sys\nprint(sorted(set({absent.split()!r}) & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_clients_are_names_of_the_package() -> None:
    assert (govor.Client, govor.AsyncClient) == (client.Client, client.AsyncClient)
    with pytest.raises(AttributeError, match="nothing"):
        govor.nothing  # noqa: B018


def test_the_blocking_client_is_what_the_script_makes_of_the_asynchronous_one(tmp_path: Path) -> None:
    sync_client.write(tmp_path)
    made = {path.name: path.read_text(encoding="utf-8") for path in tmp_path.glob("*.py")}
    folder = sync_client.CLIENT / "blocking"
    here = {path.name: path.read_text(encoding="utf-8") for path in folder.glob("*.py")}
    assert here == made, "run `python -m scripts.sync_client`"
