"""API v3 through REST and through gRPC: the same requests, the same answers, the same refusals."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import requests
from google.protobuf import empty_pb2

from govor.errors import BadAudio, ObjectMissing, TooLarge
from govor.pb.yandex.cloud.ai.stt.v3 import stt_pb2 as pb
from govor.records import Extras, Failure, Instruction, Transcript
from tests.api import memory
from tests.api.live import TIMEOUT_SECONDS, Live, live
from tests.api.v3_calls import DELETE, DOORS, RESULT, SUBMIT, URI, Outcome, Rest, Rpc, asked, inline

GENDER = {"classifier": "gender", "triggers": ["ON_FINAL"]}
doors = pytest.mark.parametrize("door", DOORS)


def finished(service: Live, door: Any, uri: str, outcome: Transcript | Failure) -> str:
    """The id of an operation that has ended."""
    service.operations.outcomes[uri] = outcome
    operation_id = str(door(service).submit(asked(uri=uri)).operation_id)
    assert door(service).result(operation_id).code == 5
    assert service.get(f"/operations/{operation_id}").json()["done"] is True
    return operation_id


@doors
@pytest.mark.parametrize(
    ("document", "code"),
    [
        (asked(), 0),
        ({"uri": URI}, 0),
        ({"content": inline(b"OggS")}, 0),
        ({"uri": URI, "recognition_model": {"audio_format": {"container_audio": {}}}}, 0),
        (asked(recognitionClassifier={}, speakerLabeling={}, speechAnalysis={}, summarization={}), 0),
        ({}, 3),
        ({"uri": URI, "content": ""}, 3),
        (asked(recognitionModel={"audioFormat": {"rawAudio": {"sampleRateHertz": 1}}}), 3),
        (asked(recognitionClassifier={"classifiers": [GENDER]}), 12),
        (asked(summarization={"properties": [{"instruction": "О чём?"}]}), 12),
    ],
)  # fmt: skip
def test_request_is_accepted_or_refused_alike(
    service: Live, door: Any, document: dict[str, Any], code: int
) -> None:
    if door is Rpc and {"uri", "content"} <= set(document):
        pytest.skip("a message cannot hold two of a oneof")
    assert door(service).submit(document).code == code


@doors
@pytest.mark.parametrize("error", [BadAudio, ObjectMissing, TooLarge])
def test_refusal_of_a_recording_reaches_the_caller(service: Live, door: Any, error: type[Exception]) -> None:
    uri = f"{URI}?v3-{error.__name__}"
    service.operations.outcomes[uri] = error("Invalid audio received", "found WebM")
    assert door(service).submit(asked(uri=uri)) == Outcome(code=3, message="Invalid audio received")


@doors
def test_result_before_the_end_is_not_ready_with_speechkits_text(service: Live, door: Any) -> None:
    operation_id = door(service).submit(asked(uri="s3://never/done")).operation_id
    expected = Outcome(code=5, message=f"operation data is not ready {operation_id}")
    assert door(service).result(operation_id) == expected
    assert door(service).delete(operation_id) == expected


@doors
def test_result_is_the_same_through_both_doors(service: Live, door: Any) -> None:
    operation_id = finished(service, door, "s3://v3/stereo", memory.STEREO)
    outcomes = [each(service).result(operation_id) for each in DOORS]
    assert outcomes[0] == outcomes[1]
    assert outcomes[0].code == 0
    texts = [
        event["finalRefinement"]["normalizedText"]["alternatives"][0]["text"]
        for event in outcomes[0].events
        if "finalRefinement" in event
    ]
    assert texts == [chunk.text for chunk in memory.STEREO.chunks]


@doors
def test_result_of_hours_comes_whole_and_in_order(service: Live, door: Any) -> None:
    """More events than are written in one go, see api/rendering.py."""
    hours = Transcript(chunks=memory.STEREO.chunks[:1] * 400, audio_ms=4 * 3_600_000)
    operation_id = finished(service, door, f"s3://v3/hours-{door.__name__}", hours)
    events = door(service).result(operation_id).events
    assert len(events) == 1_200
    indices = [event["audioCursors"]["finalIndex"] for event in events if "final" in event]
    assert indices == [str(index) for index in range(400)]


@doors
def test_failed_operation_answers_its_failure(service: Live, door: Any) -> None:
    operation_id = finished(service, door, f"s3://v3/failed-{door.__name__}", memory.FAILED)
    assert door(service).result(operation_id) == Outcome(code=3, message="Invalid audio received")
    assert service.get(f"/operations/{operation_id}").json()["error"]["code"] == 3


@doors
def test_deleted_result_is_gone_at_once(service: Live, door: Any) -> None:
    operation_id = finished(service, door, f"s3://v3/deleted-{door.__name__}", memory.MONO)
    assert door(service).delete(operation_id) == Outcome(code=0)
    gone = Outcome(code=5, message=f"Operation {operation_id} not found")
    assert [door(service).result(operation_id), door(service).delete(operation_id)] == [gone, gone]
    assert service.get(f"/operations/{operation_id}").status_code == 404


@doors
def test_operation_of_v2_has_no_data_in_v3(service: Live, door: Any) -> None:
    service.operations.outcomes["s3://v2/mono"] = memory.MONO
    operation_id = service.finished("s3://v2/mono").json()["id"]
    outcome = door(service).result(operation_id)
    assert (outcome.code, "not ready" in outcome.message) == (5, False)


@doors
@pytest.mark.parametrize("operation_id", ["f8dunknown0000000000", "x" * 51])
def test_unknown_operation_is_not_found(service: Live, door: Any, operation_id: str) -> None:
    assert door(service).result(operation_id).code == 5
    assert door(service).delete(operation_id).code == 5


@doors
def test_missing_operation_id_is_refused(service: Live, door: Any) -> None:
    assert door(service).result("") == Outcome(code=3, message="operation_id is missing")


@doors
def test_idempotency_key_of_v3_is_not_one_of_v2(service: Live, door: Any) -> None:
    first = door(service).submit(asked(), idempotency_key=f"key-{door.__name__}").operation_id
    assert door(service).submit(asked(), idempotency_key=f"key-{door.__name__}").operation_id == first
    assert first.startswith("f8d")


@doors
def test_inline_audio_reaches_the_operations(service: Live, door: Any) -> None:
    service.operations.outcomes["RIFF\xff\x00звук".encode().decode("latin-1")] = memory.MONO
    content = inline("RIFF\xff\x00звук".encode())
    operation_id = door(service).submit({"content": content}).operation_id
    door(service).result(operation_id)
    assert len(door(service).result(operation_id).events) == 6


@doors
def test_long_inline_audio_is_taken_whole(service: Live, door: Any) -> None:
    """Over REST a body of more than a megabyte is parsed aside; over gRPC it is over the usual 4 MiB."""
    sound = bytes(range(256)) * (5 << 12)
    operation_id = door(service).submit({"content": inline(sound)}).operation_id
    assert service.operations.tasks[operation_id].uri.encode("latin-1") == sound


def test_operation_of_v3_has_no_response_but_a_description(service: Live) -> None:
    """As SpeechKit's sample shows it; the transcript comes with getRecognition."""
    operation_id = finished(service, Rest, "s3://v3/shown", memory.MONO)
    document = service.get(f"/operations/{operation_id}").json()
    assert list(document) == [
        "done", "id", "description", "createdAt", "createdBy", "modifiedAt", "metadata",
    ]  # fmt: skip
    assert document["metadata"] is None
    message = service.rpc_operation("Get", operation_id).message
    assert message.description == document["description"] == "STT v3 async recognition"
    assert message.response.Is(empty_pb2.Empty.DESCRIPTOR)


