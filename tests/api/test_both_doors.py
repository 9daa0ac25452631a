"""The same cases through REST and through gRPC: one servicer answers both."""

import uuid
from typing import Any

import pytest
from google.rpc import code_pb2, error_details_pb2, status_pb2

from govor import errors
from govor.api import lenient_json, wire_errors
from govor.errors import GovorError
from govor.pb.yandex.cloud.ai.stt.v2 import stt_service_pb2 as stt
from govor.records import Transcript
from tests.api import memory
from tests.api.live import Live, request_for
from tests.api.test_wire_errors import leaves

URI = "https://storage.yandexcloud.net/bucket/speech.ogg"
Asked = tuple[int, str]  # google.rpc.Code and message


def rest(service: Live, document: dict[str, Any], **headers: str) -> Asked:
    """Submit over REST; a refused request must be well-formed."""
    answer = service.post(document, **headers)
    body = answer.json()
    assert answer.headers["content-type"] == "application/json"
    if answer.status_code == 200:
        assert body["done"] is False
        return 0, ""
    assert list(body) == ["code", "message", "details"]
    assert answer.status_code == wire_errors.HTTP_STATUS[body["code"]]
    return body["code"], body["message"]


def rpc(service: Live, document: dict[str, Any], **metadata: str) -> Asked:
    """Submit the same over gRPC; google.rpc.Status must travel with a refusal."""
    request = stt.LongRunningRecognitionRequest()
    lenient_json.fill(request, document)
    answer = service.rpc_submit(request, **metadata)
    if answer.code == "OK":
        assert not answer.message.done
        return 0, ""
    status = status_pb2.Status.FromString(answer.headers["grpc-status-details-bin"])
    assert (code_pb2.Code.Name(status.code), status.message) == (answer.code, answer.text)
    return status.code, status.message


doors = pytest.mark.parametrize("door", [rest, rpc])


@doors
@pytest.mark.parametrize(
    ("document", "expected"),
    [
        (request_for(URI), (0, "")),
        (request_for(URI, languageCode=""), (0, "")),
        (request_for(URI, model="hqa"), (0, "")),
        (request_for(URI, audioEncoding="LINEAR16_PCM", sampleRateHertz="48000"), (0, "")),
        ({"audio": {"uri": URI}}, (0, "")),
        (request_for(""), (3, "audio.uri is required")),
        ({}, (3, "audio.uri is required")),
        (request_for(URI, languageCode="tlh"), (3, "unknown language code: tlh")),
        ({"audio": {"content": "T2dnUw=="}}, (3, "audio.content is not supported by API v2, only audio.uri")),
    ],
)
def test_request_is_accepted_or_refused_alike(
    service: Live, door: Any, document: dict[str, Any], expected: Asked
) -> None:
    assert door(service, document) == expected


@doors
@pytest.mark.parametrize("error", sorted(leaves(GovorError), key=str))
def test_every_error_of_ours_reaches_the_caller(service: Live, door: Any, error: type[GovorError]) -> None:
    uri = f"{URI}?{error.__name__}"
    service.operations.outcomes[uri] = error("what SpeechKit says", "what we found")
    assert door(service, request_for(uri)) == (error.code, "what SpeechKit says")


@doors
def test_fault_of_ours_is_internal_and_says_nothing_of_its_cause(service: Live, door: Any) -> None:
    service.operations.outcomes["s3://faulty/x"] = RuntimeError("secret cause")
    assert door(service, request_for("s3://faulty/x")) == (13, "Internal Server Error")
    assert door(service, request_for(URI)) == (0, "")


@doors
@pytest.mark.parametrize("authorization", ["", "Api-Key wrong", "Basic x", "Bearer t1.expired"])
def test_stranger_is_unauthenticated(service: Live, door: Any, authorization: str) -> None:
    name = "Authorization" if door is rest else "authorization"
    assert door(service, request_for(URI), **{name: authorization}) == (16, "UNAUTHORIZED")


