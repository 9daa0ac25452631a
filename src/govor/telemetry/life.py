"""The life of an operation, told: its ids on every line of the log, a span, how and when it ended."""

import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager

import structlog

from govor.records import Task
from govor.telemetry import metrics, tracing

log = structlog.get_logger(__name__)

GENERAL, DEFERRED = "general", "deferred-general"  # classes of operations


@contextmanager
def operation(counts: metrics.Metrics, operation_id: str, task: Task, submitted_at: int) -> Iterator[None]:
    """Around all that is done for an operation; `submitted_at` is in seconds since the epoch.

    An end of the process or a cancellation is neither counted nor logged here: the first is no end.
    """
    with _known(operation_id, task), tracing.span("operation", task.traceparent, **_attributes(task)) as span:
        span.tell(operation_id=operation_id)
        log.info("operation started", waited_seconds=_since(submitted_at))
        try:
            yield
        except Exception as error:
            counts.failed(error)
            counts.ended(metrics.FAILED, time.time() - submitted_at, class_of(task.model))
            raise
        counts.ended(metrics.DONE, time.time() - submitted_at, class_of(task.model))
        log.info("operation done", seconds=_since(submitted_at))


@contextmanager
def part(counts: metrics.Metrics, operation_id: str, task: Task, index: int) -> Iterator[None]:
    """Around the recognition of one part of a long recording, wherever that is done."""
    with _known(operation_id, task), tracing.span("part", task.traceparent, index=index) as span:
        span.tell(operation_id=operation_id)
        with counts.stage("recognise"):
            yield


def class_of(model: str) -> str:
    """The class of the operations that ask for this `model`."""
    return DEFERRED if model.startswith(DEFERRED) else GENERAL


def request_id() -> str:
    """The id of the request that is being answered; empty outside of one."""
    return str(structlog.contextvars.get_contextvars().get("request_id", ""))


def _known(operation_id: str, task: Task) -> AbstractContextManager[None]:
    ids = {"operation_id": operation_id, **({"request_id": task.request_id} if task.request_id else {})}
    return structlog.contextvars.bound_contextvars(**ids)


def _attributes(task: Task) -> dict[str, tracing.Value]:
    return {"api": task.api, "language": task.language, "class": class_of(task.model)}


def _since(submitted_at: int) -> float:
    return round(max(0.0, time.time() - submitted_at), 1)
