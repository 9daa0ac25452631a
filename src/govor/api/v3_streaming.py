"""Recognizer of API v3: one message of options, then sound, silences and ends; events while they happen.

Rule 1: the events and their order are those of v3_messages.py; partials stand before them.
Rule 2: FULL_DATA answers what an operation would, once all is there.
Rule 3: statusCode says WORKING at the start, WARNING of what is ignored, CLOSED at the end.
"""

import time
from collections.abc import AsyncGenerator, AsyncIterator, Iterable, Iterator
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Any

from govor.api import v3_messages, v3_options
from govor.api.call import Call
from govor.api.streams import Streams, not_idle
from govor.api.v2_json import Style
from govor.api.v3_messages import Session, Utterance
from govor.errors import BadRequest
from govor.pb.yandex.cloud.ai.stt.v3 import stt_pb2 as pb
from govor.pb.yandex.cloud.ai.stt.v3 import stt_service_pb2 as service_pb
from govor.pipeline.stream_events import (
    Final,
    Input,
    Output,
    Partial,
    Silence,
    Sound,
    Stop,
    StreamTask,
    UtteranceEnd,
)
from govor.records import AudioEncoding, Chunk, Extras, Transcript

# Of silence, after which an utterance has ended, by the classifier's sensitivity.
PAUSE_MS = {
    pb.DefaultEouClassifier.EOU_SENSITIVITY_UNSPECIFIED: 500,
    pb.DefaultEouClassifier.DEFAULT: 500,
    pb.DefaultEouClassifier.HIGH: 350,
}
PAUSE_MS_MIN, PAUSE_MS_MAX = 300, 10_000  # shorter pauses are within words; longer ones end a stream first

Response = pb.StreamingResponse


class Recognizer:
    """speechkit.stt.v3.Recognizer."""

    descriptor = service_pb.DESCRIPTOR.services_by_name["Recognizer"]

    def __init__(self, streams: Streams) -> None:
        self._streams = streams

    async def recognize_streaming(
        self, requests: AsyncIterator[Any], call: Call
    ) -> AsyncGenerator[Response, None]:
        """Words while they are spoken, or all at the end."""
        messages = not_idle(requests, self._streams.idle_seconds)
        first = await anext(messages, None)
        if first is None or first.WhichOneof("Event") != "session_options":
            raise BadRequest("the first message must be session_options", "sound follows in chunk")
        task, extras = read_options(first.session_options, call)
        talk = Conversation(call, extras, self._streams.style)
        for status in talk.opening():
            yield status
        if task.full_data:
            transcript = await self._streams.immediate.full_data(task, inputs(messages))
            for response in talk.afterwards(transcript):
                yield response
        else:
            async with aclosing(self._streams.immediate.stream(task, inputs(messages))) as events:
                async for event in events:
                    for response in talk.told(event):
                        yield response
        for response in talk.closing():
            yield response


def read_options(options: pb.StreamingOptions, call: Call) -> tuple[StreamTask, Extras]:
    """What is asked for; raises BadRequest naming the field. What a stream cannot do becomes a warning."""
    model = options.recognition_model
    full_data = model.audio_processing_type == pb.RecognitionModelOptions.FULL_DATA
    audio = v3_options.audio(model.audio_format)
    if audio.encoding is AudioEncoding.LINEAR16_PCM and audio.channels != 1 and not full_data:
        raise BadRequest("rawAudio.audioChannelCount must be 1 in a stream", "or ask for FULL_DATA")
    language = v3_options.language(model, call)
    extras = v3_options.extras(options, language, call, summaries=False)
    if extras.label_speakers:
        call.warn("speakerLabeling is ignored in a stream: send the recording to recognizeFileAsync")
    task = StreamTask(
        audio=audio,
        language=language,
        model=v3_options.model(model, call),
        text=v3_options.text(model.text_normalization),
        folder_id=call.caller.folder_id,
        hot_words=call.hot_words,
        pause_ms=pause_ms(options.eou_classifier),
        full_data=full_data,
    )
    return task, extras


def pause_ms(options: pb.EouClassifierOptions) -> int | None:
    """The silence that ends an utterance; None where the caller's own classifier says it."""
    if options.WhichOneof("Classifier") == "external_classifier":
        return None
    default = options.default_classifier
    hint_ms = default.max_pause_between_words_hint_ms
    if hint_ms < 0:
        raise BadRequest("maxPauseBetweenWordsHintMs must not be negative")
    if not hint_ms:
        return PAUSE_MS.get(default.type, PAUSE_MS[pb.DefaultEouClassifier.DEFAULT])
    return min(max(hint_ms, PAUSE_MS_MIN), PAUSE_MS_MAX)


