"""SttService of API v2: a request message becomes a Task."""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from typing import Any

import structlog

from govor.api import v2_options, v2_streaming
from govor.api.auth import check_folder
from govor.api.call import Call
from govor.api.seams import Operations
from govor.api.streams import Streams
from govor.errors import BadRequest
from govor.pb.yandex.cloud.ai.stt.v2 import stt_service_pb2 as stt
from govor.recognition import languages
from govor.records import Operation, Task


class SttService:
    """yandex.cloud.ai.stt.v2.SttService."""

    descriptor = stt.DESCRIPTOR.services_by_name["SttService"]

    def __init__(self, operations: Operations, streams: Streams) -> None:
        self._operations = operations
        self._streams = streams

    async def long_running_recognize(
        self, request: stt.LongRunningRecognitionRequest, call: Call
    ) -> Operation:
        """Accept a recording; the answer comes through OperationService."""
        check_folder(call.caller, request.config.folder_id)
        task = read_task(request, call)
        operation = await self._operations.submit(task, call.caller, call.idempotency_key)
        call.warnings.extend(operation.warnings)
        structlog.contextvars.bind_contextvars(operation_id=operation.id)
        return operation

    async def streaming_recognize(
        self, requests: AsyncIterator[Any], call: Call
    ) -> AsyncGenerator[stt.StreamingRecognitionResponse, None]:
        """Words while they are spoken."""
        async with aclosing(v2_streaming.streaming_recognize(requests, call, self._streams)) as answers:
            async for answer in answers:
                yield answer


def read_task(request: stt.LongRunningRecognitionRequest, call: Call) -> Task:
    """What is asked for; raises BadRequest naming the field. Harmless oddities become warnings."""
    spec = request.config.specification
    return Task(
        uri=_uri(request.audio),
        audio=v2_options.audio(spec),
        language=languages.canonical(spec.language_code),
        model=v2_options.model(spec.model, call),
        text=v2_options.text(spec),
        hot_words=call.hot_words,
        name=call.wishes.name,
        webhook=call.wishes.webhook,
    )


def _uri(audio: stt.RecognitionAudio) -> str:
    if audio.WhichOneof("audio_source") == "content":
        raise BadRequest(
            "audio.content is not supported by API v2, only audio.uri",
            "upload with `PUT /objects/BUCKET/KEY` and send the uri that it answers",
        )
    if not audio.uri:
        raise BadRequest("audio.uri is required", "send https://storage.yandexcloud.net/BUCKET/KEY")
    return audio.uri
