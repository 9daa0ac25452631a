"""The seam between the engine and the database that it keeps operations in."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Protocol

Rows = Callable[..., Awaitable[list[tuple[Any, ...]]]]  # what a named statement of queries.sql returns
Recover = Callable[[Sequence[str]], Awaitable[None]]  # puts what these executors ran back into its queues


class Store(Protocol):
    """A database of operations, and how the processes that share it know who lives.

    Every method may raise StorageFailed; `open` Unavailable when somebody else uses what is ours alone.
    """

    executor_id: str  # what runs here carries it
    place: str  # for messages; no secrets
    shared: bool  # whether other processes take work from the same queues

    def configuration(self) -> Mapping[str, Any]:
        """What DBOS is told of the database."""
        ...

    async def open(self) -> None:
        """Before the launch: see that the database answers and that this process may use it."""
        ...

    async def launched(self, rows: Rows, recover: Recover) -> None:
        """After the launch: from now on, see to what dead processes left."""
        ...

    async def not_ready(self) -> str:
        """Empty if somebody would run a job submitted now; else the reason why nobody would."""
        ...

    async def works(self, version: str) -> bool:
        """Whether a worker lives that takes the work of this version of the workflows."""
        ...

    def may_take(self) -> bool:
        """Whether this process may take work from the queues just now."""
        ...

    async def lost(self) -> None:
        """Return when this process can prove no longer that it lives, and has to end; mostly never."""
        ...

    async def resting(self) -> None:
        """What ran here was interrupted, for this process ends in good order: let others go on with it."""
        ...

    async def close(self) -> None:
        """Give everything back; the end of `open`, whether or not that succeeded."""
        ...