@doors
def test_own_folder_may_be_named_and_a_foreign_one_not(service: Live, door: Any) -> None:
    own = {"config": {"folderId": service.folder_id}, "audio": {"uri": URI}}
    assert door(service, own) == (0, "")
    foreign = {"config": {"folderId": "b1gforeign"}, "audio": {"uri": URI}}
    code, message = door(service, foreign)
    assert code == 16
    assert message == (
        "Specified folder ID 'b1gforeign' does not match with service account folder ID "
        f"'{service.folder_id}'"
    )


@doors
@pytest.mark.parametrize("key", ["x" * 129, "ключ"])
def test_unusable_idempotency_key_is_refused(service: Live, door: Any, key: str) -> None:
    if door is rpc and not key.isascii():
        pytest.skip("the gRPC library refuses to send it")
    headers = {"idempotency_key": key if door is rpc else key.encode()}
    assert door(service, request_for(URI), **headers) == (
        3,
        "idempotency-key must be 1 to 128 printable ASCII characters",
    )


def test_idempotency_key_returns_the_same_operation_through_either_door(service: Live) -> None:
    key = str(uuid.uuid4())
    first = service.post(request_for(URI), idempotency_key=key).json()["id"]
    again = service.post(request_for(URI), idempotency_key=key).json()["id"]
    over_grpc = service.rpc_submit(
        stt.LongRunningRecognitionRequest(audio=stt.RecognitionAudio(uri=URI)), idempotency_key=key
    ).message.id
    other_folder = service.post(
        request_for(URI), idempotency_key=key, Authorization=f"Api-Key {service.key_of_another_folder}"
    ).json()["id"]
    assert first == again == over_grpc
    assert first != other_folder
    assert first != service.post(request_for(URI)).json()["id"]


def test_operation_of_another_folder_is_not_found_rather_than_forbidden(service: Live) -> None:
    operation_id = service.submit(URI)
    stranger = f"Bearer {service.key_of_another_folder}"
    for path in (f"/operations/{operation_id}", f"/operations/{operation_id}:cancel"):
        answer = service.get(path, Authorization=stranger)
        assert (answer.status_code, answer.json()["code"]) == (404, 5)
    for method in ("Get", "Cancel"):
        assert service.rpc_operation(method, operation_id, authorization=stranger).code == "NOT_FOUND"
    assert service.get(f"/operations/{operation_id}").status_code == 200


@pytest.mark.parametrize(
    "operation_id", ["e03unknown0000000000", "x" * 51, "%00", "...", "a b", "id:what", "номер"]
)
def test_unknown_operation_is_not_found(service: Live, operation_id: str) -> None:
    answer = service.get(f"/operations/{operation_id}")
    assert (answer.status_code, answer.json()["code"]) == (404, 5)
    assert service.rpc_operation("Get", operation_id).code == "NOT_FOUND"


def test_missing_operation_id_is_refused(service: Live) -> None:
    assert service.rpc_operation("Get", "").code == "INVALID_ARGUMENT"
    assert service.get("/operations/").status_code == 404


def test_result_is_the_same_through_both_doors(service: Live) -> None:
    service.operations.outcomes["s3://both/doors"] = memory.STEREO
    document = service.finished("s3://both/doors").json()
    message = service.rpc_operation("Get", document["id"]).message
    response = stt.LongRunningRecognitionResponse()
    assert message.response.Unpack(response)
    texts = [chunk["alternatives"][0]["text"] for chunk in document["response"]["chunks"]]
    assert texts == [chunk.alternatives[0].text for chunk in response.chunks]
    assert [chunk.channel_tag for chunk in response.chunks] == [1, 2, 1]
    assert {word.confidence for chunk in response.chunks for word in chunk.alternatives[0].words} == {1.0}


