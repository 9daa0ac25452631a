"""OpenAI's POST /v1/audio/transcriptions and GET /v1/models: many programs speak them.

Rule 1: the recording is what its first bytes say; the file's name and type are not asked.
Rule 2: `model` names whichever model: SpeechKit's tags are obeyed, every other name means the default.
Rule 3: errors have OpenAI's shape, `{"error": {"message", "type", "param", "code"}}`.
"""

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import structlog
from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from govor import roles
from govor.api import openai_json, trace, v2_options, wire_errors
from govor.api.rest import RestDoor, limited
from govor.api.seams import Immediate
from govor.api.waiting import while_connected
from govor.errors import BadRequest, GovorError
from govor.pipeline.stream_events import Spoken
from govor.records import AudioEncoding, AudioSpec, Caller, TextOptions

# What programs name; both mean the default model.
MODELS = (v2_options.MODEL_DEFAULT, "whisper-1")
FORM_BYTES_MAX = 1 << 20  # everything in the form but the file
FIELDS_MAX = 100
READ_BYTES = 256 << 10
LITERARY = TextOptions(literature_text=True)  # OpenAI's texts have capitals and marks

Answer = Callable[[Request, Caller], Awaitable[Response]]

log = structlog.get_logger(__name__)


@dataclass(frozen=True, kw_only=True, slots=True)
class OpenAiDoor:
    """Answers programs made for OpenAI."""

    immediate: Immediate
    rest: RestDoor
    bytes_max: int
    seconds_max: float

    def routes(self) -> list[Route]:
        """The paths of this file."""
        return [
            Route("/v1/audio/transcriptions", self.transcribe, methods=["POST"]),
            Route("/v1/models", self.models, methods=["GET"]),
            Route("/v1/models/{name}", self.models, methods=["GET"]),
        ]

    async def transcribe(self, request: Request) -> Response:
        """The transcript of an uploaded file, in the form that is asked for."""
        request.scope[trace.METHOD] = "openai/Transcribe"
        return await self._guarded(request, self._transcribed)

    async def models(self, request: Request) -> Response:
        """The names that may be asked for."""
        request.scope[trace.METHOD] = "openai/Models"
        return await self._guarded(request, self._listed)

    async def _guarded(self, request: Request, answer: Answer) -> Response:
        """The answer, or the error in OpenAI's shape."""
        try:
            caller = await self.rest.admit(request)
            roles.require(caller, roles.STT_USER)
            return await answer(request, caller)
        except GovorError as error:
            status = HTTPStatus(wire_errors.HTTP_STATUS[error.code])
            detail = f" ({error.detail})" if error.detail else ""
            return refusal(status, error.message + detail, retry=error.code in wire_errors.RETRIABLE)
        except HTTPException as error:
            return refusal(HTTPStatus(error.status_code), error.detail)
        except ClientDisconnect:
            raise
        except Exception:
            log.exception("request failed")
            return refusal(HTTPStatus.INTERNAL_SERVER_ERROR, wire_errors.INTERNAL_MESSAGE)

    async def _transcribed(self, request: Request, caller: Caller) -> Response:
        form = await self._form(request)
        try:
            file = form.get("file")
            if not isinstance(file, UploadFile):
                raise BadRequest("file is required: the recording, as a file of the form")
            form_name = _text(form, "response_format") or "json"
            granularities = _granularities(form)
            if form_name not in openai_json.FORMATS:
                raise BadRequest(f"response_format must be one of {', '.join(openai_json.FORMATS)}")
            code = openai_json.language(_text(form, "language"))
            name = _text(form, "model")
            spoken = Spoken(
                audio=AudioSpec(encoding=AudioEncoding.ANY),
                language=code,
                model=name if name in v2_options.MODELS else v2_options.MODEL_DEFAULT,
                text=LITERARY,
                folder_id=caller.folder_id,
            )
            work = self.immediate.transcribe(
                _content(file), spoken, bytes_max=self.bytes_max, seconds_max=self.seconds_max
            )
            transcript = await while_connected(request, work)
        finally:
            await form.close()
        body, kind = openai_json.written(transcript, form_name, granularities, code)
        return Response(body, headers={"Content-Type": kind})

    async def _form(self, request: Request) -> FormData:
        """The form, its file on the disk when it is large; raises BadRequest, HTTPException 413."""
        if not request.headers.get("content-type", "").lower().startswith("multipart/form-data"):
            raise BadRequest("the body must be multipart/form-data")
        body = limited(request, self.bytes_max + FORM_BYTES_MAX)
        parser = MultiPartParser(
            request.headers, body, max_files=1, max_fields=FIELDS_MAX, max_part_size=FORM_BYTES_MAX
        )
        try:
            return await parser.parse()
        except (MultiPartException, KeyError) as error:  # KeyError: no boundary in the content type
            raise BadRequest("the form cannot be read", str(error)) from error

    async def _listed(self, request: Request, _: Caller) -> Response:
        name = request.path_params.get("name")
        if name is None:
            models = [openai_json.model(each) for each in MODELS]
            return _json({"object": "list", "data": models})
        if name not in MODELS:
            return refusal(HTTPStatus.NOT_FOUND, f"The model '{name[:100]}' does not exist", param="model")
        return _json(openai_json.model(name))


def refusal(status: HTTPStatus, message: str, param: str | None = None, *, retry: bool = False) -> Response:
    """An error in OpenAI's shape."""
    headers = {"Retry-After": str(wire_errors.RETRY_AFTER_SECONDS)} if retry else {}
    return Response(openai_json.error(status, message, param), status, headers, "application/json")


def _json(document: dict[str, Any]) -> Response:
    return Response(json.dumps(document), media_type="application/json")


def _text(form: FormData, name: str) -> str:
    """A field of the form; a file in its place is as good as nothing."""
    value = form.get(name)
    return value if isinstance(value, str) else ""


def _granularities(form: FormData) -> list[str]:
    """Which times are asked for; those of segments unless something else is said."""
    names = ("timestamp_granularities[]", "timestamp_granularities")
    asked = [value for name in names for value in form.getlist(name) if isinstance(value, str) and value]
    if wrong := [each for each in asked if each not in openai_json.GRANULARITIES]:
        raise BadRequest(f"timestamp_granularities must be segment or word, not {wrong[0][:100]}")
    return asked or ["segment"]


async def _content(file: UploadFile) -> AsyncIterator[bytes]:
    while part := await file.read(READ_BYTES):
        yield part
