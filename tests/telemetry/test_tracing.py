"""Spans of requests, operations and steps, and the log beside them: a real service, a real collector."""

import json
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from govor.errors import BadSetting
from govor.telemetry import tracing
from govor.telemetry.otel import OtelTracer
from scripts.local_service import running
from tests.telemetry.collector import Collected, collecting
from tests.tiny.recogniser import FAILS
from tests.tiny.service import ALICE, finished, record, started

SAMPLES = Path(__file__).parents[2] / "samples"
TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
TRACEPARENT = f"00-{TRACE}-00f067aa0ba902b7-01"  # W3C's own example
WORD_CHARS_MIN = 4  # shorter words are parts of other things in a log


@pytest.fixture
def spans() -> Iterator[InMemorySpanExporter]:
    """Spans of this process, kept in memory."""
    exporter, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    tracing.use(OtelTracer(provider))
    yield exporter
    tracing.stop()


async def test_steps_belong_to_their_operation_and_that_to_its_request(
    tmp_path: Path, spans: InMemorySpanExporter
) -> None:
    async with started(tmp_path) as operations:
        with tracing.span("request", TRACEPARENT):
            accepted = await operations.submit(record(tmp_path, "a.raw", list(range(100, 250))), ALICE)
        await finished(operations, accepted.id)
    found = spans.get_finished_spans()
    assert {span.context.trace_id for span in found if span.context} == {int(TRACE, 16)}
    names = {span.context.span_id: span.name for span in found if span.context}
    edges = sorted((names.get(span.parent.span_id, "caller"), span.name) for span in found if span.parent)
    assert edges == [
        ("caller", "request"),
        *[("operation", "fetch"), ("operation", "part"), ("operation", "part"), ("operation", "part")],
        *[("operation", "prepare"), ("operation", "text")],
        *[("part", "recognise"), ("part", "recognise"), ("part", "recognise")],
        ("request", "operation"),
    ]


async def test_failure_is_told_by_its_type_only(tmp_path: Path, spans: InMemorySpanExporter) -> None:
    async with started(tmp_path) as operations:
        accepted = await operations.submit(record(tmp_path, "a.raw", [FAILS]), ALICE)
        await finished(operations, accepted.id)
    (operation,) = [span for span in spans.get_finished_spans() if span.name == "operation"]
    assert operation.status.description == "BadAudio"
    assert not operation.events


@dataclass(frozen=True)
class Traced:
    """What one transcription by a real service left behind."""

    collected: Collected
    lines: list[dict[str, Any]]
    log: str
    request_id: str
    operation: dict[str, Any]


@pytest.fixture(scope="module")
def traced(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Traced]:
    folder = tmp_path_factory.mktemp("traced")
    with collecting() as collected:
        environment = {
            "GOVOR_TRACING": "otlp",
            "GOVOR_LOG_FORMAT": "json",
            "GOVOR_LOG_LEVEL": "debug",
            "OTEL_EXPORTER_OTLP_ENDPOINT": collected.endpoint,
            "OTEL_SERVICE_NAME": "speech",
        }
        with running(folder, environment=environment) as service:
            uri = service.put(SAMPLES / "call.ogg", "private-bucket")
            body = json.dumps({"config": {"specification": {}}, "audio": {"uri": uri}}).encode()
            headers = {"Authorization": f"Api-Key {service.key}", "traceparent": TRACEPARENT}
            url = f"{service.base}/speech/stt/v2/longRunningRecognize"
            with urllib.request.urlopen(urllib.request.Request(url, body, headers)) as answer:
                request_id, submitted = answer.headers["x-request-id"], json.loads(answer.read())
            operation = service.wait(submitted["id"], timeout_seconds=60)
            key = service.key
        log = (folder / "serve.log").read_text(encoding="utf-8")
        assert key not in log
        lines = [json.loads(line) for line in log.splitlines()]
        yield Traced(collected, lines, log, request_id, operation)


def test_spans_reach_the_collector_named_by_opentelemetrys_variables(traced: Traced) -> None:
    assert traced.collected.services == {"speech"}
    (request,) = traced.collected.named("yandex.cloud.ai.stt.v2.SttService/LongRunningRecognize")
    (operation,) = traced.collected.named("operation")
    assert request.trace_id == operation.trace_id == bytes.fromhex(TRACE)
    assert operation.parent_span_id == request.span_id
    told = {item.key: item.value.string_value for item in operation.attributes}
    assert told["govor.operation_id"] == traced.operation["id"]
    for step in ("fetch", "prepare", "recognise", "text"):
        assert [span.parent_span_id for span in traced.collected.named(step)] == [operation.span_id]


def test_log_follows_an_operation_from_its_request_to_its_end(traced: Traced) -> None:
    of_it = [line for line in traced.lines if line.get("operation_id") == traced.operation["id"]]
    events = [line["event"] for line in of_it if line["request_id"] == traced.request_id]
    assert events == ["request", "operation started", "operation done"]


def test_neither_log_nor_spans_hold_a_word_or_a_link(traced: Traced) -> None:
    chunks = traced.operation["response"]["chunks"]
    words = {word["word"] for chunk in chunks for word in chunk["alternatives"][0]["words"]}
    long_words = {word for word in words if len(word) >= WORD_CHARS_MIN}
    assert len(long_words) > 10
    told = traced.log + "".join(map(str, traced.collected.spans))
    assert not [private for private in (*long_words, "private-bucket", "call.ogg") if private in told]


def test_opentelemetry_is_not_even_imported_unless_it_is_asked_for(tmp_path: Path) -> None:
    code = (
        "import asyncio, sys\n"
        "from pathlib import Path\n"
        "from tests.tiny.service import started\n"
        "async def main():\n"
        f"    async with started(Path({str(tmp_path)!r})): pass\n"
        "asyncio.run(main())\n"
        "import govor.app, govor.api.rpc\n"
        "print([name for name in sys.modules if name.startswith('opentelemetry')])\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_tracing_without_its_packages_names_the_command_that_brings_them() -> None:
    code = (
        "import sys\n"
        "sys.modules['opentelemetry'] = None\n"
        "from govor.settings import Settings\n"
        "from govor.telemetry import tracing\n"
        "tracing.start(Settings(tracing='otlp'))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert BadSetting.__name__ in done.stderr
    assert "GOVOR_TRACING needs OpenTelemetry" in done.stderr
