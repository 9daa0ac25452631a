"""An operation as the engine keeps it, in our own words."""

import enum
from dataclasses import dataclass


class State(enum.StrEnum):
    """Where an operation stands; the value is what /metrics calls it."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"
    ABANDONED = "abandoned"  # the service died over it too often


FINISHED = frozenset({State.DONE, State.FAILED, State.CANCELLED, State.ABANDONED})

# The engine's own words for them.
BY_STATUS: dict[str, State] = {
    "ENQUEUED": State.QUEUED,
    "DELAYED": State.QUEUED,
    "PENDING": State.RUNNING,
    "SUCCESS": State.DONE,
    "CANCELLED": State.CANCELLED,
    "MAX_RECOVERY_ATTEMPTS_EXCEEDED": State.ABANDONED,
    "ERROR": State.FAILED,
}
assert set(BY_STATUS.values()) == set(State)  # a new state cannot be forgotten here


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """One operation. Times are milliseconds since the epoch."""

    id: str
    state: State
    subject_id: str
    folder_id: str
    created_ms: int
    updated_ms: int
    completed_ms: int | None

    @property
    def finished(self) -> bool:
        """Nothing about it will change any more."""
        return self.state in FINISHED
