"""The pool with real processes: results, turns, crashes, ends."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import numpy as np
import psutil
import pytest

from govor.errors import BadAudio, GovorError, ModelFailed, Unavailable
from govor.pipeline import recogniser_pool
from govor.pipeline.clips import SAMPLE, Clip
from govor.pipeline.recogniser_pool import RecogniserPool
from tests.tiny.recogniser import BREAKS, FAILS, KILLS, LOADER, RATE_HZ

ELSEWHERE: set[int] = set()  # recognisers of services that other tests keep running


@pytest.fixture(autouse=True)
def only_ours() -> Iterator[None]:
    ELSEWHERE.update(child.pid for child in children())
    yield
    ELSEWHERE.clear()


@pytest.fixture(autouse=True)
def reachable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[2]))


@asynccontextmanager
async def pool(size: int = 2, idle_seconds: float = 60.0) -> AsyncIterator[RecogniserPool]:
    made = RecogniserPool(size=size, idle_seconds=idle_seconds, loader=LOADER)
    try:
        yield made
    finally:
        await made.stop()
        assert not children()


def children() -> list[psutil.Process]:
    """This process's recognisers that are alive."""
    return [
        child
        for child in psutil.Process().children(recursive=True)
        if child.pid not in ELSEWHERE
        and child.status() != psutil.STATUS_ZOMBIE
        and any("recogniser_process" in arg for arg in child.cmdline())
    ]


async def until(condition: Callable[[], bool]) -> None:
    """Wait for something that must happen, at most 20 s."""
    for _ in range(400):
        if condition():
            return
        await asyncio.sleep(0.05)
    pytest.fail("it did not happen within 20 s")


@pytest.fixture
def clip(tmp_path: Path) -> Callable[..., Clip]:
    """Make a clip of so many seconds at one level."""

    def make(level: int, seconds: int = 1) -> Clip:
        path = tmp_path / f"{level}-{seconds}.pcm"
        np.full(seconds * RATE_HZ, level, SAMPLE).tofile(path)
        return Clip(path=str(path), offset=0, samples=seconds * RATE_HZ)

    return make


async def heard(running: RecogniserPool, model: str, clips: list[Clip]) -> list[list[str]]:
    return [[word.text for word in words] for words in await running.recognise(model, clips)]


async def test_every_clip_gets_its_own_words_in_order(clip: Callable[..., Clip]) -> None:
    async with pool() as running:
        clips = [clip(level, 1 + level % 3) for level in range(1, 25)]
        assert await heard(running, "", clips) == [[str(level)] * (1 + level % 3) for level in range(1, 25)]
        assert await heard(running, "", []) == []
        assert len(children()) == 2


async def test_a_clip_is_a_stretch_of_a_file(tmp_path: Path) -> None:
    np.repeat(np.arange(1, 5, dtype=SAMPLE), RATE_HZ).tofile(tmp_path / "four")
    async with pool(1) as running:
        middle = Clip(path=str(tmp_path / "four"), offset=RATE_HZ, samples=2 * RATE_HZ)
        assert await heard(running, "", [middle]) == [["2", "3"]]


async def test_one_process_is_warm_and_the_others_end_when_idle(clip: Callable[..., Clip]) -> None:
    async with pool(3, idle_seconds=0.3) as running:
        await running.warm("")
        assert len(children()) == 1
        running.expect("")
        await until(lambda: len(children()) == 3)
        assert len(await heard(running, "", [clip(n) for n in range(1, 9)])) == 8
        await until(lambda: len(children()) == 1)
        assert await heard(running, "", [clip(5)]) == [["5"]]


async def test_a_short_job_is_not_stuck_behind_a_long_one(clip: Callable[..., Clip]) -> None:
    async with pool(1) as running:
        order: list[str] = []

        async def job(name: str, count: int) -> None:
            await running.recognise("slow:0.02", [clip(n) for n in range(1, count + 1)])
            order.append(name)

        long = asyncio.create_task(job("long", 40))
        await asyncio.sleep(0)  # the long one comes first
        await asyncio.gather(job("short", 2), job("other", 2), long)
        assert order[-1] == "long"


async def test_the_job_with_the_earliest_deadline_goes_first(clip: Callable[..., Clip]) -> None:
    async with pool(1) as running:
        order: list[str] = []

        async def job(name: str, deadline: int) -> None:
            await running.recognise("slow:0.02", [clip(n) for n in range(1, 11)], deadline)
            order.append(name)

        await running.warm("slow:0.02")
        await asyncio.gather(job("late", 300), job("later", 400), job("soon", 200))
        assert order == ["soon", "late", "later"]


BAD_CLIPS: list[tuple[int, type[GovorError], str]] = [
    (KILLS, ModelFailed, "SIGKILL"),
    (FAILS, BadAudio, "made by a test"),
    (BREAKS, ModelFailed, "ZeroDivisionError"),
]


