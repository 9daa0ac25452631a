"""What `govor doctor` says of one thing, and how it is shown."""

import enum
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from typing import Any

from govor.client.errors import ClientError
from govor.errors import GovorError


class State(enum.StrEnum):
    """How it is."""

    OK = "ok"
    WARN = "warn"  # it works, and may soon not, or not as wished
    FAIL = "fail"  # jobs would fail, or the service would not start


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """One thing that was looked at."""

    name: str
    state: State
    found: str
    mend: str = ""  # what to do about it; never empty unless it is ok

    @property
    def line(self) -> str:
        """As people read it."""
        head = f"{self.state:<5} {self.name:<10} {self.found}"
        return f"{head}\n{'':<17}→ {self.mend}" if self.mend else head

    @property
    def document(self) -> dict[str, Any]:
        """As programs do."""
        return asdict(self)


Check = Callable[[], Iterable[Finding]]


def ok(name: str, found: str) -> Finding:
    """All is well."""
    return Finding(name=name, state=State.OK, found=found)


def warn(name: str, found: str, mend: str) -> Finding:
    """It works, but."""
    return Finding(name=name, state=State.WARN, found=found, mend=mend)


def fail(name: str, found: str, mend: str) -> Finding:
    """It does not work."""
    return Finding(name=name, state=State.FAIL, found=found, mend=mend)


def of(name: str, check: Check) -> Iterator[Finding]:
    """What a check finds; an error of ours or of the system is a finding, too."""
    try:
        yield from check()
    except (GovorError, ClientError) as error:
        yield fail(name, error.message, error.detail or "see docs/cli.md")
    except OSError as error:
        yield fail(name, str(error), "see to it that this user may read and write there")
