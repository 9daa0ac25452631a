"""What only HTTP can get wrong."""

import gzip
import http.client
import json
import zlib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import requests

from tests.api import memory
from tests.api.live import SUBMIT, TIMEOUT_SECONDS, Live, live, request_for

URI = "https://storage.yandexcloud.net/bucket/speech.ogg"


@pytest.fixture(scope="module")
def strict_service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """Strict, always with chunks, with true confidences, and small."""
    data_dir = tmp_path_factory.mktemp("strict")
    with live(
        data_dir, strict=True, always_chunks=True, true_confidence=True, body_bytes_max=1_000
    ) as running:
        yield running


@pytest.mark.parametrize(
    "content_type",
    [
        "application/json",
        "application/x-www-form-urlencoded",
        "text/plain",
        "multipart/form-data",
        "audio/ogg",
        "",
        "nonsense",
    ],
)
def test_body_is_json_whatever_its_content_type_says(service: Live, content_type: str) -> None:
    answer = service.post(request_for(URI), Content_Type=content_type)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"


@pytest.mark.parametrize(
    "host",
    [
        "transcribe.api.cloud.yandex.net",
        "operation.api.cloud.yandex.net:443",
        "stt.api.cloud.yandex.net",
        "x",
    ],
)
def test_every_path_is_served_on_every_host(service: Live, host: str) -> None:
    answer = service.post(request_for(URI), Host=host)
    assert answer.status_code == 200
    assert service.get(f"/operations/{answer.json()['id']}", Host=host).status_code == 200


@pytest.mark.parametrize("before", ["{base}", "/", "//"])
def test_path_may_be_absolute_or_have_a_slash_too_many_in_front(service: Live, before: str) -> None:
    operation_id = service.submit()
    host, port = service.http.removeprefix("http://").split(":")
    connection = http.client.HTTPConnection(host, int(port), timeout=TIMEOUT_SECONDS)
    target = before.format(base=service.http) + f"/operations/{operation_id}"
    connection.request("GET", target, headers=service.authorization)
    answer = connection.getresponse()
    assert (answer.status, json.loads(answer.read())["id"]) == (200, operation_id)
    connection.close()


@pytest.mark.parametrize(("coding", "pack"), [("gzip", gzip.compress), ("deflate", zlib.compress)])
def test_body_may_be_packed(service: Live, coding: str, pack: Callable[[bytes], bytes]) -> None:
    body = json.dumps(request_for(URI)).encode()
    assert service.post(pack(body), Content_Encoding=coding).status_code == 200
    refused = service.post(body, Content_Encoding=coding)
    assert (refused.status_code, refused.json()["code"]) == (400, 3)
    unknown = service.post(body, Content_Encoding="br")
    assert (unknown.status_code, unknown.headers["accept-encoding"]) == (415, "gzip, deflate")
    assert unknown.json()["code"] == 3


def test_submit_answers_200_with_done_false_and_no_result(service: Live) -> None:
    answer = service.post(request_for(URI))
    assert answer.status_code == 200
    assert list(answer.json()) == ["done", "id", "createdAt", "createdBy", "modifiedAt"]
    assert answer.json()["done"] is False


@pytest.mark.parametrize("verb", ["GET", "POST"])
def test_cancel_is_taken_as_get_and_as_post(service: Live, verb: str) -> None:
    path = f"{service.http}/operations/{service.submit('s3://never/done')}"
    answer = requests.request(verb, f"{path}:cancel", headers=service.authorization, timeout=TIMEOUT_SECONDS)
    assert answer.status_code == 200
    assert answer.json()["done"] is True
    assert answer.json()["error"] == {"code": 1, "message": "Operation is cancelled", "details": []}
    assert service.get(path.removeprefix(service.http)).json() == answer.json()


def test_cancelling_what_is_done_changes_nothing(service: Live) -> None:
    service.operations.outcomes["s3://done/already"] = memory.MONO
    finished = service.finished("s3://done/already").json()
    assert service.get(f"/operations/{finished['id']}:cancel").json() == finished


