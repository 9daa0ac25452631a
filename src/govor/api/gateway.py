"""One table of methods, read from the .proto files, behind both doors.

A servicer is an object with the descriptor of its service and one coroutine per method, named in snake_case:
`async def long_running_recognize(self, request, call) -> Operation`. rest.py serves the routes of its
`google.api.http` options, rpc.py the gRPC methods. Neither knows what a method does.

What a handler returns: an Operation, which each door writes in its own way, or the answer message itself; for
a method whose answer streams, any iterable of messages, made one by one while they are sent.
"""

import re
from collections.abc import Awaitable, Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Protocol

from google.api import annotations_pb2
from google.protobuf import message_factory
from google.protobuf.descriptor import MethodDescriptor, ServiceDescriptor
from google.protobuf.message import Message

from govor.api.call import Call
from govor.errors import Unimplemented
from govor.records import Operation

VERBS = ("get", "put", "post", "delete", "patch")
CUSTOM_VERB = re.compile(r":[A-Za-z]+$")  # the end of "/operations/{operation_id}:cancel"

Answer = Operation | Message | Iterable[Message]
Handler = Callable[[Any, Call], Awaitable[Answer]]


class Servicer(Protocol):
    """Implements the methods of one service; those it leaves out answer UNIMPLEMENTED."""

    descriptor: ServiceDescriptor


@dataclass(frozen=True, kw_only=True, slots=True)
class Route:
    """One HTTP binding of a method."""

    verb: str  # upper case
    path: str  # "/operations/{operation_id}:cancel"
    has_body: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Method:
    """One method of one service."""

    service: str  # yandex.cloud.operation.OperationService
    name: str  # Get
    request: type[Message]
    answer: type[Message]
    client_streams: bool
    server_streams: bool
    routes: tuple[Route, ...]
    handler: Handler | None

    @property
    def full_name(self) -> str:
        """As gRPC writes it, without the leading slash."""
        return f"{self.service}/{self.name}"

    async def serve(self, message: Message, call: Call) -> Answer:
        """Let the servicer answer; raises Unimplemented where it has nothing to say, and what it raises."""
        if self.handler is None:
            raise Unimplemented(f"{self.full_name} is not implemented")
        return await self.handler(message, call)


def methods(servicers: Iterable[Servicer]) -> tuple[Method, ...]:
    """Every method of every service."""
    return tuple(
        _method(servicer, descriptor) for servicer in servicers for descriptor in servicer.descriptor.methods
    )


def routes(table: Iterable[Method]) -> list[tuple[Route, Method]]:
    """Every HTTP binding; those with a custom verb first, for `{operation_id}` would swallow `:cancel`."""
    bound = [(route, method) for method in table for route in method.routes]
    return sorted(bound, key=lambda pair: CUSTOM_VERB.search(pair[0].path) is None)


def snake_case(name: str) -> str:
    """LongRunningRecognize → long_running_recognize."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


def _method(servicer: Servicer, descriptor: MethodDescriptor) -> Method:
    return Method(
        service=servicer.descriptor.full_name,
        name=descriptor.name,
        request=message_factory.GetMessageClass(descriptor.input_type),
        answer=message_factory.GetMessageClass(descriptor.output_type),
        client_streams=descriptor.client_streaming,
        server_streams=descriptor.server_streaming,
        routes=tuple(_routes(descriptor)),
        handler=getattr(servicer, snake_case(descriptor.name), None),
    )


def _routes(descriptor: MethodDescriptor) -> Iterator[Route]:
    rule = descriptor.GetOptions().Extensions[annotations_pb2.http]
    for binding in (rule, *rule.additional_bindings):
        for verb in VERBS:
            if path := getattr(binding, verb):
                yield Route(verb=verb.upper(), path=path, has_body=bool(binding.body))
                # SpeechKit's pages say POST where its .proto files say GET: an action takes both.
                if verb == "get" and CUSTOM_VERB.search(path):
                    yield Route(verb="POST", path=path, has_body=False)
