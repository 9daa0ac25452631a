"""Recordings that kill whatever touches them: given up after three tries, alone."""

from pathlib import Path

from govor.errors import Poisonous
from tests.tiny.preparing import HOGS
from tests.tiny.recogniser import KILLS
from tests.tiny.service import ALICE, BOB, expected, finished, heard, record, started


async def test_operations_on_the_same_recogniser_do_not_notice_poison(tmp_path: Path) -> None:
    async with started(tmp_path, "slow:0.01", recognisers=1) as operations:
        before = await operations.submit(record(tmp_path, "long.pcm", range(1, 100)), ALICE)
        poison = [
            await operations.submit(record(tmp_path, f"{level}.pcm", [level]), BOB) for level in (KILLS, HOGS)
        ]
        after = await operations.submit(record(tmp_path, "after.pcm", [7]), ALICE)
        for operation in poison:
            failure = (await finished(operations, operation.id, BOB)).failure
            assert failure is not None
            assert failure.code == Poisonous.code
            assert "3 times" in failure.detail
        assert heard((await finished(operations, before.id)).transcript) == expected(range(1, 100))
        assert heard((await finished(operations, after.id)).transcript) == expected([7])
