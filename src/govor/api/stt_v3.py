"""AsyncRecognizer of API v3: a request message becomes a Task, a transcript a row of events."""

from collections.abc import Iterator

import structlog
from google.protobuf import empty_pb2

from govor import roles
from govor.api import v3_messages, v3_options
from govor.api.call import Call
from govor.api.operation import operation_id
from govor.api.seams import Operations
from govor.api.v2_json import Style
from govor.api.wire_errors import raised
from govor.errors import BadRequest, NotReady, UnknownOperation
from govor.pb.yandex.cloud.ai.stt.v3 import stt_pb2 as pb
from govor.pb.yandex.cloud.ai.stt.v3 import stt_service_pb2 as service_pb
from govor.records import Operation, Task


class AsyncRecognizer:
    """speechkit.stt.v3.AsyncRecognizer; `summaries` says whether there is a model that writes them."""

    descriptor = service_pb.DESCRIPTOR.services_by_name["AsyncRecognizer"]

    def __init__(self, operations: Operations, style: Style, *, summaries: bool) -> None:
        self._operations = operations
        self._style = style
        self._summaries = summaries

    async def recognize_file(self, request: pb.RecognizeFileRequest, call: Call) -> Operation:
        """Accept a recording, by its link or inside the request."""
        task = read_task(request, call, summaries=self._summaries)
        if task.extras.instructions:
            roles.require(call.caller, roles.LANGUAGE_MODELS_USER)
        content = request.content if request.WhichOneof("AudioSource") == "content" else None
        request.ClearField("content")  # up to 60 MB, which need not be there twice
        operation = await self._operations.submit(task, call.caller, call.idempotency_key, content)
        call.warnings.extend(operation.warnings)
        structlog.contextvars.bind_contextvars(operation_id=operation.id)
        return operation

    async def get_recognition(
        self, request: service_pb.GetRecognitionRequest, call: Call
    ) -> Iterator[pb.StreamingResponse]:
        """The events of a finished operation; raises NotReady before, and its failure if it failed."""
        operation = await self._operations.get(operation_id(request.operation_id), call.caller)
        if not operation.done:
            raise NotReady(f"operation data is not ready {operation.id}", "ask again in a while")
        if operation.failure is not None:
            raise raised(operation.failure)
        if operation.api != 3:
            raise UnknownOperation(
                f"Operation {operation.id} has no data in API v3", "read it with GET /operations/{id}"
            )
        return v3_messages.events(operation, self._style)

    async def delete_recognition(self, request: pb.DeleteRecognitionRequest, call: Call) -> empty_pb2.Empty:
        """Forget an operation and its result, now."""
        await self._operations.delete(operation_id(request.operation_id), call.caller)
        return empty_pb2.Empty()


def read_task(request: pb.RecognizeFileRequest, call: Call, *, summaries: bool) -> Task:
    """What is asked for; raises BadRequest naming the field, Unimplemented. Oddities become warnings."""
    options = request.recognition_model
    source = request.WhichOneof("AudioSource")
    if not (request.content if source == "content" else request.uri):
        raise BadRequest("uri or content is required", "a link to the recording, or the recording itself")
    language = v3_options.language(options, call)
    return Task(
        uri=request.uri,
        audio=v3_options.audio(options.audio_format),
        language=language,
        model=v3_options.model(options, call),
        text=v3_options.text(options.text_normalization),
        api=3,
        hot_words=call.hot_words,
        name=call.wishes.name,
        webhook=call.wishes.webhook,
        extras=v3_options.extras(request, language, call, summaries=summaries),
    )
