"""Work of a version of the workflows that nobody runs any more is told of."""

from pathlib import Path

import pytest

from tests.telemetry import shown
from tests.tiny.service import ALICE, record, started

LONG = list(range(100, 250))


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
async def test_work_of_a_version_that_no_worker_has_is_stranded(
    database: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    settings: dict[str, str] = {}
    shared = tmp_path
    if database == "postgresql":
        shared = tmp_path / "shared"
        settings = {"database_url": request.getfixturevalue("postgres_url"), "work_url": f"file://{shared}"}
    async with started(tmp_path, "slow:60", **settings) as operations:
        await operations.submit(record(shared, "a.raw", LONG), ALICE)
        assert (await operations.statistics()).stranded == {}
    async with started(tmp_path, version="2", **settings) as later:
        assert (await later.statistics()).stranded == {"1": 1}
        found = await shown.of(later)
    assert found["govor_operations_stranded"] == {("1",): 1}
