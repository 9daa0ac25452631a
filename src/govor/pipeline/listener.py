"""Our end of a sandboxed process that listens to one stream (listening.py)."""

from pathlib import Path
from types import TracebackType

from govor.audio import conversation
from govor.audio.conversation import Conversation
from govor.audio.sandbox_wire import Limits
from govor.pipeline import listening as wire
from govor.pipeline.clips import Clip
from govor.pipeline.listening import Manner, Report, Stretch

# Five minutes of any encoding take a few seconds; the file is 16 bit at the model's rate.
LIMITS = Limits(cpu_seconds=600, wall_seconds=60.0, memory_bytes=512 << 20, file_bytes=1 << 30)
# One message: the decoder works while the next is on its way, and its report is never far behind.
SOUND_BYTES_MAX = 64 << 10


class Listener:
    """One stream's ear; made by `opened`, which see. Errors are those of Conversation.ask."""

    def __init__(self, talk: Conversation, path: Path) -> None:
        self._talk = talk
        self._path = path

    async def __aenter__(self) -> "Listener":
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._talk.close()

    async def sound(self, data: bytes) -> Report:
        """Bytes in the declared encoding, at most SOUND_BYTES_MAX."""
        return await self._ask(wire.SOUND + data)

    async def silence(self, duration_ms: int) -> Report:
        """So much silence."""
        return await self._ask(wire.SILENCE + str(duration_ms).encode())

    async def end_utterance(self) -> Report:
        """The caller says that an utterance ends here."""
        return await self._ask(wire.EOU)

    async def finish(self) -> Report:
        """Nothing more will come. Raises BadAudio when none of what came could be decoded."""
        report = await self._ask(wire.FINISH)
        await self._talk.result()
        return report

    def clip(self, stretch: Stretch) -> Clip:
        """A stretch as the pool takes it."""
        return Clip(path=str(self._path), offset=stretch.begin, samples=stretch.end - stretch.begin)

    async def _ask(self, message: bytes) -> Report:
        return wire.read_report(await self._talk.ask(message))


async def opened(path: Path, manner: Manner) -> Listener:
    """Start listening; the sound is kept at `path`. Raises Unavailable when no process can be started."""
    return Listener(await conversation.opened(wire.listen, path, manner, limits=LIMITS, talks=True), path)
