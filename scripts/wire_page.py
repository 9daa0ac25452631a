"""`python -m scripts.wire_page`: write the tables of docs/wire.md from the interface definitions."""

import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from google.protobuf.descriptor import Descriptor, FieldDescriptor, FileDescriptor

from govor.api import (
    endpoints,
    gateway,
    iam,
    operation,
    stt_v2,
    stt_v3,
    v3_streaming,
)
from govor.pb.yandex.cloud.ai.stt.v2 import stt_service_pb2 as v2
from govor.pb.yandex.cloud.ai.stt.v3 import stt_service_pb2 as v3
from govor.pb.yandex.cloud.endpoint import api_endpoint_service_pb2
from govor.pb.yandex.cloud.iam.v1 import iam_token_service_pb2
from govor.pb.yandex.cloud.iam.v1.awscompatibility import access_key_service_pb2
from govor.pb.yandex.cloud.operation import operation_service_pb2

PAGE = Path(__file__).parent.parent / "docs" / "wire.md"
SERVICES: tuple[tuple[str, FileDescriptor], ...] = (
    ("API v2", v2.DESCRIPTOR),
    ("API v3", v3.DESCRIPTOR),
    ("Operations", operation_service_pb2.DESCRIPTOR),
    ("IAM tokens", iam_token_service_pb2.DESCRIPTOR),
    ("Static keys", access_key_service_pb2.DESCRIPTOR),
    ("Discovery", api_endpoint_service_pb2.DESCRIPTOR),
)
SERVICERS: tuple[gateway.Servicer, ...] = (  # the classes themselves: nothing is called
    stt_v2.SttService,
    stt_v3.AsyncRecognizer,
    v3_streaming.Recognizer,
    operation.OperationService,
    iam.IamTokenService,
    iam.AccessKeyService,
    endpoints.ApiEndpointService,
)
KINDS = {
    FieldDescriptor.TYPE_INT64: "int64, in JSON a string or a number",
    FieldDescriptor.TYPE_INT32: "int32",
    FieldDescriptor.TYPE_DOUBLE: "double",
    FieldDescriptor.TYPE_FLOAT: "float",
    FieldDescriptor.TYPE_BOOL: "bool",
    FieldDescriptor.TYPE_STRING: "string",
    FieldDescriptor.TYPE_BYTES: "bytes, in JSON base64",
}
PART = re.compile(r"(<!-- (methods|messages): .*? -->\n).*?(<!-- end -->)", re.DOTALL)


def page(old: str) -> str:
    """The page with its parts between the comments made anew."""
    made = {"methods": _methods, "messages": _messages}
    return PART.sub(lambda part: part[1] + "".join(f"{line}\n" for line in made[part[2]]()) + part[3], old)


def _methods() -> Iterator[str]:
    yield "| gRPC | REST | request | answer |\n|---|---|---|---|"
    for method in gateway.methods(SERVICERS):
        paths = ", ".join(f"`{route.verb} {route.path}`" for route in method.routes) or "—"
        asked = f"{'stream of ' * method.client_streams}`{method.request.DESCRIPTOR.name}`"
        answered = f"{'stream of ' * method.server_streams}`{method.answer.DESCRIPTOR.name}`"
        served = "" if method.handler else "501: "
        yield f"| `{method.full_name}` | {served}{paths} | {asked} | {answered} |"


def _messages() -> Iterator[str]:
    """A table for each message, in the order in which they are reached."""
    told: set[str] = set()
    for title, file in SERVICES:
        yield f"## Messages: {title}\n"
        methods = [method for service in file.services_by_name.values() for method in service.methods]
        tops = [message for method in methods for message in (method.input_type, method.output_type)]
        for message in _reached(tops, told):
            yield f"### {message.full_name}\n\n| JSON | .proto | type |\n|---|---|---|"
            yield from (f"| `{each.json_name}` | `{each.name}` | {_kind(each)} |" for each in message.fields)
            yield ""


def _reached(tops: Iterable[Descriptor], told: set[str]) -> Iterator[Descriptor]:
    """Messages with fields and what they are made of, each once; those of protobuf itself are known."""
    for message in tops:
        if message.full_name in told or message.full_name.startswith("google."):
            continue
        told.add(message.full_name)
        if message.fields:
            yield message
        parts = [each.message_type for each in message.fields if each.message_type]
        yield from _reached(parts, told)


def _kind(field: FieldDescriptor) -> str:
    many = "list of " if field.is_repeated else ""
    if field.enum_type:
        return many + " ".join(f"`{value.name}`" for value in field.enum_type.values)
    if field.message_type:
        return f"{many}{re.sub(r'.*[.]v[0-9]+[.]', '', field.message_type.full_name)}"
    one_of = f", one of `{field.containing_oneof.name}`" if field.containing_oneof else ""
    return f"{many}{KINDS[field.type]}{one_of}"


def main(arguments: list[str]) -> int:
    """Write the page, or say whether it is up to date."""
    old = PAGE.read_text(encoding="utf-8")
    if arguments == ["--check"]:
        return 0 if old == page(old) else 1
    PAGE.write_text(page(old), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
