"""Whatever is sent, the answer is 200 or a well-formed refusal: never a 5xx, never a dead service."""

import json
import socket
from typing import Any

import pytest
import requests
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from govor.pb.yandex.cloud.operation import operation_pb2
from tests.api.live import SUBMIT, TIMEOUT_SECONDS, Live

EXAMPLES = 200  # about a second; the readers behind the doors get more in test_lenient_json.py
hostile = settings(
    max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)

NAMES = [
    "config",
    "audio",
    "specification",
    "folderId",
    "uri",
    "content",
    "languageCode",
    "language_code",
    "model",
    "audioEncoding",
    "sampleRateHertz",
    "audioChannelCount",
    "rawResults",
    "literature_text",
    "profanityFilter",
]
any_text = st.text(st.characters(exclude_categories=()))  # halves of surrogate pairs too
any_json = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | any_text
    | st.sampled_from(["ru-RU", "true", "8000", "s3://a/b", "OGG_OPUS", "LINEAR16_PCM"]),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES) | any_text, inner, max_size=4)
    ),
    max_leaves=12,
)
near_request = st.fixed_dictionaries(
    {"audio": st.fixed_dictionaries({"uri": any_text | st.just("s3://bucket/key")})},
    optional={
        "config": st.fixed_dictionaries(
            {},
            optional={
                "folderId": any_text,
                "specification": st.dictionaries(st.sampled_from(NAMES), any_json, max_size=5),
            },
        )
    },
)


@pytest.fixture(scope="module")
def session() -> requests.Session:
    return requests.Session()


def check(service: Live, session: requests.Session, body: bytes) -> None:
    answer = session.post(service.http + SUBMIT, body, headers=service.authorization, timeout=TIMEOUT_SECONDS)
    document = answer.json()
    if answer.status_code == 200:
        assert document["done"] is False
    else:
        assert 400 <= answer.status_code < 500, answer.text
        assert list(document) == ["code", "message", "details"]
        assert isinstance(document["message"], str)
        assert document["message"].isprintable()


@hostile
@given(any_json | near_request)
def test_any_json_is_answered(service: Live, session: requests.Session, document: Any) -> None:
    check(service, session, json.dumps(document).encode())


@hostile
@given(st.binary(max_size=300))
def test_any_bytes_are_answered(service: Live, session: requests.Session, body: bytes) -> None:
    check(service, session, body)


@hostile
@given(st.binary(max_size=300))
def test_any_bytes_over_grpc_are_answered(service: Live, body: bytes) -> None:
    name = "/yandex.cloud.ai.stt.v2.SttService/LongRunningRecognize"
    answer = service.rpc(name, body, operation_pb2.Operation)
    assert answer.code in ("OK", "INVALID_ARGUMENT", "UNAUTHENTICATED")  # the last: another folder's id


@pytest.mark.parametrize(
    "raw",
    [
        b"\x00\xff\r\n\r\n",
        b"GET\r\n\r\n",
        b"POST /speech/stt/v2/longRunningRecognize HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\n",
        b"POST /speech/stt/v2/longRunningRecognize HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: x\r\n\r\n",
        b"GET /operations/\xff\xfe HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
        b"GET /health/live HTTP/1.1\r\nHost: x\r\nX: " + b"y" * 100_000 + b"\r\n\r\n",
    ],
)
def test_bytes_that_are_no_http_leave_the_service_up(service: Live, raw: bytes) -> None:
    host, port = service.http.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=TIMEOUT_SECONDS) as connection:
        connection.sendall(raw)
        connection.shutdown(socket.SHUT_WR)
        assert b" 5" not in connection.recv(64)[:13]
    assert service.get("/health/live").status_code == 200


def test_caller_that_leaves_in_the_middle_of_a_body_harms_nobody(service: Live) -> None:
    host, port = service.http.removeprefix("http://").split(":")
    for path in (SUBMIT, "/objects/bucket/half.ogg"):
        verb = "POST" if path == SUBMIT else "PUT"
        key = f"Authorization: Api-Key {service.key}"
        head = f"{verb} {path} HTTP/1.1\r\nHost: x\r\n{key}\r\nContent-Length: 99\r\n\r\n"
        with socket.create_connection((host, int(port)), timeout=TIMEOUT_SECONDS) as connection:
            connection.sendall(head.encode() + b"half")
    assert service.get("/health/live").status_code == 200
    assert not list(service.data_dir.rglob("half.ogg"))
