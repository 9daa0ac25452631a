"""One file to a transcript, here and now: the steps of the service without its durable engine."""

import asyncio
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from govor import cores
from govor.audio import found, sandbox, sniff
from govor.errors import BadAudio, ObjectMissing
from govor.pipeline import chunks, recognise
from govor.pipeline.prepare import prepare
from govor.pipeline.recogniser_pool import RecogniserPool
from govor.pipeline.scratch import Manifest, Scratch
from govor.recognition import models
from govor.records import AudioEncoding, AudioSpec, TextOptions, Transcript
from govor.settings import Settings
from govor.text.writing import Writer

LOCAL_ID = "local"  # the scratch folder's name; each file has a temporary directory of its own
PROGRESS_PREPARED = 0.2  # decoding and segmenting take about a fifth of the time

Progress = Callable[[float], None]  # called with 0..1


class LocalTranscriber:
    """Transcribes files one after the other with one warm pool; made by `opened`."""

    def __init__(
        self, settings: Settings, model: models.Model, pool: RecogniserPool, hot_words: Sequence[str] = ()
    ) -> None:
        self._hot_words = hot_words
        self._settings = settings
        self._model = model
        self._pool = pool
        self._writer = Writer.of(settings)

    @property
    def model_name(self) -> str:
        """What transcribes."""
        return self._model.name

    async def transcribe(self, source: Path, options: TextOptions, progress: Progress) -> Transcript:
        """The transcript of one file.

        Raises ObjectMissing: no such file. BadAudio, TooLarge: it cannot be used. ModelFailed, Timeout: ours.
        """
        declared = await asyncio.to_thread(declared_by_content, source)
        with tempfile.TemporaryDirectory(prefix="govor-") as folder:
            scratch = Scratch(Path(folder), LOCAL_ID)
            scratch.folder.mkdir()
            await asyncio.to_thread(link_or_copy, source, scratch.source)
            await asyncio.to_thread(self._prepare, Path(folder), declared)
            progress(PROGRESS_PREPARED)
            manifest = scratch.read_manifest()
            heard = await self._recognise(scratch, manifest, progress)
        progress(1.0)
        return Transcript(
            chunks=chunks.assemble(
                recognise.by_channel(heard), options, self._model.languages[0], self._writer
            ),
            audio_ms=manifest.audio_ms,
            channels=manifest.channels,
        )

    def _prepare(self, root: Path, declared: AudioSpec) -> None:
        settings = self._settings
        rate = self._model.sample_rate_hz
        sandbox.run(prepare, root, LOCAL_ID, declared, rate, float(settings.audio_seconds_max))

    async def _recognise(
        self, scratch: Scratch, manifest: Manifest, progress: Progress
    ) -> list[list[recognise.Heard]]:
        """All parts at once: the pool shares them out and bounds what runs."""
        done = 0

        async def one(index: int) -> list[recognise.Heard]:
            nonlocal done
            heard = await recognise.part(scratch, index, self._model, self._pool, hot_words=self._hot_words)
            done += 1
            progress(PROGRESS_PREPARED + (1 - PROGRESS_PREPARED) * done / len(manifest.parts))
            return heard

        return await asyncio.gather(*(one(index) for index in range(len(manifest.parts))))


@asynccontextmanager
async def opened(
    settings: Settings, language: str, hot_words: Sequence[str] = ()
) -> AsyncIterator[LocalTranscriber]:
    """A transcriber whose processes end with the block; `hot_words` are written as phrases.canonical does.

    Raises LanguageUnavailable, ModelFailed.
    """
    model = models.find(language, settings)
    pool = RecogniserPool(
        size=cores.recognisers(settings.recognisers, settings.device),
        idle_seconds=settings.idle_recogniser_seconds,
    )
    pool.expect(model)  # load while the first file is decoded
    try:
        yield LocalTranscriber(settings, model, pool, hot_words)
    finally:
        await pool.stop()


def declared_by_content(source: Path) -> AudioSpec:
    """What the file is, by its first bytes: nobody declares anything on a command line."""
    try:
        with source.open("rb") as file:
            kind = found.name(file.read(sniff.HEAD_BYTES))
    except OSError as error:
        raise ObjectMissing(f"cannot read {source}", str(error)) from error
    if kind.declare is None:
        raise BadAudio(f"{source} cannot be decoded", f"found {kind.what}; {sniff.MEND}")
    wav = kind.declare is AudioEncoding.LINEAR16_PCM  # headerless samples are never recognised by content
    return AudioSpec(encoding=AudioEncoding.WAV if wav else kind.declare)


def link_or_copy(source: Path, target: Path) -> None:
    """Give `source` a second name; across file systems, a copy."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)
