"""The latest errors by code, for `govor status`: how often since the start, and when last."""

from dataclasses import dataclass

CODES_MAX = 200  # pairs of door and code; there are about twenty codes


@dataclass(frozen=True, kw_only=True, slots=True)
class Fault:
    """One kind of error since this process started. Times are seconds since the epoch."""

    where: str  # "rest", "grpc", "operation"
    code: str
    count: int
    last_at: float


class Faults:
    """Errors by where they were met and their code."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, str], Fault] = {}

    def note(self, where: str, code: str, now: float) -> None:
        """Count one error."""
        known = self._found.get((where, code))
        if known is None and len(self._found) >= CODES_MAX:
            return
        count = known.count + 1 if known else 1
        self._found[where, code] = Fault(where=where, code=code, count=count, last_at=now)

    def latest(self) -> tuple[Fault, ...]:
        """All of them, the latest first."""
        return tuple(sorted(self._found.values(), key=lambda fault: -fault.last_at))
