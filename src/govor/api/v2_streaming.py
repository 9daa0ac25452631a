"""StreamingRecognize of API v2: one message of configuration, then sound; words while they are spoken."""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from typing import Any

from govor.api import v2_messages, v2_options
from govor.api.auth import check_folder
from govor.api.call import Call
from govor.api.streams import Streams, not_idle
from govor.api.v2_json import Style
from govor.errors import BadRequest
from govor.pb.yandex.cloud.ai.stt.v2 import stt_service_pb2 as stt
from govor.pipeline.stream_events import (
    AllHeard,
    Final,
    Input,
    Output,
    Partial,
    Sound,
    StreamTask,
    UtteranceEnd,
)
from govor.recognition import languages

# Unlike v3, v2 has no say in what ends an utterance.
PAUSE_MS = 500


async def streaming_recognize(
    requests: AsyncIterator[Any], call: Call, streams: Streams
) -> AsyncGenerator[stt.StreamingRecognitionResponse, None]:
    """Answer with partial and final chunks; a final says that its utterance has ended."""
    messages = not_idle(requests, streams.idle_seconds)
    first = await anext(messages, None)
    if first is None or first.WhichOneof("streaming_request") != "config":
        raise BadRequest("the first message must be config", "sound follows in audio_content")
    task = read_task(first.config, call)
    async with aclosing(streams.immediate.stream(task, _inputs(messages))) as events:
        async for event in events:
            for chunk in chunks(event, streams.style):
                yield stt.StreamingRecognitionResponse(chunks=[chunk])


def read_task(config: stt.RecognitionConfig, call: Call) -> StreamTask:
    """What is asked for; raises BadRequest naming the field."""
    check_folder(call.caller, config.folder_id)
    spec = config.specification
    audio = v2_options.audio(spec)
    if audio.channels != 1:
        raise BadRequest("config.specification.audioChannelCount must be 1 in a stream")
    return StreamTask(
        audio=audio,
        language=languages.canonical(spec.language_code),
        model=v2_options.model(spec.model, call),
        text=v2_options.text(spec),
        folder_id=call.caller.folder_id,
        hot_words=call.hot_words,
        pause_ms=PAUSE_MS,
        partials=spec.partial_results,
        single_utterance=spec.single_utterance,
    )


async def _inputs(messages: AsyncIterator[Any]) -> AsyncIterator[Input]:
    async for message in messages:
        if message.WhichOneof("streaming_request") != "audio_content":
            raise BadRequest("every message after the first must be audio_content")
        yield Sound(message.audio_content)


def chunks(event: Output, style: Style) -> list[stt.SpeechRecognitionChunk]:
    """An event as v2 tells it: the end of an utterance is a mark on its final; silence is not told."""
    match event:
        case Partial():
            text = " ".join(word.text for word in event.words)
            reading = stt.SpeechRecognitionAlternative(text=text, confidence=1.0)
            return [stt.SpeechRecognitionChunk(alternatives=[reading])]
        case Final() if event.words:
            reading = v2_messages.alternative(event.text, event.confidence, event.words, style)
            return [stt.SpeechRecognitionChunk(alternatives=[reading], final=True, end_of_utterance=True)]
        case Final() | UtteranceEnd() | AllHeard():
            return []
