"""A transcript of this machine in the formats of the command line."""

import time
from collections.abc import Callable, Iterable

from govor import identifiers
from govor.api import proto_json, v2_json, v3_messages
from govor.exports import docx, plain, subtitles
from govor.exports.speakers import NO_NAMES
from govor.records import Operation, Transcript

JSON_STYLE = v2_json.Style(always_chunks=True, true_confidence=True)


def write_v3(transcript: Transcript) -> str:
    """The events of API v3, one on each line, as getRecognition answers them."""
    now = int(time.time())
    operation = Operation(
        id=identifiers.new(3), created_at=now, created_by="", folder_id="", modified_at=now, api=3,
        transcript=transcript,
    )  # fmt: skip
    events = v3_messages.events(operation, JSON_STYLE)
    return "".join(f'{{"result":{proto_json.write(event)}}}\n' for event in events)


WRITERS: dict[str, Callable[[Transcript], str]] = {
    "text": plain.write,
    "json": lambda transcript: v2_json.write_response(transcript, JSON_STYLE),
    "srt": subtitles.write_srt,
    "vtt": subtitles.write_vtt,
    "v3": write_v3,
}


def rendered(transcript: Transcript, formats: Iterable[str], title: str) -> dict[str, bytes]:
    """The content of a file for each format; documents for people have a title."""
    return {name: content(transcript, name, title) for name in formats}


def content(transcript: Transcript, format_name: str, title: str) -> bytes:
    """The content of a file of one format."""
    if format_name == "docx":
        return docx.write(
            transcript, NO_NAMES, docx.About(title=title, created=v2_json.timestamp(int(time.time())))
        )
    return WRITERS[format_name](transcript).encode("utf-8", "replace")
