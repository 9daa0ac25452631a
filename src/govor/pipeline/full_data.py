"""API v3's FULL_DATA: a stream that is recognised when all of it is there, as an operation would be."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass

from govor.errors import BadRequest, OutOfRange
from govor.pipeline.listening import SILENCE_MS_AT_ONCE, TOO_LONG
from govor.pipeline.stream_events import Cursors, Final, Input, Output, Silence, Sound, UtteranceEnd
from govor.records import AudioEncoding, AudioSpec, Chunk, Transcript

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


@dataclass(frozen=True, slots=True)
class FullData:
    """A transcript as events: each chunk a final and its end, the index counting over all channels."""

    transcript: Transcript

    def events(self) -> Iterator[Output]:
        """In the order of the chunks; then a final without words for each channel that was silent."""
        spoken = {chunk.channel for chunk in self.transcript.chunks}
        silent = [channel for channel in range(1, self.transcript.channels + 1) if channel not in spoken]
        before = dict.fromkeys(range(1, self.transcript.channels + 1), 0)
        for index, chunk in enumerate(self.transcript.chunks):
            end_ms = chunk.words[-1].end_ms
            yield from self._said(chunk, index, before[chunk.channel], end_ms)
            before[chunk.channel] = end_ms
        for index, channel in enumerate(silent, len(self.transcript.chunks)):
            nothing = Chunk(channel=channel, words=(), text="", confidence=0.0)
            yield from self._said(nothing, index, 0, self.transcript.audio_ms)

    def _said(self, chunk: Chunk, index: int, begin_ms: int, end_ms: int) -> Iterator[Output]:
        all_ms = self.transcript.audio_ms
        final = Cursors(received_ms=all_ms, partial_ms=all_ms, final_ms=end_ms, final_index=index)
        yield Final(
            channel=chunk.channel,
            words=chunk.words,
            text=chunk.text,
            confidence=chunk.confidence,
            begin_ms=begin_ms,
            end_ms=end_ms,
            index=index,
            cursors=final,
        )
        after = Cursors(
            received_ms=all_ms, partial_ms=all_ms, final_ms=end_ms, final_index=index, eou_ms=end_ms
        )
        yield UtteranceEnd(channel=chunk.channel, time_ms=end_ms, cursors=after)
