"""Talking to a sandboxed job: answers, errors, deaths, and giving it up."""

import asyncio
import signal
from pathlib import Path

import psutil
import pytest

from govor.audio import conversation
from govor.audio.sandbox_wire import Limits
from govor.errors import BadAudio, GovorError, Timeout, Unavailable
from tests.audio import jobs


async def test_each_message_is_answered_and_the_end_is_the_result() -> None:
    async with await conversation.opened(jobs.echo, b">", talks=True) as talk:
        assert [await talk.ask(message) for message in (b"a", b"bc", b"x" * 100_000)] == [
            b">a",
            b">bc",
            b">" + b"x" * 100_000,
        ]
        assert await talk.ask(b"end") == b">end"
        assert await talk.result() is None


@pytest.mark.parametrize(
    ("message", "error", "says"),
    [
        (b"refuse", BadAudio, "found a duck"),
        (str(int(signal.SIGSEGV)).encode(), BadAudio, "crashed on it (SIGSEGV)"),
        (str(int(signal.SIGKILL)).encode(), Unavailable, "SIGKILL"),
        (str(int(signal.SIGXCPU)).encode(), Timeout, "processor time"),
    ],
)
async def test_a_job_that_ends_badly_raises_what_it_ended_of(
    message: bytes, error: type[GovorError], says: str
) -> None:
    async with await conversation.opened(jobs.echo, b">", talks=True) as talk:
        await talk.ask(b"hello")
        with pytest.raises(error) as caught:
            await talk.ask(message)
    assert says in caught.value.detail


async def test_a_job_that_does_not_answer_in_time_is_given_up() -> None:
    limits = Limits(wall_seconds=0.5)
    async with await conversation.opened(jobs.echo, b">", limits=limits, talks=True) as talk:
        with pytest.raises(Timeout):
            await talk.ask(b"sleep")


async def test_a_job_without_messages_gives_its_result() -> None:
    assert await conversation.run(jobs.add, 2, 3) == 5
    with pytest.raises(BadAudio, match="Invalid audio received"):
        await conversation.run(jobs.refuse)


async def test_a_cancelled_call_ends_its_child(tmp_path: Path) -> None:
    running = asyncio.create_task(conversation.run(jobs.note_process_and_sleep, tmp_path / "child"))
    for _ in range(600):
        if (tmp_path / "child").exists() and (tmp_path / "child").read_text():
            break
        await asyncio.sleep(0.05)
    child = psutil.Process(int((tmp_path / "child").read_text()))
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    for _ in range(600):
        if not child.is_running() or child.status() == psutil.STATUS_ZOMBIE:
            return
        await asyncio.sleep(0.05)
    pytest.fail("the child lives on")
