"""Spans by OpenTelemetry's SDK (the extra `govor[otel]`); imported only when they are asked for.

Where they go, under which name and how many: OpenTelemetry's own variables (OTEL_EXPORTER_OTLP_ENDPOINT,
OTEL_SERVICE_NAME, OTEL_TRACES_SAMPLER …), which the SDK reads.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from govor import __version__
from govor.errors import BadSetting
from govor.telemetry.tracing import Span, Value

try:
    from opentelemetry import trace
    from opentelemetry.sdk.resources import OTELResourceDetector, Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
except ImportError as missing:
    raise BadSetting("GOVOR_TRACING needs OpenTelemetry", "pip install 'govor[otel]'") from missing

CARRIER = "traceparent"


class OtelSpan:
    """One span."""

    def __init__(self, span: trace.Span) -> None:
        self._span = span

    def name(self, name: str) -> None:
        """Call it otherwise, once that is known."""
        self._span.update_name(name)

    def tell(self, **attributes: Value) -> None:
        """Add attributes."""
        self._span.set_attributes({f"govor.{key}": value for key, value in attributes.items()})


class OtelTracer:
    """Makes spans that a provider's processors export."""

    def __init__(self, provider: TracerProvider) -> None:
        self._provider = provider
        self._tracer = provider.get_tracer("govor", __version__)
        self._propagator = TraceContextTextMapPropagator()

    @contextmanager
    def span(self, name: str, parent: str, **attributes: Value) -> Iterator[Span]:
        """A span for as long as the block runs; its error is told by its type, for texts may name objects."""
        context = self._propagator.extract({CARRIER: parent}) if parent else None
        with self._tracer.start_as_current_span(
            name, context, record_exception=False, set_status_on_exception=False
        ) as made:
            ours = OtelSpan(made)
            ours.tell(**attributes)
            try:
                yield ours
            except BaseException as error:
                made.set_status(trace.StatusCode.ERROR, type(error).__name__)
                raise

    def traceparent(self) -> str:
        """The present span, for another process."""
        carrier: dict[str, str] = {}
        self._propagator.inject(carrier)
        return carrier.get(CARRIER, "")

    def stop(self) -> None:
        """Send what is not sent yet, within the time that OTEL_BSP_EXPORT_TIMEOUT allows."""
        self._provider.shutdown()


def exporting() -> OtelTracer:
    """A tracer whose spans go to an OTLP collector over HTTP, at http://localhost:4318 by default."""
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter

    ours = Resource.create({"service.name": "govor", "service.version": __version__})
    provider = TracerProvider(resource=ours.merge(OTELResourceDetector().detect()))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    return OtelTracer(provider)
