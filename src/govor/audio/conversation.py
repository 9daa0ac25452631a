"""A sandboxed job that one can talk to while it runs, and that can be given up at any moment. For asyncio.

Rule 1: a message there is followed by one message back; the job's result or error comes after the last.
Rule 2: `close` (or the end of the `async with`) kills the child, whatever it is doing.
Rule 3: a child that dies is told from one that ends by the status its host adds (sandbox_host.py, rule 3).
"""

import asyncio
from collections.abc import Callable
from types import TracebackType

from govor.audio import sandbox
from govor.audio.sandbox_wire import LENGTH, MESSAGE_BYTES_MAX, Job, Limits, framed, write_job
from govor.errors import Timeout


class Conversation:
    """Our end; made by `opened`, which see for the errors."""

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, limits: Limits, *, talks: bool
    ) -> None:
        self._reader, self._writer = reader, writer
        self._limits, self._talks = limits, talks

    async def __aenter__(self) -> "Conversation":
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    async def ask(self, message: bytes) -> bytes:
        """Send a message and wait for the answer.

        Raises what the job raised; BadAudio: it crashed; Timeout, Unavailable: as `sandbox.run`.
        """
        try:
            self._writer.write(framed(message))
            await self._writer.drain()
        except (BrokenPipeError, ConnectionResetError):
            pass  # it has ended: its outcome lies in the reader
        answer = await self._message()
        if answer is None:
            raise RuntimeError("the job ended before it answered")
        return answer

    async def result(self) -> object:
        """Wait for the end of the job; its result. Raises as `ask`."""
        if self._talks:
            while await self._message() is not None:
                pass
            return None
        return sandbox.outcome(await self._rest(b""))

    def close(self) -> None:
        """End the child at once."""
        self._writer.close()

    async def _message(self) -> bytes | None:
        """The next message; None after the last, if the job ended well."""
        head = b""
        try:
            async with asyncio.timeout(self._limits.wall_seconds):
                head = await self._reader.readexactly(LENGTH.size)
                size = LENGTH.unpack(head)[0]
                if 0 < size <= MESSAGE_BYTES_MAX:
                    return await self._reader.readexactly(size)
        except asyncio.IncompleteReadError as cut:
            sandbox.outcome(head + cut.partial)
            return None
        except ConnectionResetError:
            sandbox.outcome(b"")
        except TimeoutError as error:
            raise Timeout("Decoding took too long", "the time limit of one recording was reached") from error
        sandbox.outcome(await self._rest(head if size else b""))
        return None

    async def _rest(self, begun: bytes) -> bytes:
        """Everything until the end."""
        try:
            async with asyncio.timeout(self._limits.wall_seconds):
                return begun + await self._reader.read()
        except ConnectionResetError:
            return b""
        except TimeoutError as error:
            raise Timeout("Decoding took too long", "the time limit of one recording was reached") from error


async def opened(
    function: Callable[..., object], *args: object, limits: Limits | None = None, talks: bool = False
) -> Conversation:
    """Run `function` in the sandbox; with `talks`, its first argument is a sandbox_wire.Talk."""
    limits = limits or Limits()
    ours = await asyncio.to_thread(sandbox.begin, function.__module__)
    try:
        ours.setblocking(False)
        reader, writer = await asyncio.open_connection(sock=ours)
    except BaseException:
        ours.close()
        raise
    conversation = Conversation(reader, writer, limits, talks=talks)
    try:
        writer.write(write_job(Job(function=function, args=args, limits=limits, talks=talks)))
        await writer.drain()
    except (BrokenPipeError, ConnectionResetError):
        pass  # its outcome says of what it died
    except BaseException:
        conversation.close()
        raise
    return conversation


async def run(function: Callable[..., object], *args: object, limits: Limits | None = None) -> object:
    """As `sandbox.run`, but a cancelled call ends the child."""
    async with await opened(function, *args, limits=limits) as conversation:
        return await conversation.result()
