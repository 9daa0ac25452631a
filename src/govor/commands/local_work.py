"""Transcripts made on this machine, without a service."""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import urlsplit

from govor.commands.batch import Progress
from govor.commands.outcomes import Made
from govor.commands.rendering import rendered
from govor.commands.sources import Source
from govor.pipeline import local
from govor.pipeline.local import LocalTranscriber
from govor.records import TextOptions
from govor.settings import Settings
from govor.storage.objects import Objects
from govor.storage.web import WebLinks


class LocalWork:
    """Transcribes with one warm pool of recognisers; made by `opened`."""

    def __init__(
        self, transcriber: LocalTranscriber, settings: Settings, text: TextOptions, formats: Sequence[str]
    ) -> None:
        self._transcriber = transcriber
        self._settings = settings
        self._text = text
        self._formats = formats

    async def transcribe(self, source: Source, progress: Progress) -> Made:
        """Raises what the pipeline raises: BadAudio, TooLarge, ObjectMissing, ModelFailed …"""
        async with self._on_disk(source) as path:
            transcript = await self._transcriber.transcribe(path, self._text, progress)
        files = await asyncio.to_thread(rendered, transcript, self._formats, source.place.name)
        return Made(files=files, audio_seconds=transcript.audio_ms / 1000)

    async def ready(self) -> None:
        """`opened` has looked already."""

    async def delivered(self, source: Source) -> None:
        """There is nothing to forget."""

    @asynccontextmanager
    async def _on_disk(self, source: Source) -> AsyncIterator[Path]:
        """The recording as a file of this machine, fetched if it is none."""
        if source.path is not None:
            yield source.path
            return
        with tempfile.TemporaryDirectory(prefix="govor-") as folder:
            path = Path(folder) / "recording"
            await objects_for(source.uri, self._settings).fetch(source.uri, path)
            yield path


def objects_for(uri: str, settings: Settings) -> Objects:
    """Reads a link for who named it on the command line: any host and bucket that this machine reaches."""
    host = urlsplit(uri).netloc if uri.startswith("https://") else ""
    allowed = ",".join(filter(None, (settings.uri_allow, host)))
    trusting = settings.model_copy(update={"uri_allow": allowed, "auth": "none"})
    return Objects(trusting, WebLinks(allowed=lambda _: True))


@asynccontextmanager
async def opened(
    settings: Settings, text: TextOptions, formats: Sequence[str], *, language: str, hot_words: Sequence[str]
) -> AsyncIterator[LocalWork]:
    """Ready to transcribe until the block ends. Raises LanguageUnavailable, ModelFailed."""
    async with local.opened(settings, language, hot_words) as transcriber:
        yield LocalWork(transcriber, settings, text, formats)
