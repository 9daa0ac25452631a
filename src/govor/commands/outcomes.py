"""What became of one recording of a batch."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal


@dataclass(frozen=True, kw_only=True, slots=True)
class Made:
    """A transcript in every format that was asked for."""

    files: Mapping[str, bytes]  # by format
    audio_seconds: float  # of one channel
    operation_id: str = ""  # where a service made it


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """One recording, over."""

    shown: str
    state: Literal["done", "skipped", "failed"]
    files: Mapping[str, bytes] = field(default_factory=dict)  # what goes to standard output
    outputs: Sequence[Path] = ()
    audio_seconds: float = 0.0
    seconds: float = 0.0  # how long it took
    operation_id: str = ""
    code: int = 0  # google.rpc.Code of a failure
    message: str = ""
    detail: str = ""
    request_id: str = ""

    @property
    def told(self) -> str:
        """A failure on a line."""
        detail = f" ({self.detail})" if self.detail else ""
        request = f" request {self.request_id}" if self.request_id else ""
        return f"{self.shown}: {self.message}{detail}{request}"

    @property
    def document(self) -> dict[str, Any]:
        """A line of --json."""
        error = {
            "code": self.code, "message": self.message, "detail": self.detail, "requestId": self.request_id
        }  # fmt: skip
        return {
            "source": self.shown,
            "state": self.state,
            **({"outputs": [str(path) for path in self.outputs]} if self.outputs else {}),
            **({"files": {name: text.decode() for name, text in self.files.items()}} if self.files else {}),
            **({"audioSeconds": round(self.audio_seconds, 3)} if self.state == "done" else {}),
            **({"seconds": round(self.seconds, 3)} if self.state != "skipped" else {}),
            **({"operation": self.operation_id} if self.operation_id else {}),
            **({"error": error} if self.state == "failed" else {}),
        }
