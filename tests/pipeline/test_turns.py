"""A semaphore that serves in the order of deadlines."""

import asyncio
from collections.abc import Sequence

import pytest

from govor.pipeline.turns import Turns


async def served(turns: Turns, asked: Sequence[tuple[str, int, bool]]) -> list[str]:
    """The names in the order they got places; all ask at once while one place is taken."""
    order: list[str] = []

    async def one(name: str, deadline: int, small: bool) -> None:
        async with turns.one(deadline, small=small):
            order.append(name)
            await asyncio.sleep(0)

    async with turns.one():
        tasks = [asyncio.create_task(one(*each)) for each in asked]
        for _ in range(5):
            await asyncio.sleep(0)
    await asyncio.gather(*tasks)
    return order


async def test_the_earliest_deadline_goes_first_and_equals_as_they_came() -> None:
    asked = [("late", 9, False), ("first", 5, False), ("second", 5, False), ("early", 1, False)]
    assert await served(Turns(1), asked) == ["early", "first", "second", "late"]


async def test_what_is_small_need_not_wait_for_a_long_one() -> None:
    asked = [("long", 1, False), ("small", 9, True)]
    assert await served(Turns(1, extra=1), asked) == ["small", "long"]
    assert await served(Turns(1), asked) == ["long", "small"]


async def test_no_more_than_allowed_are_inside() -> None:
    turns, inside, most = Turns(3, extra=1), 0, 0

    async def one(number: int) -> None:
        nonlocal inside, most
        async with turns.one(number % 7, small=number % 2 == 0):
            inside += 1
            most = max(most, inside)
            await asyncio.sleep(0.001)
            inside -= 1

    await asyncio.gather(*(one(number) for number in range(60)))
    assert most == 4
    assert inside == 0


async def test_who_gives_up_leaves_the_place_to_others() -> None:
    turns = Turns(1)
    for moment in range(6):  # before, while and after being called
        tasks = []
        async with turns.one():
            tasks = [asyncio.create_task(hold(turns)) for _ in range(3)]
            await asyncio.sleep(0)
        for _ in range(moment):
            await asyncio.sleep(0)
        tasks[0].cancel()
        tasks[2].cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        async with asyncio.timeout(5), turns.one():
            pass


async def test_an_error_inside_gives_the_place_back() -> None:
    turns = Turns(1)
    with pytest.raises(ZeroDivisionError):
        async with turns.one():
            raise ZeroDivisionError
    async with asyncio.timeout(5), turns.one():
        pass


async def hold(turns: Turns) -> None:
    async with turns.one():
        await asyncio.sleep(0)
