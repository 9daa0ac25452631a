"""An OTLP collector for tests: takes spans over HTTP and keeps them."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from tests.servers.http_server import Handler, serving


@dataclass
class Collected:
    """What has come so far."""

    endpoint: str = ""
    spans: list[Span] = field(default_factory=list)
    services: set[str] = field(default_factory=set)

    def named(self, name: str) -> list[Span]:
        """The spans of this name."""
        return [span for span in self.spans if span.name == name]

    def take(self, body: bytes) -> None:
        """One export."""
        for each in ExportTraceServiceRequest.FromString(body).resource_spans:
            told = {item.key: item.value.string_value for item in each.resource.attributes}
            self.services.add(told.get("service.name", ""))
            for scope in each.scope_spans:
                self.spans.extend(scope.spans)


@contextmanager
def collecting() -> Iterator[Collected]:
    """Collect on a free port of 127.0.0.1 until the block ends."""

    collected = Collected()

    class Collector(Handler):
        def do_POST(self) -> None:
            collected.take(self.body())
            known = self.path == "/v1/traces"
            self.answer(200 if known else 404, ExportTraceServiceResponse().SerializeToString())

    with serving(Collector) as collected.endpoint:
        yield collected
