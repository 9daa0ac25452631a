"""The gRPC form says the same as the JSON form."""

import json
from dataclasses import replace
from typing import Any

import pytest
from google.protobuf import json_format

from govor.api import v2_json, v2_messages, wire_errors
from govor.api.v2_json import Style
from govor.pb.yandex.cloud.ai.stt.v2 import stt_service_pb2 as stt
from govor.records import Operation
from tests.api import memory
from tests.api.test_v2_json import operation


@pytest.mark.parametrize(
    "made",
    [
        operation(done=False),
        operation(transcript=memory.MONO),
        operation(transcript=memory.STEREO),
        operation(transcript=memory.SILENT),
        operation(failure=memory.FAILED),
        operation(transcript=memory.SILENT, description="note"),
    ],
)
@pytest.mark.parametrize("true_confidence", [False, True])
def test_both_forms_say_the_same(made: Operation, true_confidence: bool) -> None:
    style = Style(true_confidence=true_confidence, metadata=true_confidence)
    text = v2_json.write_operation(made, wire_errors.failure_document(made.failure), style)
    error = wire_errors.failure_status(made.failure) if made.failure else None
    message = v2_messages.operation_message(made, error, style)
    assert rounded({"done": False} | json_format.MessageToDict(message)) == rounded(json.loads(text))


def rounded(value: Any) -> Any:
    """Floats lose digits on the gRPC wire (32 bits)."""
    if isinstance(value, dict):
        return {key: rounded(each) for key, each in value.items()}
    if isinstance(value, list):
        return [rounded(each) for each in value]
    return round(value, 3) if isinstance(value, float) else value


def test_response_carries_the_type_that_the_sdk_looks_for() -> None:
    message = v2_messages.operation_message(operation(transcript=memory.MONO), None, Style())
    name = "yandex.cloud.ai.stt.v2.LongRunningRecognitionResponse"
    assert message.response.type_url == f"type.googleapis.com/{name}"
    response = stt.LongRunningRecognitionResponse()
    assert message.response.Unpack(response)
    assert response.chunks[0].alternatives[0].words[1].confidence == 1.0
    assert response.chunks[0].channel_tag == 1


def test_failed_operation_has_an_error_and_no_response() -> None:
    made = replace(operation(), failure=memory.FAILED)
    message = v2_messages.operation_message(made, wire_errors.failure_status(memory.FAILED), Style())
    assert message.WhichOneof("result") == "error"
    assert message.done
