"""Spans of requests, operations and their steps: nothing unless `GOVOR_TRACING=otlp` (see otel.py).

Rule 1: OpenTelemetry is imported in otel.py alone, and only when it is asked for.
Rule 2: a span belongs to the request that caused it, across the queue and other machines: its parent
        travels with the task, as W3C's `traceparent`.
"""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Protocol

from govor.settings import Settings

Value = str | int | float | bool


class Span(Protocol):
    """A piece of work that is going on."""

    def name(self, name: str) -> None:
        """Call it otherwise, once that is known."""
        ...

    def tell(self, **attributes: Value) -> None:
        """Add attributes."""
        ...


class Tracer(Protocol):
    """What makes spans."""

    def span(self, name: str, parent: str, **attributes: Value) -> AbstractContextManager[Span]:
        """A span for as long as the block runs; `parent` is a traceparent, empty for the present span."""
        ...

    def traceparent(self) -> str:
        """The present span, for another process."""
        ...

    def stop(self) -> None:
        """Send what is not sent yet."""
        ...


class NoSpan:
    """Tells nobody."""

    def name(self, name: str) -> None:
        """Nothing to do."""

    def tell(self, **attributes: Value) -> None:
        """Nothing to do."""


class NoTracer:
    """Makes no spans."""

    def span(self, name: str, parent: str, **attributes: Value) -> AbstractContextManager[Span]:
        """Nothing around the block."""
        return nullcontext(NoSpan())

    def traceparent(self) -> str:
        """There is no span."""
        return ""

    def stop(self) -> None:
        """Nothing to do."""


_tracer: Tracer = NoTracer()


def start(settings: Settings) -> None:
    """Trace from now on if the settings ask for it; raises BadSetting without OpenTelemetry installed."""
    if settings.tracing == "otlp":
        from govor.telemetry import otel

        use(otel.exporting())


def use(tracer: Tracer) -> None:
    """Make spans with this tracer from now on."""
    global _tracer
    _tracer = tracer


def stop() -> None:
    """Send what is not sent yet, and trace no more."""
    _tracer.stop()
    use(NoTracer())


@contextmanager
def span(name: str, parent: str = "", **attributes: Value) -> Iterator[Span]:
    """A span for as long as the block runs; an error that leaves the block is told by its type."""
    with _tracer.span(name, parent, **attributes) as made:
        yield made


def traceparent() -> str:
    """The present span, for another process; empty without one."""
    return _tracer.traceparent()