@pytest.mark.parametrize(
    ("verb", "path", "http_status", "code"),
    [
        ("GET", "/speech", 404, 5),
        ("GET", "/speech/stt/v2", 404, 5),
        ("POST", f"{SUBMIT}/", 404, 5),
        ("GET", f"{SUBMIT}", 405, 12),
        ("PUT", f"{SUBMIT}", 405, 12),
        ("POST", "/operations/e03", 405, 12),
        ("DELETE", "/operations/e03:cancel", 405, 12),
        ("GET", "/operations/a/b", 404, 5),
        ("GET", "/objects/bucket/key", 405, 12),
        ("POST", "/health/live", 405, 12),
    ],
)
def test_http_errors_have_the_same_shape_as_ours(
    service: Live, verb: str, path: str, http_status: int, code: int
) -> None:
    answer = requests.request(verb, service.http + path, timeout=TIMEOUT_SECONDS)
    assert answer.status_code == http_status
    assert answer.headers["content-type"] == "application/json"
    assert list(answer.json()) == ["code", "message", "details"]
    assert answer.json()["code"] == code
    assert answer.headers["x-request-id"]


def test_wrong_verb_is_told_the_right_one(service: Live) -> None:
    answer = requests.get(service.http + SUBMIT, timeout=TIMEOUT_SECONDS)
    assert answer.headers["allow"] == "POST"


def test_stranger_is_told_which_scheme_to_use(service: Live) -> None:
    answer = requests.post(service.http + SUBMIT, "{}", timeout=TIMEOUT_SECONDS)
    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Api-Key")


def test_body_over_the_limit_is_refused_by_its_declared_length(strict_service: Live) -> None:
    answer = strict_service.post(b" " * 1_001)
    assert (answer.status_code, answer.json()["code"]) == (413, 3)
    assert answer.json()["details"][0]["metadata"]["detail"] == "the body is longer than 1000 bytes"


def test_body_over_the_limit_is_refused_even_if_it_declares_no_length(strict_service: Live) -> None:
    answer = requests.post(
        strict_service.http + SUBMIT,
        (b" " * 100 for _ in range(11)),
        headers=strict_service.authorization,
        timeout=TIMEOUT_SECONDS,
    )
    assert answer.status_code == 413


def test_strict_mode_refuses_unknown_fields_with_their_path(strict_service: Live) -> None:
    answer = strict_service.post(request_for(URI, hasTimestamps=True))
    assert answer.status_code == 400
    assert answer.json()["message"] == "unknown field: config.specification.hasTimestamps"


def test_chunks_are_absent_on_silence_unless_asked_for(service: Live, strict_service: Live) -> None:
    for each in (service, strict_service):
        each.operations.outcomes["s3://bucket/silence"] = memory.SILENT
    assert list(service.finished("s3://bucket/silence").json()["response"]) == ["@type"]
    assert strict_service.finished("s3://bucket/silence").json()["response"]["chunks"] == []


def test_confidence_is_true_only_if_asked_for(service: Live, strict_service: Live) -> None:
    found = []
    for each in (service, strict_service):
        each.operations.outcomes["s3://bucket/mono"] = memory.MONO
        document = each.finished("s3://bucket/mono").json()
        found.append(document["response"]["chunks"][0]["alternatives"][0]["words"][1]["confidence"])
    assert found == [1, 0.877]
    assert isinstance(found[0], int)


def test_poll_shows_the_submitted_object_until_it_is_done(service: Live) -> None:
    submitted = service.post(request_for("s3://never/done")).json()
    assert service.get(f"/operations/{submitted['id']}").json() == submitted


def test_failed_operation_is_an_http_200_with_an_error_inside(service: Live) -> None:
    service.operations.outcomes["s3://bucket/broken"] = memory.FAILED
    answer = service.finished("s3://bucket/broken")
    assert answer.status_code == 200
    assert answer.json()["error"]["message"] == "Invalid audio received"
    assert "response" not in answer.json()


def test_query_on_the_operation_is_ignored(service: Live) -> None:
    assert service.get(f"/operations/{service.submit()}?operation_id=other&x=1").status_code == 200


def test_without_keys_anybody_on_this_machine_is_let_in(tmp_path: Path) -> None:
    with live(tmp_path, auth="none") as service:
        for headers in ({}, {"Authorization": "Bearer whatever"}):
            answer = requests.post(
                service.http + SUBMIT,
                '{"audio": {"uri": "s3://a/b"}}',
                headers=headers,
                timeout=TIMEOUT_SECONDS,
            )
            assert answer.status_code == 200
            assert answer.json()["createdBy"] == "ajelocal000000000000"


def test_many_submissions_at_once_are_all_accepted(service: Live) -> None:
    with ThreadPoolExecutor(20) as pool:
        ids = list(pool.map(lambda number: service.submit(f"s3://many/{number}"), range(200)))
    assert len(set(ids)) == 200
