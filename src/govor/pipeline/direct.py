"""A recording to a transcript while the caller waits: the steps of an operation, without its durability."""

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path

from govor.audio import conversation
from govor.audio.sandbox_wire import Limits
from govor.pipeline import chunks, recognise
from govor.pipeline.prepare import prepare
from govor.pipeline.recogniser_pool import RecogniserPool
from govor.pipeline.scratch import Scratch
from govor.pipeline.work import Model
from govor.records import AudioSpec, TextOptions, Transcript
from govor.text.writing import DEFAULT_WRITER, Writer

RECORDING = "recording"  # the name of the one folder in a scratch of its own


def scratch_in(folder: Path) -> Scratch:
    """Where the recording goes, as `source`; `folder` belongs to this recording alone."""
    scratch = Scratch(folder, RECORDING)
    scratch.folder.mkdir()
    return scratch


async def prepared(
    folder: Path, audio: AudioSpec, model: Model, *, audio_seconds_max: float, limits: Limits
) -> None:
    """Decode and cut what `scratch_in(folder).source` holds; a cancelled call leaves nothing running.

    Raises BadAudio, TooLarge: longer than `audio_seconds_max`, summed over channels; Timeout, Unavailable.
    """
    fence = (folder, RECORDING, audio, model.sample_rate_hz, audio_seconds_max)
    await conversation.run(prepare, *fence, limits=limits)


async def transcribe(
    folder: Path, options: TextOptions, language: str, model: Model, pool: RecogniserPool,
    *, deadline: Callable[[int], int], writer: Writer = DEFAULT_WRITER, hot_words: Sequence[str] = (),
) -> Transcript:  # fmt: skip
    """The transcript of what was prepared; `deadline` gives each part's. Raises ModelFailed, Unavailable."""
    scratch = Scratch(folder, RECORDING)
    manifest = await asyncio.to_thread(scratch.read_manifest)
    numbers = range(len(manifest.parts))
    parts = (recognise.part(scratch, each, model, pool, deadline(each), hot_words) for each in numbers)
    heard = await asyncio.gather(*parts)
    made = await asyncio.to_thread(chunks.assemble, recognise.by_channel(heard), options, language, writer)
    return Transcript(chunks=made, audio_ms=manifest.audio_ms, channels=manifest.channels)
