"""What one running process counts, for GET /metrics; names begin with govor_ (docs/metrics.md lists them)."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from google.rpc import code_pb2
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from govor.errors import GovorError, ServiceError
from govor.records import Statistics
from govor.telemetry import tracing
from govor.telemetry.faults import Faults
from govor.telemetry.figures import Figures

# From a poll answered out of memory (a few ms) to a header probed in a slow bucket (several s).
REQUEST_SECONDS_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
# From the text of a short recording (10 ms) to a gigabyte fetched slowly or 4 h decoded (10 minutes).
STAGE_SECONDS_BUCKETS = (0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 600)
# From a short recording on an idle service (half a second) to a deferred one (24 h).
OPERATION_SECONDS_BUCKETS = (0.5, 1, 2, 5, 10, 30, 60, 300, 900, 3_600, 4 * 3_600, 24 * 3_600)
# 0.01 is the embedded model on an idle core, 1 is as slow as speech.
FACTOR_BUCKETS = (0.005, 0.01, 0.02, 0.03, 0.05, 0.1, 0.2, 0.5, 1, 2)

DONE, FAILED, CANCELLED = "done", "failed", "cancelled"  # how an operation ended


class Metrics:
    """The counters of one running process; every method is called in its event loop or in a thread of it."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.faults = Faults()
        self.started_at = time.time()  # seconds since the epoch
        self._figures = Figures()
        self.registry.register(self._figures)
        self._make_request_metrics()
        self._make_operation_metrics()
        self._make_recogniser_metrics()

    def answered(self, *, door: str, method: str, code: str, seconds: float) -> None:
        """Count one answer; `method` is a name of ours, never a path; `code` HTTP's status or gRPC's name."""
        self._requests.labels(door, method, code).inc()
        self._request_seconds.labels(door, method).observe(seconds)
        if code not in ("OK", "CANCELLED") and not code.startswith(("1", "2", "3")):
            self.faults.note(door, code, time.time())

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Measure one step of an operation: fetch, prepare, recognise, speakers, text, summarise."""
        started = time.monotonic()
        with tracing.span(name):
            yield
        self._stage_seconds.labels(name).observe(time.monotonic() - started)

    def ended(self, outcome: str, seconds: float, kind: str = "general") -> None:
        """Count an operation that ended (DONE, FAILED, CANCELLED) `seconds` after it was submitted."""
        self._ended.labels(outcome).inc()
        self._operation_seconds.labels(kind).observe(max(0.0, seconds))

    def failed(self, error: Exception) -> None:
        """Count the reason of an operation that failed."""
        code = code_pb2.Code.Name(error.code if isinstance(error, GovorError) else ServiceError.code)
        self._failures.labels(code, type(error).__name__).inc()
        self.faults.note("operation", code, time.time())

    def recognised(self, *, seconds: float, sound_seconds: float) -> None:
        """Count clips that kept a recogniser busy for `seconds`."""
        self._busy_seconds.inc(seconds)
        if sound_seconds > 0:
            self._factor.observe(seconds / sound_seconds)

    def recogniser_started(self) -> None:
        """A recogniser has its model loaded."""
        self._starts.inc()

    def recogniser_crashed(self) -> None:
        """A recogniser died or hung, at its start or over clips."""
        self._crashes.inc()

    def render(self, statistics: Statistics, *, ready: bool = True) -> bytes:
        """Everything in Prometheus' text format."""
        self._figures.latest, self._figures.ready = statistics, ready
        return generate_latest(self.registry)

    def _make_request_metrics(self) -> None:
        labels = ("door", "method")
        self._requests = self._counter("requests", "Requests answered", *labels, "code")
        self._request_seconds = self._histogram(
            "request_seconds", "Time to answer", REQUEST_SECONDS_BUCKETS, *labels
        )
        self.streams = Gauge("govor_streams_open", "Streams open now", registry=self.registry)
        self.short_recordings = Gauge(
            "govor_short_recordings_open", "Recordings that callers wait for now", registry=self.registry
        )

    def _make_operation_metrics(self) -> None:
        self._stage_seconds = self._histogram(
            "stage_seconds", "Time of one step of an operation", STAGE_SECONDS_BUCKETS, "stage"
        )
        self._ended = self._counter("operations_ended", "Operations that ended here", "outcome")
        self._failures = self._counter("operation_failures", "Why operations failed here", "code", "error")
        self._operation_seconds = self._histogram(
            "operation_seconds", "From submission to the end", OPERATION_SECONDS_BUCKETS, "class"
        )

    def _make_recogniser_metrics(self) -> None:
        self._busy_seconds = self._counter("recogniser_busy_seconds", "Time recognisers spent on clips")
        self._factor = self._histogram(
            "real_time_factor", "Time of a recogniser for a second of speech", FACTOR_BUCKETS
        )
        self._starts = self._counter("recogniser_starts", "Recognisers that loaded their model")
        self._crashes = self._counter("recogniser_crashes", "Recognisers that died or hung")

    def _counter(self, name: str, documentation: str, *labels: str) -> Counter:
        return Counter(f"govor_{name}", documentation, labels, registry=self.registry)

    def _histogram(
        self, name: str, documentation: str, buckets: tuple[float, ...], *labels: str
    ) -> Histogram:
        return Histogram(f"govor_{name}", documentation, labels, buckets=buckets, registry=self.registry)
