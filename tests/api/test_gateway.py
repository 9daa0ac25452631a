"""The table of methods comes from the .proto files."""

import subprocess
import sys
from pathlib import Path
from typing import Any, cast

import google.api
import pytest
from google.protobuf import descriptor_pb2
from google.protobuf.descriptor import FileDescriptor

from govor.api import gateway
from govor.api.call import Call, CallIds
from govor.api.iam import AccessKeyService
from govor.api.operation import OperationService
from govor.api.stt_v2 import SttService
from govor.errors import Unimplemented
from govor.pb.yandex.cloud.ai.stt.v2 import stt_service_pb2 as stt
from govor.pb.yandex.cloud.api import operation_pb2 as api_operation_pb2
from govor.pb.yandex.cloud.endpoint import api_endpoint_pb2, api_endpoint_service_pb2
from govor.pb.yandex.cloud.iam.v1 import iam_token_service_pb2
from govor.pb.yandex.cloud.iam.v1.awscompatibility import access_key_pb2, access_key_service_pb2
from govor.pb.yandex.cloud.operation import operation_pb2, operation_service_pb2
from tests.api.memory import MemoryOperations

ROOT = Path(__file__).parent.parent.parent


def table() -> tuple[gateway.Method, ...]:
    operations = MemoryOperations()
    behind = cast(Any, None)  # nothing is called here
    return gateway.methods(
        (SttService(operations, behind), OperationService(operations), AccessKeyService(behind))
    )


IAM = (iam_token_service_pb2, access_key_pb2, access_key_service_pb2)
DISCOVERY = (api_endpoint_pb2, api_endpoint_service_pb2)


def test_routes_are_those_of_the_proto_options_with_actions_first() -> None:
    operations = [method for method in table() if "AccessKey" not in method.service]
    found = [(route.verb, route.path, method.full_name) for route, method in gateway.routes(operations)]
    service = "yandex.cloud.operation.OperationService"
    assert found == [
        ("GET", "/operations/{operation_id}:cancel", f"{service}/Cancel"),
        ("POST", "/operations/{operation_id}:cancel", f"{service}/Cancel"),
        (
            "POST",
            "/speech/stt/v2/longRunningRecognize",
            "yandex.cloud.ai.stt.v2.SttService/LongRunningRecognize",
        ),
        ("GET", "/operations/{operation_id}", f"{service}/Get"),
    ]


def test_methods_without_a_handler_are_those_that_change_static_keys() -> None:
    left_out = [method.name for method in table() if method.handler is None]
    assert left_out == ["Update", "Delete", "ListOperations"]


async def test_method_without_handler_is_unimplemented() -> None:
    update = next(method for method in table() if method.name == "Update")
    with pytest.raises(Unimplemented, match=r"AccessKeyService/Update is not implemented"):
        await update.serve(update.request(), Call(ids=CallIds.new(None), caller=cast(Any, None)))


@pytest.mark.parametrize(
    ("name", "expected"), [("Get", "get"), ("LongRunningRecognize", "long_running_recognize")]
)
def test_handlers_have_the_name_of_their_method_in_snake_case(name: str, expected: str) -> None:
    assert gateway.snake_case(name) == expected


@pytest.mark.parametrize(
    "generated",
    [
        stt.DESCRIPTOR,
        operation_pb2.DESCRIPTOR,
        operation_service_pb2.DESCRIPTOR,
        api_operation_pb2.DESCRIPTOR,
        *(module.DESCRIPTOR for module in (*IAM, *DISCOVERY)),
    ],
    ids=lambda file: file.name,
)
def test_generated_code_is_up_to_date_with_the_proto_files(generated: FileDescriptor, tmp_path: Path) -> None:
    google_protos = Path(next(iter(google.api.__path__))).parent.parent
    protoc = [sys.executable, "-m", "grpc_tools.protoc", "-I", "proto", "-I", str(google_protos)]
    out = tmp_path / "descriptors"
    subprocess.run([*protoc, f"--descriptor_set_out={out}", generated.name], cwd=ROOT, check=True)
    fresh = descriptor_pb2.FileDescriptorSet.FromString(out.read_bytes()).file[0]
    assert without_json_names(fresh) == without_json_names(
        descriptor_pb2.FileDescriptorProto.FromString(generated.serialized_pb)
    )


def without_json_names(file: descriptor_pb2.FileDescriptorProto) -> descriptor_pb2.FileDescriptorProto:
    """Without what protoc leaves out of generated code, because it follows from the field's name."""
    for message in file.message_type:
        for field in message.field:
            field.ClearField("json_name")
    for extension in file.extension:
        extension.ClearField("json_name")
    return file


def test_generated_code_leaves_the_name_yandex_to_client_libraries() -> None:
    for path in (ROOT / "src/govor/pb").rglob("*.py*"):
        if path.suffix in (".py", ".pyi"):
            assert "from yandex" not in path.read_text(encoding="utf-8"), path
