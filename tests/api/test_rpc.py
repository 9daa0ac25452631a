"""What only gRPC can get wrong."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import grpc
import pytest
from google.protobuf.descriptor_pb2 import FileDescriptorProto
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection_pb2, reflection_pb2_grpc

from govor.api.rpc import RECEIVE_BYTES_MAX, STATUS_CODES
from govor.pb.yandex.cloud.ai.stt.v2 import stt_service_pb2 as stt
from govor.pb.yandex.cloud.operation import operation_pb2
from tests.api import memory
from tests.api.live import TIMEOUT_SECONDS, Live, live

STT = "yandex.cloud.ai.stt.v2.SttService"
OPERATIONS = "yandex.cloud.operation.OperationService"


@pytest.fixture
def channel(service: Live) -> Iterator[grpc.Channel]:
    with grpc.insecure_channel(service.grpc) as channel:
        yield channel


@pytest.mark.parametrize("body", [b"\xff", b"\x0a\xff\xff", b"\x12\x04\x12\x02\xff\xfe", b"\x08\x01\x07"])
def test_bytes_that_are_no_message_are_refused(service: Live, body: bytes) -> None:
    answer = service.rpc(f"/{STT}/LongRunningRecognize", body, operation_pb2.Operation)
    assert (answer.code, answer.text) == ("INVALID_ARGUMENT", "the request cannot be parsed")


def test_message_over_the_librarys_default_of_4_mib_is_read(service: Live) -> None:
    content = stt.RecognitionAudio(content=b"x" * (5 << 20))
    answer = service.rpc_submit(stt.LongRunningRecognitionRequest(audio=content))
    assert answer.text == "audio.content is not supported by API v2, only audio.uri"
    assert RECEIVE_BYTES_MAX >= 64 << 20


def test_unknown_method_is_unimplemented(service: Live) -> None:
    assert service.rpc(f"/{STT}/Nothing", b"", operation_pb2.Operation).code == "UNIMPLEMENTED"


def test_reflection_lists_the_services_and_describes_them(channel: grpc.Channel) -> None:
    stub: Any = reflection_pb2_grpc.ServerReflectionStub(channel)
    asked = [
        reflection_pb2.ServerReflectionRequest(list_services=""),
        reflection_pb2.ServerReflectionRequest(file_containing_symbol=STT),
    ]
    listed, described = stub.ServerReflectionInfo(iter(asked), timeout=TIMEOUT_SECONDS)
    names = {service.name for service in listed.list_services_response.service}
    assert names >= {
        STT,
        OPERATIONS,
        "yandex.cloud.endpoint.ApiEndpointService",
        "yandex.cloud.iam.v1.IamTokenService",
        "yandex.cloud.iam.v1.awscompatibility.AccessKeyService",
        "grpc.health.v1.Health",
        "grpc.reflection.v1alpha.ServerReflection",
    }
    file = FileDescriptorProto.FromString(described.file_descriptor_response.file_descriptor_proto[0])
    assert [method.name for method in file.service[0].method] == [
        "LongRunningRecognize",
        "StreamingRecognize",
    ]


@pytest.mark.parametrize("service_name", ["", STT, OPERATIONS])
def test_health_is_serving_without_a_key(channel: grpc.Channel, service_name: str) -> None:
    assert health(channel, service_name) == health_pb2.HealthCheckResponse.SERVING


def test_health_is_not_serving_when_a_job_would_not_run(tmp_path: Path) -> None:
    with live(tmp_path) as service, grpc.insecure_channel(service.grpc) as channel:
        stub: Any = health_pb2_grpc.HealthStub(channel)
        states = stub.Watch(health_pb2.HealthCheckRequest(), timeout=TIMEOUT_SECONDS)
        first = next(state.status for state in states if state.status)
        assert first == health_pb2.HealthCheckResponse.SERVING
        service.operations.not_ready = "no model"
        assert next(states).status == health_pb2.HealthCheckResponse.NOT_SERVING
        service.operations.not_ready = ""
        assert next(states).status == health_pb2.HealthCheckResponse.SERVING
        states.cancel()


def health(channel: grpc.Channel, service_name: str) -> Any:
    request = health_pb2.HealthCheckRequest(service=service_name)
    stub: Any = health_pb2_grpc.HealthStub(channel)
    return stub.Check(request, timeout=TIMEOUT_SECONDS).status


def test_metadata_that_nobody_knows_is_ignored(service: Live) -> None:
    operation_id = service.submit()
    answer = service.rpc_operation("Get", operation_id, yc_ml_sdk_retry="NONE", x_retry_attempt="2")
    assert answer.code == "OK"


def test_cancel_over_grpc_ends_the_operation(service: Live) -> None:
    operation_id = service.submit("s3://never/done")
    cancelled = service.rpc_operation("Cancel", operation_id).message
    assert (cancelled.done, cancelled.error.code) == (True, 1)


def test_failed_operation_carries_its_error(service: Live) -> None:
    service.operations.outcomes["s3://bucket/broken"] = memory.FAILED
    operation_id = service.finished("s3://bucket/broken").json()["id"]
    operation = service.rpc_operation("Get", operation_id).message
    assert (operation.done, operation.error.code, operation.WhichOneof("result")) == (True, 3, "error")


def test_every_code_of_ours_is_one_of_grpcs() -> None:
    assert set(STATUS_CODES) == set(range(17))