@pytest.mark.parametrize(("level", "error", "detail"), BAD_CLIPS)
async def test_a_bad_clip_fails_its_own_job_only(
    clip: Callable[..., Clip], level: int, error: type[GovorError], detail: str
) -> None:
    async with pool(2) as running:
        good = [asyncio.create_task(heard(running, "", [clip(n), clip(n + 1)])) for n in range(1, 9)]
        with pytest.raises(error) as failure:
            await running.recognise("", [clip(1), clip(level), clip(2)])
        assert detail in failure.value.detail
        assert await asyncio.gather(*good) == [[[str(n)], [str(n + 1)]] for n in range(1, 9)]
        assert await heard(running, "", [clip(3)]) == [["3"]]


async def test_a_process_killed_from_outside_costs_nothing(clip: Callable[..., Clip]) -> None:
    async with pool(1) as running:
        await running.warm("slow:0.05")
        job = asyncio.create_task(heard(running, "slow:0.05", [clip(n) for n in range(1, 6)]))
        await asyncio.sleep(0.1)
        for child in children():
            child.kill()
        assert await job == [[str(n)] for n in range(1, 6)]


@pytest.mark.parametrize("model", ["missing", "dies"])
async def test_a_model_that_cannot_be_loaded_is_reported(clip: Callable[..., Clip], model: str) -> None:
    async with pool(1) as running:
        with pytest.raises(ModelFailed):
            await running.warm(model)
        with pytest.raises(ModelFailed):
            await running.recognise(model, [clip(1)])
        assert await heard(running, "", [clip(1)]) == [["1"]]


async def test_another_model_gets_the_slot_of_an_idle_one(clip: Callable[..., Clip]) -> None:
    async with pool(1) as running:
        assert await heard(running, "", [clip(1)]) == [["1"]]
        assert await heard(running, "slow:0.01", [clip(2)]) == [["2"]]
        both = (heard(running, model, [clip(n) for n in range(1, 5)]) for model in ("", "slow:0.01"))
        assert await asyncio.gather(*both) == [[[str(n)] for n in range(1, 5)]] * 2


async def test_a_call_that_is_given_up_leaves_no_work(clip: Callable[..., Clip]) -> None:
    async with pool(1) as running:
        await running.warm("slow:0.05")
        given_up = asyncio.create_task(running.recognise("slow:0.05", [clip(n) for n in range(1, 2000)]))
        await asyncio.sleep(0.1)
        given_up.cancel()
        with pytest.raises(asyncio.CancelledError):
            await given_up
        assert await heard(running, "slow:0.05", [clip(7)]) == [["7"]]


async def test_stopping_ends_waiting_calls(clip: Callable[..., Clip]) -> None:
    async with pool(1) as running:
        waiting = asyncio.create_task(running.recognise("slow:5", [clip(1), clip(2)]))
        await until(lambda: bool(children()))
        await running.stop()
        with pytest.raises(Unavailable):
            await waiting
        with pytest.raises(Unavailable):
            await running.recognise("", [clip(1)])


async def test_processes_die_with_their_parent() -> None:
    script = (
        "import asyncio, os, signal\n"
        "from govor.pipeline.recogniser_pool import RecogniserPool\n"
        "async def main():\n"
        f"    running = RecogniserPool(size=1, idle_seconds=9, loader={LOADER!r})\n"
        "    await running.warm('')\n"
        "    import psutil; print(*(c.pid for c in psutil.Process().children()), flush=True)\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
        "asyncio.run(main())\n"
    )
    parent = await asyncio.create_subprocess_exec(
        sys.executable, "-c", script, stdout=asyncio.subprocess.PIPE, env={**os.environ}
    )
    (printed, _) = await parent.communicate()
    pids = [int(pid) for pid in printed.split()]
    assert pids
    await until(lambda: not any(psutil.pid_exists(pid) for pid in pids))


async def test_while_somebody_waits_for_words_no_worker_takes_much_at_once(clip: Callable[..., Clip]) -> None:
    clips = [clip(level, 9) for level in range(1, 7)]
    job = recogniser_pool.Job("", clips, 5)
    assert len(job.take(1)) == 6
    assert len(recogniser_pool.Job("", clips, 5).take(1, recogniser_pool.PROMPT_SECONDS * RATE_HZ)) == 2
    long = recogniser_pool.Job("", [clip(7, 60)], 5)
    assert len(long.take(1, recogniser_pool.PROMPT_SECONDS * RATE_HZ)) == 1


async def test_a_stream_goes_before_every_job_and_a_final_before_a_partial(clip: Callable[..., Clip]) -> None:
    order: list[str] = []

    async def heard_in_turn(name: str, deadline: int) -> None:
        await running.recognise("slow:0.05", [clip(1)], deadline)
        order.append(name)

    async with pool(1) as running:
        await running.warm("slow:0.05")
        busy = asyncio.create_task(running.recognise("slow:0.05", [clip(2)]))
        await asyncio.sleep(0)  # it is in the queue
        with running.prompt():
            await asyncio.gather(
                busy,
                heard_in_turn("job", 1),
                heard_in_turn("partial", recogniser_pool.PARTIAL),
                heard_in_turn("final", recogniser_pool.FINAL),
            )
    assert order == ["final", "partial", "job"]
