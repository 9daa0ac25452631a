"""What the clients were told, and everything that contradicts it. A contradiction is kept, never forgotten.

Rule 1: an answered POST is a promise: its operation exists from then on and ends.
Rule 2: an outcome that was read once is read the same, to the last field, for ever.
Rule 3: the outcome is the right one: the words of this recording, or the failure that it must have.
"""

import json
from collections import Counter
from collections.abc import Mapping
from typing import Any

from bench.chaos.jobs import CANCELLED, Job, Kind

UNAVAILABLE = 14  # a store or a disk that was away for too long: an honest failure, counted by itself


class Ledger:
    """Of one run; job numbers are those of jobs.made."""

    def __init__(self) -> None:
        self.accepted: dict[str, Job] = {}  # by operation id
        self.outcomes: dict[str, str] = {}  # by operation id: the whole operation, as canonical JSON
        self.refused: set[int] = set()  # job numbers
        self.given_up: Counter[str] = Counter()  # honest failures by message
        self.violations: list[str] = []
        self.read_again = 0

    @property
    def open(self) -> list[str]:
        """Accepted, and not yet seen to be done."""
        return [operation_id for operation_id in self.accepted if operation_id not in self.outcomes]

    def ended(self) -> dict[str, int]:
        """How many ended how."""
        ends = Counter(how(json.loads(operation)) for operation in self.outcomes.values())
        return dict(sorted(ends.items()))

    def accept(self, job: Job, operation_id: str) -> None:
        """A POST was answered with this id."""
        if job.kind is Kind.REFUSED:
            self.violations.append(f"job {job.number}: accepted, though it is not what it declares")
        other = self.accepted.setdefault(operation_id, job)
        if other.number != job.number:
            self.violations.append(f"{operation_id} was answered for jobs {other.number} and {job.number}")

    def operations_of(self, job: Job) -> list[str]:
        """What a job's POSTs were answered with."""
        return [operation_id for operation_id, other in self.accepted.items() if other.number == job.number]

    def check_single(self, job: Job) -> None:
        """However often a job was posted under its key, it is one operation."""
        if len(ids := self.operations_of(job)) > 1:
            self.violations.append(f"job {job.number} became several operations: {ids}")

    def refuse(self, job: Job, answer: str) -> None:
        """A POST was refused for good."""
        self.refused.add(job.number)
        if job.kind is not Kind.REFUSED:
            self.violations.append(f"job {job.number} ({job.kind}) was refused: {answer}")

    def read(self, operation_id: str, operation: Mapping[str, Any]) -> None:
        """An operation as somebody just read it."""
        told = json.dumps(operation, sort_keys=True, ensure_ascii=False)
        known = self.outcomes.get(operation_id)
        if known is not None:
            self.read_again += 1
            if told != known:
                self.violations.append(f"{operation_id} was {known[:400]} and is {told[:400]}")
        elif operation.get("done"):
            self.outcomes[operation_id] = told
            self._judge(operation_id, operation)

    def lost(self, operation_id: str, how: str) -> None:
        """An accepted operation is not known to the service."""
        self.violations.append(f"{operation_id} is lost: {how}")

    def _judge(self, operation_id: str, operation: Mapping[str, Any]) -> None:
        """Is this the outcome that the job must have?"""
        job = self.accepted[operation_id]
        if (error := operation.get("error")) is not None:
            if error["code"] == UNAVAILABLE:
                self.given_up[error["message"]] += 1
            elif error["code"] != job.failure:
                self.violations.append(f"{operation_id} ({job.kind}) failed: {error}")
        elif job.failure is not None and job.kind is not Kind.CANCELLED:
            self.violations.append(f"{operation_id} ({job.kind}) has a transcript, but cannot have one")
        elif words(operation) != job.recording.words:
            self.violations.append(f"{operation_id} ({job.kind}) has the words of something else")


def how(operation: Mapping[str, Any]) -> str:
    """How a finished operation ended, in a word."""
    if (error := operation.get("error")) is None:
        return "done"
    return "cancelled" if error["code"] == CANCELLED else "failed"


def words(operation: Mapping[str, Any]) -> list[tuple[int, str]]:
    """Channel and word of every word in a result, in the order of its chunks."""
    return [
        (int(chunk["channelTag"]), word["word"])
        for chunk in operation["response"].get("chunks", ())
        for word in chunk["alternatives"][0]["words"]
    ]
