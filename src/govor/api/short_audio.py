"""POST /speech/v1/stt:recognize: API v1, a short recording in, its text out, while the caller waits.

Rule 1: everything but the recording stands in the query; the body is the recording, whatever its type says.
Rule 2: errors have v1's shape, `error_code` and `error_message`; what we know better is in `error_detail`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus

import structlog
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from govor import roles
from govor.api import hot_words, trace, v2_json, v2_options, wire_errors
from govor.api.auth import check_folder
from govor.api.call import Call
from govor.api.lenient_json import shown
from govor.api.rest import RestDoor, ids, limited
from govor.api.seams import Immediate
from govor.api.waiting import once, while_connected
from govor.audio.ogg import CAPTURE
from govor.errors import BadRequest, GovorError, TooLarge
from govor.pipeline.stream_events import Spoken
from govor.recognition import languages
from govor.records import AudioEncoding, AudioSpec, TextOptions

# SpeechKit's texts.
TOO_LONG = "audio duration should be less than 30s"
NO_OGG = "ogg header has not been found"
FORMATS = {"lpcm": AudioEncoding.LINEAR16_PCM, "oggopus": AudioEncoding.OGG_OPUS, "mp3": AudioEncoding.MP3}
BOOLEANS = {"": False, "false": False, "0": False, "true": True, "1": True}
PARAMETERS = (
    "topic",
    "lang",
    "format",
    "sampleRateHertz",
    "profanityFilter",
    "rawResults",
    "folderId",
)

log = structlog.get_logger(__name__)


@dataclass(frozen=True, kw_only=True, slots=True)
class ShortAudioDoor:
    """Answers API v1."""

    immediate: Immediate
    rest: RestDoor
    bytes_max: int
    seconds_max: float

    def routes(self) -> list[Route]:
        """The one path of this file."""
        return [Route("/speech/v1/stt:recognize", self.recognize, methods=["POST"])]

    async def recognize(self, request: Request) -> Response:
        """The text of a recording, all of it in one line."""
        request.scope[trace.METHOD] = "speech.v1/Recognize"
        try:
            return await self._answer(request)
        except GovorError as error:
            return refusal(error.code, error.message, error.detail)
        except ClientDisconnect:
            raise
        except Exception:
            log.exception("request failed")
            return refusal(GovorError.code, wire_errors.INTERNAL_MESSAGE, "")

    async def _answer(self, request: Request) -> Response:
        caller = await self.rest.admit(request)
        check_folder(caller, request.headers.get("x-folder-id", ""))
        roles.require(caller, roles.STT_USER)
        call = Call(
            ids=ids(request),
            caller=caller,
            strict=self.rest.strict,
            hot_words=hot_words.of(request.headers),
        )
        spoken = read_query(request.query_params, call)
        body = await self._body(request)
        if spoken.audio.encoding is AudioEncoding.OGG_OPUS and not body.startswith(CAPTURE):
            raise BadRequest(NO_OGG, "send OggOpus, or say format=lpcm")
        try:
            work = self.immediate.transcribe(
                once(body), spoken, bytes_max=self.bytes_max, seconds_max=self.seconds_max
            )
            transcript = await while_connected(request, work)
        except TooLarge as error:
            raise BadRequest(TOO_LONG, error.detail) from error
        result = " ".join(chunk.text for chunk in transcript.chunks)
        answer = v2_json.write_document({"result": result})
        return Response(answer, 200, dict(call.warning_headers()), "application/json")

    async def _body(self, request: Request) -> bytes:
        body = bytearray()
        try:
            async for part in limited(request, self.bytes_max):
                body += part
        except HTTPException as error:
            raise BadRequest(f"audio size should be less than {self.bytes_max} bytes") from error
        return bytes(body)


def read_query(query: Mapping[str, str], call: Call) -> Spoken:
    """The parameters of a request; raises BadRequest naming the one that is wrong."""
    unknown = [shown(name) for name in query if name not in PARAMETERS]
    if unknown:
        call.warn("unknown parameters are ignored: " + ", ".join(unknown))
    check_folder(call.caller, query.get("folderId", ""))
    return Spoken(
        audio=_audio(query),
        language=languages.canonical(query.get("lang")),
        model=v2_options.model(query.get("topic", ""), call),
        folder_id=call.caller.folder_id,
        hot_words=call.hot_words,
        text=TextOptions(
            raw_results=_boolean(query, "rawResults"),
            profanity_filter=_boolean(query, "profanityFilter"),
        ),
    )


def _audio(query: Mapping[str, str]) -> AudioSpec:
    encoding = FORMATS.get(query.get("format", "oggopus").lower() or "oggopus")
    if encoding is None:
        raise BadRequest(f"format must be one of {', '.join(FORMATS)}")
    if encoding is not AudioEncoding.LINEAR16_PCM:
        return AudioSpec(encoding=encoding)
    rate = query.get("sampleRateHertz") or str(v2_options.SAMPLE_RATE_HZ_DEFAULT)
    if rate not in map(str, v2_options.SAMPLE_RATES_HZ):
        raise BadRequest("sampleRateHertz must be 8000, 16000 or 48000")
    return AudioSpec(encoding=encoding, sample_rate_hz=int(rate))


def _boolean(query: Mapping[str, str], name: str) -> bool:
    value = BOOLEANS.get(query.get(name, "").lower())
    if value is None:
        raise BadRequest(f"{name} must be true or false")
    return value


def refusal(code: int, message: str, detail: str) -> Response:
    """An error as v1 writes it."""
    status = HTTPStatus(wire_errors.HTTP_STATUS[code])
    body = {"error_code": status.name, "error_message": message}
    headers = {"WWW-Authenticate": "Api-Key"} if status is HTTPStatus.UNAUTHORIZED else {}
    if code in wire_errors.RETRIABLE:
        headers["Retry-After"] = str(wire_errors.RETRY_AFTER_SECONDS)
    if detail:
        body["error_detail"] = detail
    return Response(v2_json.write_document(body), status, headers, "application/json")
