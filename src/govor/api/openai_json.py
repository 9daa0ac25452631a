"""Transcripts and errors as OpenAI's transcription API writes them. Pure."""

import json
import math
import zlib
from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from govor.errors import BadRequest
from govor.exports import subtitles
from govor.recognition import languages
from govor.records import Chunk, Transcript

FORMATS = ("json", "text", "srt", "vtt", "verbose_json")
GRANULARITIES = ("segment", "word")
SEEKS_IN_SECOND = 100  # Whisper counts frames of 10 ms
NAMES = {
    "de": "german",
    "en": "english",
    "es": "spanish",
    "fi": "finnish",
    "fr": "french",
    "he": "hebrew",
    "it": "italian",
    "kk": "kazakh",
    "nl": "dutch",
    "pl": "polish",
    "pt": "portuguese",
    "ru": "russian",
    "sv": "swedish",
    "tr": "turkish",
    "uz": "uzbek",
}
TYPES = {HTTPStatus.TOO_MANY_REQUESTS: "rate_limit_error", HTTPStatus.FORBIDDEN: "permission_error"}


def language(code: str) -> str:
    """`ru`, `ru-RU`, `russian` or nothing → ru-RU; BadRequest for what is no language of SpeechKit's."""
    asked = code.strip().lower()
    short = next((short for short, name in NAMES.items() if name == asked), asked)
    if short in NAMES:
        return next(each for each in languages.CODES if each.startswith(f"{short}-"))
    return languages.canonical(code)


def written(transcript: Transcript, form: str, granularities: Sequence[str], code: str) -> tuple[str, str]:
    """The body of an answer and its content type."""
    match form:
        case "text":
            return text(transcript) + "\n", "text/plain; charset=utf-8"
        case "srt":
            return subtitles.write_srt(transcript), "text/plain; charset=utf-8"
        case "vtt":
            return subtitles.write_vtt(transcript), "text/vtt; charset=utf-8"
        case "verbose_json":
            document = verbose(transcript, granularities, code)
        case "json":
            document = {"text": text(transcript), "usage": usage(transcript)}
        case _:
            raise BadRequest(f"response_format must be one of {', '.join(FORMATS)}")
    return json.dumps(document, ensure_ascii=False), "application/json"


def text(transcript: Transcript) -> str:
    """All utterances in one line."""
    return " ".join(chunk.text for chunk in transcript.chunks)


def usage(transcript: Transcript) -> dict[str, Any]:
    """How much was transcribed, in begun seconds."""
    return {"type": "duration", "seconds": math.ceil(transcript.audio_ms / 1000)}


def verbose(transcript: Transcript, granularities: Sequence[str], code: str) -> dict[str, Any]:
    """With the times that are asked for: of segments, of words, or of both."""
    document: dict[str, Any] = {
        "task": "transcribe",
        "language": NAMES.get(code.partition("-")[0], code),
        "duration": transcript.audio_ms / 1000,
        "text": text(transcript),
        "usage": usage(transcript),
    }
    if "word" in granularities:
        document["words"] = [
            {"word": word.text, "start": word.start_ms / 1000, "end": word.end_ms / 1000}
            for chunk in transcript.chunks
            for word in chunk.words
        ]
    if "segment" in granularities:
        document["segments"] = [segment(number, chunk) for number, chunk in enumerate(transcript.chunks)]
    return document


def segment(number: int, chunk: Chunk) -> dict[str, Any]:
    """An utterance as one of Whisper's segments. There are no tokens, and nothing was drawn by chance.

    Silence is no segment here: that there is speech was decided before.
    """
    encoded = chunk.text.encode()
    sure = [max(word.confidence, 1e-6) for word in chunk.words]
    return {
        "id": number,
        "seek": chunk.words[0].start_ms * SEEKS_IN_SECOND // 1000,
        "start": chunk.words[0].start_ms / 1000,
        "end": chunk.words[-1].end_ms / 1000,
        "text": chunk.text,
        "tokens": [],
        "temperature": 0.0,
        "avg_logprob": round(sum(map(math.log, sure)) / len(sure), 4),
        "compression_ratio": round(len(encoded) / len(zlib.compress(encoded)), 4),
        "no_speech_prob": 0.0,
    }


def error(status: HTTPStatus, message: str, param: str | None = None) -> str:
    """The body of an error."""
    kind = TYPES.get(
        status, "invalid_request_error" if status < HTTPStatus.INTERNAL_SERVER_ERROR else "server_error"
    )
    code = "invalid_api_key" if status is HTTPStatus.UNAUTHORIZED else None
    code = "rate_limit_exceeded" if status is HTTPStatus.TOO_MANY_REQUESTS else code
    return json.dumps(
        {"error": {"message": message, "type": kind, "param": param, "code": code}}, ensure_ascii=False
    )


def model(name: str) -> dict[str, Any]:
    """A model as GET /v1/models lists it."""
    return {"id": name, "object": "model", "created": 0, "owned_by": "govor"}
