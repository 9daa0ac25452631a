"""Quotas and dead letters of a fleet: every process counts together, and anyone can replay."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from govor.engine.dead_letters import DeadLetters
from govor.settings import Settings
from govor.storage.database import Database
from govor.storage.usage import Allowance, Overrun, Usage
from tests.tiny.service import ALICE, build, expected, finished, heard, record

NOW = 1_800_000_000.0


def test_machines_never_let_in_more_than_allowed_together(postgres_url: str, tmp_path: Path) -> None:
    machines = [
        Usage(Database.open(Settings(data_dir=tmp_path / name, database_url=postgres_url))) for name in "abc"
    ]
    allowance = Allowance(submissions_per_hour=10, audio_ms_per_day=100_000)

    def submit(number: int) -> Overrun | bool:
        return machines[number % 3].reserve("b1g", f"{number}", 0, allowance, now=NOW)

    with ThreadPoolExecutor(6) as threads:
        outcomes = list(threads.map(submit, range(30)))
    assert outcomes.count(True) == 10
    machines[0].measured("0", audio_ms=100_000, size=5)
    refused = machines[2].reserve("b1g", "later", 0, allowance, now=NOW + 3_601)
    assert isinstance(refused, Overrun)
    assert refused.what in ("audio_ms_per_day", "submissions_per_hour")
    assert machines[1].forget(now=NOW + 86_401, batch=100) == 10


async def test_a_dead_operation_is_replayed_from_another_machine(postgres_url: str, tmp_path: Path) -> None:
    model, shared = tmp_path / "model", tmp_path / "shared"
    task = record(shared, "a.pcm", range(1, 70))
    operations = build(
        tmp_path / "worker", f"awaits:{model}", database_url=postgres_url, work_url=f"file://{shared}"
    )
    await operations.start()
    try:
        accepted = await operations.submit(task, ALICE)
        assert (await finished(operations, accepted.id)).failure is not None
        letters = DeadLetters.open(Settings(data_dir=tmp_path / "elsewhere", database_url=postgres_url))
        assert [letter.id for letter in letters.list()] == [accepted.id]
        model.touch()  # the operator mends it
        letters.replay(accepted.id)
        letters.close()
        assert heard((await finished(operations, accepted.id)).transcript) == expected(range(1, 70))
    finally:
        await operations.stop()