def test_result_of_hours_is_the_same_through_both_doors(service: Live) -> None:
    """Long answers are written aside, see api/rendering.py."""
    utterance = memory.STEREO.chunks[0]
    service.operations.outcomes["s3://hours/long"] = Transcript(chunks=(utterance,) * 500)
    document = service.finished("s3://hours/long").json()
    response = stt.LongRunningRecognitionResponse()
    assert service.rpc_operation("Get", document["id"]).message.response.Unpack(response)
    assert len(document["response"]["chunks"]) == len(response.chunks) == 500


def test_every_answer_has_fresh_ids_and_echoes_the_callers(service: Live) -> None:
    mine = str(uuid.uuid4())
    operation_id = service.submit(URI)
    answers = [
        service.post(request_for(URI), x_client_request_id=mine).headers,
        service.post("{", x_client_request_id=mine).headers,
        service.get("/nowhere", x_client_request_id=mine).headers,
        service.get("/operations/unknown", x_client_request_id=mine).headers,
        service.rpc_operation("Get", operation_id, x_client_request_id=mine).headers,
        service.rpc_operation("Get", "unknown", x_client_request_id=mine).headers,
    ]
    assert {headers["x-client-request-id"] for headers in answers} == {mine}
    assert len({headers["x-request-id"] for headers in answers}) == len(answers)
    assert len({headers["x-server-trace-id"] for headers in answers}) == len(answers)


def test_callers_id_that_is_no_id_is_not_echoed(service: Live) -> None:
    assert "x-client-request-id" not in service.get("/health/live", x_client_request_id="x" * 129).headers


def test_error_names_its_request_id_in_the_details(service: Live) -> None:
    answer = service.post("{")
    assert answer.json()["details"][-1] == {
        "@type": "type.googleapis.com/google.rpc.RequestInfo",
        "requestId": answer.headers["x-request-id"],
    }
    refused = service.rpc_operation("Get", "unknown")
    status = status_pb2.Status.FromString(refused.headers["grpc-status-details-bin"])
    info = error_details_pb2.RequestInfo()
    assert status.details[-1].Unpack(info)
    assert info.request_id == refused.headers["x-request-id"]


def test_what_is_ignored_is_said_in_a_header(service: Live) -> None:
    answer = service.post(request_for(URI, enableSpeakerLabeling=True, model="hqa"))
    assert answer.headers["x-govor-warnings"] == (
        "unknown fields are ignored: config.specification.enableSpeakerLabeling; "
        "unknown model hqa: general is used instead"
    )
    message = stt.LongRunningRecognitionRequest()
    message.audio.uri = URI
    message.config.specification.model = "модель"
    warning = service.rpc_submit(message).headers["x-govor-warnings"]
    assert warning.startswith(r"unknown model \u043c\u043e")
    assert "x-govor-warnings" not in service.post(request_for(URI)).headers


@pytest.mark.parametrize("error", [errors.QuotaExceeded, errors.Unavailable])
def test_refusal_that_may_pass_says_when_to_come_again(service: Live, error: type[GovorError]) -> None:
    uri = f"{URI}?retry-{error.__name__}"
    service.operations.outcomes[uri] = error("later")
    assert service.post(request_for(uri)).headers["retry-after"] == str(wire_errors.RETRY_AFTER_SECONDS)


def test_refusal_that_passes_at_a_known_time_says_so_through_both_doors(service: Live) -> None:
    uri = f"{URI}?known-time"
    service.operations.outcomes[uri] = errors.QuotaExceeded("Quota exceeded", retry_after_seconds=1234.5)
    answer = service.post(request_for(uri))
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "1235")
    message = stt.LongRunningRecognitionRequest()
    message.audio.uri = uri
    refused = service.rpc_submit(message)
    assert (refused.code, refused.text) == ("RESOURCE_EXHAUSTED", "Quota exceeded")
    assert refused.headers["retry-after"] == "1235"
    status = status_pb2.Status.FromString(refused.headers["grpc-status-details-bin"])
    retry = error_details_pb2.RetryInfo()
    assert any(detail.Unpack(retry) for detail in status.details)
    assert retry.retry_delay.seconds == 1235
