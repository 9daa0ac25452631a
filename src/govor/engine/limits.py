"""How much this process takes from each queue. The queues' own rows are for all processes alike.

DBOS reads a queue's row before each poll. We put our own number in its place: as many as this machine can do,
and none while it may not take work. A private seam of DBOS 3.4.0, tested by tests/fleet.
"""

from collections.abc import Callable, Mapping
from typing import Any

from dbos import DBOS

Limits = Mapping[str, Callable[[], int]]  # by the name of a queue: how many of its workflows may run here now


def impose(dbos: DBOS, limits: Limits, may_take: Callable[[], bool]) -> None:
    """At most so many workflows of each queue run here, and none begins while `may_take()` is false."""
    database = dbos._sys_db
    read = database.get_queue

    def get_queue(name: str, **options: Any) -> Any:
        queue = read(name, **options)
        if queue is not None and name in limits:
            queue._worker_concurrency = limits[name]() if may_take() else 0
        return queue

    database.get_queue = get_queue  # type: ignore[method-assign]