def test_documented_curl_flow_works_with_its_spellings(service: Live) -> None:
    """Form-urlencoded, snake_case, `Api-key`, ?operation_id=."""
    rest = Rest(service)
    service.operations.outcomes["s3://v3/curl"] = memory.MONO
    body = {"uri": "s3://v3/curl", "recognition_model": {"model": "general"}}
    answer = rest.call(
        "POST", SUBMIT, json.dumps(body), Content_Type="application/x-www-form-urlencoded"
    )  # fmt: skip
    assert (answer.status_code, answer.json()["done"]) == (200, False)
    path = f"{RESULT}?operation_id={answer.json()['id']}"
    scheme = f"Api-key {service.key}"
    assert rest.call("GET", path, Authorization=scheme).status_code == 404
    assert '"final":{"alternatives":[{"words":' in rest.call("GET", path, Authorization=scheme).text


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        ("*/*", "application/json"),
        ("application/json", "application/json"),
        ("application/x-ndjson", "application/x-ndjson"),
        ("text/html, application/x-ndjson;q=0.9", "application/x-ndjson"),
    ],
)
def test_result_is_one_json_object_on_each_line(service: Live, accept: str, expected: str) -> None:
    operation_id = finished(service, Rest, "s3://v3/lines", memory.STEREO)
    answer = Rest(service).call("GET", f"{RESULT}?operationId={operation_id}", Accept=accept)
    assert answer.headers["content-type"] == expected
    assert answer.text.endswith("}\n")
    for line in answer.text.split("\n")[:-1]:
        assert list(json.loads(line)) == ["result"]


