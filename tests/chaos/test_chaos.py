"""A small run of `make chaos`: the same jobs and troubles, only fewer."""

import os
from pathlib import Path

import pytest

from bench.chaos.jobs import Kind
from bench.chaos.run import Plan, Verdict, alone_on_sqlite, fleet_on_postgresql
from tests.servers.postgres import PostgresServer

pytestmark = pytest.mark.skipif(
    "CHAOS_TESTS" not in os.environ,
    reason="real processes, killed at random, for minutes: set CHAOS_TESTS=1, or run make chaos",
)


def check(verdict: Verdict, plan: Plan) -> None:
    assert verdict.violations == []
    assert verdict.accepted + verdict.refused == plan.jobs
    assert sum(verdict.ended.values()) == verdict.accepted >= plan.jobs - len(Kind)
    assert sum(verdict.troubles.values()) > 0


async def test_nothing_is_lost_in_chaos_on_one_machine(tmp_path: Path) -> None:
    plan = Plan(seed=7, jobs=20, folder=tmp_path, pause_seconds=0.4)
    check(await alone_on_sqlite(plan), plan)


async def test_nothing_is_lost_in_chaos_in_a_fleet(tmp_path: Path, postgres_server: PostgresServer) -> None:
    plan = Plan(seed=9, jobs=14, folder=tmp_path, workers=2, pause_seconds=0.8)
    check(await fleet_on_postgresql(plan, postgres_server), plan)
