"""This side of one recogniser process (recogniser_process.py is the other)."""

import asyncio
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Sequence
from typing import Any

from govor.pipeline import recogniser_process as wire
from govor.pipeline.clips import Clip
from govor.records import Word

START_SECONDS = 120.0  # a large model from a cold disk; ours takes about one
CLIP_SECONDS = 120.0  # a clip lasts at most 20 s and takes under one; slower than this is hung
ANSWER_BYTES_MAX = 1 << 20  # a clip of 20 s has about 60 words of 40 bytes


class Crashed(Exception):
    """The process died, or hung and was killed; str() says how."""


class RecogniserChild:
    """A running process with its model loaded. After Crashed it can only be closed."""

    def __init__(self, process: Process) -> None:
        self.process = process
        self.sample_rate_hz = 0

    @classmethod
    async def start(cls, greeting: str) -> "RecogniserChild":
        """Start a process and wait for its model. Raises Crashed, or the error of loading the model."""
        command = (sys.executable, "-P", "-m", wire.__name__)
        try:
            process = await asyncio.create_subprocess_exec(
                *command, stdin=PIPE, stdout=PIPE, limit=ANSWER_BYTES_MAX
            )
        except OSError as error:  # no memory or no process left
            raise Crashed(f"cannot start a process: {error}") from error
        child = cls(process)
        try:
            (child.sample_rate_hz,) = await child._ask(greeting, START_SECONDS)
        except BaseException:
            await child.close()
            raise
        return child

    async def words(self, clips: Sequence[Clip], hot_words: Sequence[str] = ()) -> list[tuple[Word, ...]]:
        """Recognise clips. Raises Crashed, or the error that the recogniser raised."""
        answer = await self._ask(wire.clips_line(clips, hot_words), CLIP_SECONDS * len(clips))
        return [wire.words_of(rows) for rows in answer]

    async def close(self) -> None:
        """End the process at once; it holds nothing worth saving."""
        if self.process.returncode is None:
            self.process.kill()
        await self.process.wait()

    async def _ask(self, line: str, seconds: float) -> list[Any]:
        """One line there, one line back."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        try:
            async with asyncio.timeout(seconds):
                self.process.stdin.write(f"{line}\n".encode())
                await self.process.stdin.drain()
                answer = await self.process.stdout.readline()
        except TimeoutError as error:
            raise Crashed(f"no answer within {seconds:g} s") from error
        except (ConnectionError, ValueError) as error:  # ValueError: an answer beyond ANSWER_BYTES_MAX
            raise Crashed(str(error) or type(error).__name__) from error
        if not answer.endswith(b"\n"):
            raise Crashed(ending(await self.process.wait()))
        return wire.read_answer(answer.decode())


def ending(status: int) -> str:
    """A process's exit status in words."""
    if status >= 0:
        return f"the process ended with status {status}"
    try:
        return f"the process was killed by {signal.Signals(-status).name}"
    except ValueError:
        return f"the process was killed by signal {-status}"
