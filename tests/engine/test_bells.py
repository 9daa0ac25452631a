"""Who waits for a part hears of its end, and asks ever less often when it ends elsewhere."""

import asyncio
from pathlib import Path

import pytest

from govor.engine import bells
from govor.engine.bells import Bells, pause_seconds, rung
from tests.tiny.service import ALICE, expected, finished, heard, record, started

WAIT_SECONDS = 60.0  # for what must happen
LEVELS = list(range(100, 230))  # three parts


@pytest.mark.parametrize(
    ("waited", "pause"), [(0.0, 0.1), (0.8, 0.1), (4.0, 0.5), (8.0, 1.0), (3_600.0, 1.0)]
)
def test_who_has_waited_long_waits_an_eighth_longer_and_a_second_at_most(waited: float, pause: float) -> None:
    assert pause_seconds(waited) == pause


def test_an_hour_of_waiting_takes_one_look_a_second() -> None:
    waited, looks = 0.0, 0
    while waited < 3_600.0:
        waited, looks = waited + pause_seconds(waited), looks + 1
    assert 3_592 < looks < 3_630


@pytest.mark.parametrize("fails", [False, True])
async def test_a_bell_rings_when_the_part_has_ended_and_not_before(fails: bool) -> None:
    waiting, go_on = Bells(), asyncio.Event()

    async def part() -> None:
        waiting.ring_at_end("one")
        await go_on.wait()
        assert not fails

    with waiting.of("one") as bell, waiting.of("another") as other:
        task = asyncio.create_task(part())
        await rung(bell, 0.0)
        assert not bell.is_set()
        go_on.set()
        await asyncio.wait_for(bell.wait(), WAIT_SECONDS)
        assert task.done()
        assert not other.is_set()
    await asyncio.gather(task, return_exceptions=True)


async def test_nobody_hears_a_part_whose_operation_waits_no_more() -> None:
    waiting = Bells()

    async def part() -> None:
        waiting.ring_at_end("one")

    with waiting.of("one") as first, waiting.of("one") as second:  # a second execution of one operation
        await asyncio.create_task(part())
        await asyncio.wait_for(second.wait(), WAIT_SECONDS)
        assert not first.is_set()
    await asyncio.create_task(part())


async def test_parts_are_joined_as_soon_as_they_have_ended_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bells, "LOOK_SECONDS_MAX", 3_600.0)
    monkeypatch.setattr(bells, "LOOK_SECONDS_MIN", 3_600.0)  # only a bell can be in time
    async with started(tmp_path) as operations:
        task = record(tmp_path, "long.pcm", LEVELS)
        operation = await finished(operations, (await operations.submit(task, ALICE)).id)
        assert heard(operation.transcript) == expected(LEVELS)