async def inputs(messages: AsyncIterator[Any]) -> AsyncIterator[Input]:
    """Everything after the options."""
    async for message in messages:
        match message.WhichOneof("Event"):
            case "chunk":
                yield Sound(message.chunk.data)
            case "silence_chunk":
                if message.silence_chunk.duration_ms < 0:
                    raise BadRequest("silenceChunk.durationMs must not be negative")
                yield Silence(message.silence_chunk.duration_ms)
            case "eou":
                yield Stop()
            case _:
                raise BadRequest("every message after the first must be chunk, silence_chunk or eou")


@dataclass
class Conversation:
    """Turns what becomes known into events."""

    call: Call
    extras: Extras
    style: Style
    chunks: list[Chunk] = field(default_factory=list)

    def __post_init__(self) -> None:
        ids = self.call.ids
        self._began = time.monotonic()
        self.session = Session(ids.request_id, ids.client_request_id or ids.request_id)
        self._last: Utterance | None = None

    def opening(self) -> Iterator[Response]:
        """WORKING, and what is ignored."""
        yield self._status(pb.WORKING, "")
        for warning in self.call.warnings:
            yield self._status(pb.WARNING, warning)

    def closing(self) -> Iterator[Response]:
        """What is about all that was said, and CLOSED."""
        yield from self._timed(v3_messages.totals(self.session, self._transcript()))
        yield self._status(pb.CLOSED, "")

    def told(self, event: Output) -> Iterator[Response]:
        """One thing that became known; the cursors of the last one stand in `closing`, too."""
        cursors = event.cursors
        for name, ms in (("received_data_ms", cursors.received_ms), ("partial_time_ms", cursors.partial_ms)):
            setattr(self.session.cursors, name, ms)
        if isinstance(event, Partial):
            yield from self._timed((self.session.event("0", partial=partial(event)),))
        elif isinstance(event, Final):
            yield from self._timed(self._said(event))
        elif isinstance(event, UtteranceEnd):
            last = self._last or Utterance(index=0, tag="0", begin_ms=0, end_ms=event.time_ms, chunk=None)
            place = Utterance(
                index=last.index, tag=last.tag, begin_ms=last.begin_ms, end_ms=event.time_ms, chunk=last.chunk
            )
            yield from self._timed(v3_messages.ended(place, self.session, self.extras))
            self._last = None

    def afterwards(self, transcript: Transcript) -> Iterator[Response]:
        """FULL_DATA: every event at once."""
        self.session.cursors.received_data_ms = transcript.audio_ms
        self.session.cursors.partial_time_ms = transcript.audio_ms
        self.chunks += transcript.chunks
        for each in v3_messages.utterances(transcript):
            yield from self._timed(v3_messages.said(each, self.session, self.extras, self.style))
            yield from self._timed(v3_messages.ended(each, self.session, self.extras))

    def _said(self, event: Final) -> Iterator[Response]:
        chunk = None
        if event.words:
            chunk = Chunk(
                channel=event.channel, words=event.words, text=event.text, confidence=event.confidence
            )
            self.chunks.append(chunk)
        self._last = Utterance(
            index=event.index,
            tag=str(event.channel - 1),
            begin_ms=event.begin_ms,
            end_ms=event.end_ms,
            chunk=chunk,
        )
        return v3_messages.said(self._last, self.session, self.extras, self.style)

    def _transcript(self) -> Transcript:
        ms = self.session.cursors.received_data_ms
        channels = max((chunk.channel for chunk in self.chunks), default=1)
        return Transcript(chunks=tuple(self.chunks), audio_ms=ms, channels=channels, extras=self.extras)

    def _timed(self, responses: Iterable[Response]) -> Iterator[Response]:
        """With the time that the session has taken until now."""
        self.session.wall_ms = round((time.monotonic() - self._began) * 1000)
        yield from responses

    def _status(self, code: "pb.CodeType", message: str) -> Response:
        (response,) = self._timed(
            (self.session.event("", status_code=pb.StatusCode(code_type=code, message=message)),)
        )
        return response


def partial(event: Partial) -> pb.AlternativeUpdate:
    """An utterance that is still being spoken: what it sounds like now."""
    reading = pb.Alternative(
        words=[v3_messages.word(each) for each in event.words],
        text=v3_messages.raw_text(event.words),
        start_time_ms=event.begin_ms,
        end_time_ms=event.end_ms,
    )
    return pb.AlternativeUpdate(alternatives=[reading], channel_tag="0")
