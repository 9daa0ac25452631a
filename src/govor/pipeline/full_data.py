"""API v3's FULL_DATA: a stream that is recognised when all of it is there, as an operation would be."""

from collections.abc import AsyncIterator

from govor.errors import BadRequest, OutOfRange
from govor.pipeline.listening import SILENCE_MS_AT_ONCE, TOO_LONG
from govor.pipeline.stream_events import Input, Silence, Sound
from govor.records import AudioEncoding, AudioSpec

SAMPLE_BYTES = 2


async def raw_silence(
    audio: AudioSpec, inputs: AsyncIterator[Input], seconds_max: float
) -> AsyncIterator[bytes]:
    """The bytes of a stream, silences written as samples. Ends of utterances are where the chunks end anyway.

    Raises BadRequest for a silence within a container, OutOfRange for more silence than `seconds_max`.
    """
    silent_ms = 0
    frame_bytes = SAMPLE_BYTES * audio.channels
    async for each in inputs:
        if isinstance(each, Sound):
            yield each.data
        elif isinstance(each, Silence):
            if audio.encoding is not AudioEncoding.LINEAR16_PCM:
                raise BadRequest("silence_chunk needs raw_audio when audio_processing_type is FULL_DATA")
            silent_ms += each.duration_ms
            if silent_ms > seconds_max * 1000:
                raise OutOfRange(TOO_LONG, f"the limit is {seconds_max:g} s")
            for start_ms in range(0, each.duration_ms, SILENCE_MS_AT_ONCE):
                length_ms = min(SILENCE_MS_AT_ONCE, each.duration_ms - start_ms)
                yield bytes(frame_bytes * (length_ms * audio.sample_rate_hz // 1000))
