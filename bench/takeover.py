"""`python -m bench.takeover`: how long the work of a dead, frozen or leaving worker waits for another one.

Real processes on a real PostgreSQL, with a recogniser that waits instead of hearing. Measured from the signal
until no row of the engine's is in that worker's hands any more.
"""

import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from bench.report import Row, report
from tests.fleet.processes import Fleet, fleet, happens
from tests.servers.postgres import postgres
from tests.tiny.life import Life
from tests.tiny.service import record

ROUNDS = 3
SLOW = "slow:5"  # a part takes minutes: nothing ends by itself meanwhile
LEVELS = range(100, 250)  # 150 s: three parts
HELD = "SELECT count(*) FROM workflow_status WHERE status = 'PENDING' AND executor_id = %s"
HOLDER = "SELECT executor_id FROM workflow_status WHERE status = 'PENDING' LIMIT 1"


def taken_over_after(begun: Fleet, how: Callable[[Fleet, Life], None]) -> float:
    """Seconds from `how` until others have the work."""
    door, doomed = begun.door(), begun.worker(SLOW)
    door.submit(record(begun.shared, "long.pcm", list(LEVELS)))
    happens(lambda: bool(begun.rows(HOLDER)))
    ((executor_id,),) = begun.rows(HOLDER)
    begun.worker(SLOW)
    began = time.monotonic()
    how(begun, doomed)
    happens(lambda: begun.rows(HELD, executor_id) == [(0,)])
    return time.monotonic() - began


def main() -> None:
    """Print and keep the longest of each kind."""
    kinds: list[tuple[str, Callable[[Fleet, Life], None], str]] = [
        ("worker killed (kill -9)", lambda begun, life: life.kill(), "≤ 15"),
        ("worker frozen or cut off (SIGSTOP)", lambda begun, life: begun.freeze(life), "≤ 15"),
        ("worker told to stop (SIGTERM)", lambda begun, life: life.end(), ""),
    ]
    rows = []
    with postgres() as server:
        for name, how, target in kinds:
            seconds = []
            for _ in range(ROUNDS):
                with tempfile.TemporaryDirectory() as folder, fleet(server.create(), Path(folder)) as begun:
                    seconds.append(taken_over_after(begun, how))
            what = f"{name}: others have its work"
            rows.append(Row(what=what, value=max(seconds), unit="s", target=target))
    report("takeover", rows)


if __name__ == "__main__":
    main()
