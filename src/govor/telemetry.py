"""Logs and metrics: set up once by app.py.

Rule 1: one line an event, with request and operation ids; no transcript, secret, link or name of an object.
Rule 2: tracebacks without local variables; other packages from WARNING on. More would break rule 1.
Rule 3: metrics are named govor_… and have labels of few values.
"""

import logging
import logging.config
import sys
from collections.abc import Iterator

import structlog
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from structlog.typing import Processor

from govor.records import Statistics
from govor.settings import Settings

# From a poll answered out of memory (a few ms) to a header probed in a slow bucket (several s).
REQUEST_SECONDS_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)


def configure_logging(settings: Settings) -> None:
    """Send every log line, other packages' too, to standard error in one format."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    logging.config.dictConfig(_logging(shared, settings))


class Metrics:
    """The counters of one running service."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._operations = OperationsCollector()
        self.registry.register(self._operations)
        labels = ("door", "method")
        self._requests = Counter(
            "govor_requests", "Requests answered", (*labels, "code"), registry=self.registry
        )
        self._seconds = Histogram(
            "govor_request_seconds",
            "Time to answer",
            labels,
            buckets=REQUEST_SECONDS_BUCKETS,
            registry=self.registry,
        )

    def answered(self, *, door: str, method: str, code: str, seconds: float) -> None:
        """Count one answer; `method` is a name of ours, never a path."""
        self._requests.labels(door, method, code).inc()
        self._seconds.labels(door, method).observe(seconds)

    def render(self, statistics: Statistics) -> bytes:
        """Everything in Prometheus' text format."""
        self._operations.statistics = statistics
        return generate_latest(self.registry)


class OperationsCollector(Collector):
    """Shows the latest Statistics of the operations."""

    def __init__(self) -> None:
        self.statistics = Statistics(by_state={}, audio_seconds=0.0)

    def collect(self) -> Iterator[Metric]:
        """Called by the registry for each scrape."""
        states = GaugeMetricFamily("govor_operations", "Operations kept now", labels=["state"])
        for state, number in self.statistics.by_state.items():
            states.add_metric([state], number)
        yield states
        yield CounterMetricFamily(
            "govor_audio_seconds",
            "Audio recognised since the start, summed over channels",
            value=self.statistics.audio_seconds,
        )


def _logging(shared: list[Processor], settings: Settings) -> dict[str, object]:
    level = logging.getLevelNamesMapping()[settings.log_level.upper()]
    renderer: Processor
    if settings.log_format == "json":
        renderer = structlog.processors.JSONRenderer(ensure_ascii=False)
    else:
        renderer = structlog.dev.ConsoleRenderer(
            colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback
        )
    last: list[Processor] = [structlog.stdlib.ProcessorFormatter.remove_processors_meta]
    if settings.log_format == "json":
        last.append(structlog.processors.format_exc_info)
    formatter = {
        "()": structlog.stdlib.ProcessorFormatter,
        "foreign_pre_chain": shared,
        "processors": [*last, renderer],
    }
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"ours": formatter},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "ours"}},
        "root": {"handlers": ["stderr"], "level": max(logging.WARNING, level)},
        "loggers": {"govor": {"level": level}},
    }