def test_error_of_a_result_is_wrapped_as_v3_wraps_it(service: Live) -> None:
    operation_id = Rest(service).submit(asked(uri="s3://never/done")).operation_id
    answer = service.get(f"{RESULT}?operationId={operation_id}")
    error = answer.json()["error"]
    assert list(error) == ["grpcCode", "httpCode", "message", "httpStatus", "details"]
    assert (answer.status_code, error["grpcCode"], error["httpCode"]) == (404, 5, 404)
    assert error["httpStatus"] == "Not Found"
    assert list(service.get(f"/operations/{'x' * 20}").json()) == ["code", "message", "details"]


@pytest.mark.parametrize(
    ("authorization", "http_status", "phrase"),
    [("", 401, "Unauthorized"), ("Api-Key wrong", 401, "Unauthorized")],
)
def test_stranger_s_refusal_is_wrapped_too(
    service: Live, authorization: str, http_status: int, phrase: str
) -> None:
    answer = service.get(f"{RESULT}?operationId=x", Authorization=authorization)
    assert answer.status_code == http_status
    assert answer.json()["error"]["httpStatus"] == phrase


def test_cancelled_operation_has_a_status_without_a_phrase_of_http(service: Live) -> None:
    operation_id = finished(service, Rest, "s3://v3/cancelled", memory.CANCELLED)
    answer = service.get(f"{RESULT}?operationId={operation_id}")
    assert (answer.status_code, answer.json()["error"]["httpStatus"]) == (499, "Client Closed Request")


def test_folder_may_be_named_in_a_header(service: Live) -> None:
    assert Rest(service).submit(asked(), x_folder_id=service.folder_id).code == 0
    assert Rest(service).submit(asked(), x_folder_id="b1gforeign").code == 16


def test_analysis_that_was_asked_for_comes_with_the_events(service: Live) -> None:
    extras = Extras(analyse_speakers=True, analyse_conversation=True)
    operation_id = finished(service, Rest, "s3://v3/analysed", replace(memory.STEREO, extras=extras))
    rest, rpc = (each(service).result(operation_id).events for each in DOORS)
    assert rest == rpc
    assert rest[-1]["conversationAnalysis"]["totalSpeechDurationMs"] == "2022"
    assert [event["speakerAnalysis"]["windowType"] for event in rest if "speakerAnalysis" in event] == [
        *["LAST_UTTERANCE"] * 3, *["TOTAL"] * 2,
    ]  # fmt: skip


def test_summary_needs_a_language_model_and_its_role(tmp_path: Path) -> None:
    document = asked(summarization={"properties": [{"instruction": "О чём?"}]})
    with live(tmp_path, summary_url="http://127.0.0.1:9/v1") as service:
        assert [door(service).submit(document).code for door in DOORS] == [7, 7]
        assert Rest(service).submit(asked()).code == 0
    with live(tmp_path, summary_url="http://127.0.0.1:9/v1", auth="none") as service:
        assert [door(service).submit(document).code for door in DOORS] == [0, 0]
        task = next(iter(service.operations.tasks.values()))
    assert task.extras.instructions == (Instruction(text="О чём?"),)


def test_wrong_verbs_are_refused(service: Live) -> None:
    for verb, path in (("GET", SUBMIT), ("POST", RESULT), ("GET", DELETE)):
        answer = requests.request(verb, service.http + path, timeout=TIMEOUT_SECONDS)
        assert answer.status_code == 405


def test_message_that_cannot_be_parsed_is_refused(service: Live) -> None:
    answer = service.rpc("/speechkit.stt.v3.AsyncRecognizer/RecognizeFile", b"\xff", pb.StreamingResponse)
    assert answer.code == "INVALID_ARGUMENT"
