"""A recording that kills whatever touches it: given up after three tries, alone."""

from pathlib import Path

import pytest

from govor.errors import Poisonous
from tests.tiny.preparing import HOGS
from tests.tiny.recogniser import KILLS
from tests.tiny.service import ALICE, BOB, expected, finished, heard, record, started

POISON = [
    ("a clip that kills the recogniser", [5, KILLS, 6]),
    ("a recording whose decoder is killed", [HOGS, 5]),
]


@pytest.mark.parametrize("levels", [row[1] for row in POISON], ids=[row[0] for row in POISON])
async def test_operations_on_the_same_recogniser_do_not_notice_poison(
    tmp_path: Path, levels: list[int]
) -> None:
    async with started(tmp_path, "slow:0.02", recognisers=1) as operations:
        before = await operations.submit(record(tmp_path, "long.pcm", range(1, 100)), ALICE)
        poison = await operations.submit(record(tmp_path, "poison.pcm", levels), BOB)
        after = await operations.submit(record(tmp_path, "after.pcm", [7]), ALICE)
        failed = await finished(operations, poison.id, BOB)
        assert failed.failure is not None
        assert failed.failure.code == Poisonous.code
        assert "3 times" in failed.failure.detail
        assert heard((await finished(operations, before.id)).transcript) == expected(range(1, 100))
        assert heard((await finished(operations, after.id)).transcript) == expected([7])
