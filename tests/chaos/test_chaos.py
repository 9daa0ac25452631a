"""A small run of `make chaos`: the same jobs and troubles, only fewer."""

from pathlib import Path

from bench.chaos.jobs import Kind
from bench.chaos.run import Plan, alone_on_sqlite


async def test_nothing_is_lost_in_chaos_on_one_machine(tmp_path: Path) -> None:
    plan = Plan(seed=7, jobs=24, folder=tmp_path, pause_seconds=1.0)
    verdict = await alone_on_sqlite(plan)
    assert verdict.violations == []
    assert verdict.accepted + verdict.refused == plan.jobs
    assert sum(verdict.ended.values()) == verdict.accepted >= plan.jobs - len(Kind)
    assert sum(verdict.troubles.values()) > 0
