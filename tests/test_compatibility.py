"""COMPATIBILITY.md names tests that exist, and leaves no field or method out."""

import ast
import re
from pathlib import Path

import pytest

from govor.pb.yandex.cloud.ai.stt.v2 import stt_service_pb2 as stt
from govor.pb.yandex.cloud.ai.stt.v3 import stt_pb2 as stt_v3
from govor.pb.yandex.cloud.ai.stt.v3 import stt_service_pb2 as stt_service_v3
from govor.pb.yandex.cloud.endpoint import api_endpoint_service_pb2 as endpoints
from govor.pb.yandex.cloud.iam.v1 import iam_token_service_pb2
from govor.pb.yandex.cloud.iam.v1.awscompatibility import access_key_service_pb2
from govor.pb.yandex.cloud.operation import operation_pb2, operation_service_pb2

TESTS = Path(__file__).parent
TEXT = (TESTS.parent / "COMPATIBILITY.md").read_text(encoding="utf-8")
NAMED = sorted(set(re.findall(r"`([a-z0-9_/]+\.py)::(test_\w+)`", TEXT)))


@pytest.mark.parametrize(("file", "name"), NAMED)
def test_named_test_exists(file: str, name: str) -> None:
    tree = ast.parse((TESTS / file).read_text(encoding="utf-8"))
    assert name in {
        node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }


def test_every_row_names_a_test() -> None:
    rows = [line for line in TEXT.splitlines() if line.startswith("|")]
    heads = [line for line in rows if line.endswith(("| test |", "|---|"))]
    assert not [line for line in rows if "::test_" not in line and line not in heads]
    assert len(NAMED) > 40


@pytest.mark.parametrize("message", [stt.RecognitionSpec, stt.RecognitionConfig, stt.RecognitionAudio])
def test_every_request_field_has_a_row(message: type[stt.RecognitionSpec]) -> None:
    for field in message.DESCRIPTOR.fields:
        assert field.json_name in TEXT or field.name in TEXT, field.full_name


def test_every_answer_field_has_a_row() -> None:
    elsewhere = {"id", "description", "metadata", "word", "text", "words"}  # named in prose or golden files
    for message in (operation_pb2.Operation, stt.SpeechRecognitionResult, stt.WordInfo):
        for field in message.DESCRIPTOR.fields:
            assert field.name in elsewhere or field.json_name in TEXT, field.full_name


@pytest.mark.parametrize(
    "message",
    [
        stt_v3.RecognizeFileRequest,
        stt_v3.RawAudio,
        stt_v3.ContainerAudio,
        stt_v3.TextNormalizationOptions,
        stt_v3.LanguageRestrictionOptions,
        stt_v3.RecognitionModelOptions,
        stt_v3.RecognitionClassifier,
        stt_v3.SpeechAnalysisOptions,
        stt_v3.SpeakerLabelingOptions,
        stt_v3.SummarizationOptions,
        stt_v3.SummarizationProperty,
        stt_v3.StreamingResponse,
        stt_v3.AudioCursors,
        stt_v3.SessionUuid,
    ],
)
def test_every_field_of_api_v3_has_a_row(message: type[stt_v3.StreamingResponse]) -> None:
    for field in message.DESCRIPTOR.fields:
        assert field.json_name in TEXT or field.name in TEXT, field.full_name


def test_every_method_has_a_row() -> None:
    modules = (
        stt,
        stt_service_v3,
        operation_service_pb2,
        iam_token_service_pb2,
        access_key_service_pb2,
        endpoints,
    )
    for file in (module.DESCRIPTOR for module in modules):
        for service in file.services_by_name.values():
            assert all(f"{method.name}" in TEXT for method in service.methods)
