"""COMPATIBILITY.md names tests that exist, and leaves no field or method out."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from google.protobuf.descriptor import Descriptor, MethodDescriptor

from govor.pb.yandex.cloud.ai.stt.v2 import stt_service_pb2 as stt
from govor.pb.yandex.cloud.ai.stt.v3 import stt_service_pb2 as stt_v3
from govor.pb.yandex.cloud.endpoint import api_endpoint_service_pb2
from govor.pb.yandex.cloud.iam.v1 import iam_token_service_pb2
from govor.pb.yandex.cloud.iam.v1.awscompatibility import access_key_service_pb2
from govor.pb.yandex.cloud.operation import operation_service_pb2

TESTS = Path(__file__).parent
TEXT = (TESTS.parent / "COMPATIBILITY.md").read_text(encoding="utf-8")
ROWS = [line for line in TEXT.splitlines() if line.startswith("|")]
QUOTED = set(re.findall(r"\w+", " ".join(re.findall(r"`([^`]*)`", "\n".join(ROWS)))))  # names in code marks
SERVICES = (
    stt,
    stt_v3,
    operation_service_pb2,
    iam_token_service_pb2,
    access_key_service_pb2,
    api_endpoint_service_pb2,
)
NAMED = sorted(set(re.findall(r"`([a-z0-9_/]+\.py)::(test_\w+)`", TEXT)))


@pytest.mark.parametrize(("file", "name"), NAMED)
def test_named_test_exists(file: str, name: str) -> None:
    tree = ast.parse((TESTS / file).read_text(encoding="utf-8"))
    assert name in {
        node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }


def test_every_row_names_a_test() -> None:
    heads = [line for line in ROWS if line.endswith(("| test |", "|---|"))]
    assert not [line for line in ROWS if "::test_" not in line and line not in heads]
    assert len(NAMED) > 40


def reached(message: Descriptor) -> Iterator[Descriptor]:
    """A message and those that its fields are made of, protobuf's own left out."""
    todo, told = [message], set[str]()
    while todo:
        found = todo.pop()
        if found.full_name not in told and not found.full_name.startswith("google."):
            told.add(found.full_name)
            todo += [field.message_type for field in found.fields if field.message_type]
            yield found


METHODS = [
    method
    for module in SERVICES
    for service in module.DESCRIPTOR.services_by_name.values()
    for method in service.methods
]


@pytest.mark.parametrize("method", METHODS, ids=lambda method: str(method.full_name))
def test_every_method_and_every_field_of_its_messages_has_a_row(method: MethodDescriptor) -> None:
    assert method.name in QUOTED
    for top in (method.input_type, method.output_type):
        for message in reached(top):
            left_out = [
                field.full_name for field in message.fields if not {field.name, field.json_name} & QUOTED
            ]
            assert not left_out
