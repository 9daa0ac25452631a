"""`python -m bench.chaos [--seed N] [--jobs N] [--database sqlite|postgresql] [--workers N]` (`make chaos`).

Prints what went wrong on purpose, what became of every job, and every contradiction; 1 if there is one.
"""

import argparse
import asyncio
import math
import random
import signal
import sys
import tempfile
from pathlib import Path
from types import FrameType

from bench.chaos.run import Plan, Verdict, alone_on_sqlite, fleet_on_postgresql
from bench.report import Row, report
from tests.servers.postgres import postgres

SHOWN_MAX = 20  # contradictions


def main() -> int:
    """One run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1_000_000))
    parser.add_argument("--jobs", type=int, default=2_000)
    parser.add_argument("--database", choices=["sqlite", "postgresql"], default="postgresql")
    parser.add_argument("--workers", type=int, default=3, help="of a fleet on PostgreSQL")
    parser.add_argument("--pause", type=float, default=3.0, help="seconds between two troubles, on average")
    parser.add_argument("--minutes", type=float, default=math.inf, help="submit for so long at most")
    parser.add_argument("--keep", type=Path, help="a new folder for logs and data, which then stay")
    asked = parser.parse_args()
    signal.signal(signal.SIGTERM, as_interrupted)  # servers and mounts go in good order
    print(
        f"chaos: --seed {asked.seed} --jobs {asked.jobs} --database {asked.database}"
        f" --workers {asked.workers} --pause {asked.pause:g}",
        flush=True,
    )
    with tempfile.TemporaryDirectory(prefix="govor-chaos-") as temporary:
        folder = asked.keep or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        plan = Plan(
            seed=asked.seed,
            jobs=asked.jobs,
            folder=folder,
            workers=asked.workers,
            pause_seconds=asked.pause,
            minutes=asked.minutes,
        )
        if asked.database == "sqlite":
            verdict = asyncio.run(alone_on_sqlite(plan))
        else:
            with postgres() as server:
                verdict = asyncio.run(fleet_on_postgresql(plan, server))
    tell(verdict, asked.database)
    return 1 if verdict.violations else 0


def as_interrupted(_number: int, _frame: FrameType | None) -> None:
    """SIGTERM is like Ctrl-C, which asyncio makes a cancellation of: nothing is torn apart on its way."""
    signal.raise_signal(signal.SIGINT)


def tell(verdict: Verdict, database: str) -> None:
    """Everything, for people; the figures for bench/results too."""
    for name, counts in (
        ("ended", verdict.ended),
        ("troubles", verdict.troubles),
        ("failed for want of a store or disk", verdict.given_up),
    ):
        print(f"  {name}: {', '.join(f'{count} {what}' for what, count in counts.items()) or 'none'}")
    for line in verdict.ended_alone:
        print(f"  {line}")
    report(f"chaos_{database}", rows(verdict))
    for violation in verdict.violations[:SHOWN_MAX]:
        print(f"VIOLATION {violation}", file=sys.stderr)
    print(f"{len(verdict.violations)} contradictions (seed {verdict.seed})")


def rows(verdict: Verdict) -> list[Row]:
    """The figures."""
    ended = sum(verdict.ended.values())
    worst = max(verdict.recovery_seconds, default=0.0)
    return [
        Row(what="accepted", value=verdict.accepted, unit="operations"),
        Row(what="  ended", value=ended, unit="operations", target=f"= {verdict.accepted}"),
        Row(what="  failed for want of a store or disk", value=sum(verdict.given_up.values()), unit=""),
        Row(what="refused, as they had to be", value=verdict.refused, unit="requests"),
        Row(what="contradictions", value=len(verdict.violations), unit="", target="= 0"),
        Row(what="troubles", value=sum(verdict.troubles.values()), unit=""),
        Row(what="worst time from a kill to its work in good hands", value=worst, unit="s", target="≤ 15"),
        Row(what="POSTs tried again", value=verdict.posts_retried, unit="requests"),
        Row(what="outcomes read again", value=verdict.read_again, unit="reads"),
        Row(what="time", value=verdict.seconds, unit="s"),
    ]


if __name__ == "__main__":
    raise SystemExit(main())
