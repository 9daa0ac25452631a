"""What a client asks for, as the JSON of the extensions API. Pure."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Literal, TypedDict

Encoding = Literal["AUTO", "LINEAR16_PCM", "OGG_OPUS", "MP3"]


class Options(TypedDict, total=False):
    """How a recording is transcribed; what is left out is as the service has it by default."""

    name: str  # what people call it
    language: str  # "ru-RU", another code of SpeechKit, or "auto"
    model: str  # "general", "deferred-general" …
    audio_encoding: Encoding
    sample_rate_hertz: int  # of LINEAR16_PCM: 8000, 16000, 48000
    channels: int  # of LINEAR16_PCM
    literature_text: bool  # punctuation and capitals
    profanity_filter: bool
    raw_results: bool  # numbers stay words
    label_speakers: bool  # tell the voices of a mono recording apart
    hot_words: Sequence[str]  # names and terms to expect
    webhook: Mapping[str, str]  # {"url": …, "secret": …}: told when it has ended


def camel(name: str) -> str:
    """hot_words → hotWords."""
    head, *rest = name.split("_")
    return head + "".join(map(str.capitalize, rest))


def transcription(uri: str | None, upload_id: str | None, options: Mapping[str, Any]) -> dict[str, Any]:
    """The body of POST /govor/v1/transcriptions."""
    source = {"uri": uri, "uploadId": upload_id}
    chosen = {camel(name): list(value) if name == "hot_words" else value for name, value in options.items()}
    return {name: value for name, value in {**source, **chosen}.items() if value is not None}


def query(
    *, states: Sequence[str], search: str, since: datetime | None, until: datetime | None, page_size: int
) -> dict[str, str]:
    """The parameters of GET /govor/v1/operations."""
    asked = {
        "state": ",".join(states),
        "q": search,
        "since": stamp(since),
        "until": stamp(until),
        "pageSize": str(page_size),
    }
    return {name: value for name, value in asked.items() if value}


def stamp(moment: datetime | None) -> str:
    """RFC 3339 in UTC; a time without a zone is local."""
    return "" if moment is None else moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
