"""A transcript of this machine in the formats of the command line."""

import time
from collections.abc import Callable, Iterable

from govor import identifiers
from govor.api import proto_json, v2_json, v3_messages
from govor.exports import plain, subtitles
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


WRITERS: dict[str, Callable[[Transcript], str | bytes]] = {
    "text": plain.write,
    "json": lambda transcript: v2_json.write_response(transcript, JSON_STYLE),
    "srt": subtitles.write_srt,
    "vtt": subtitles.write_vtt,
    "v3": write_v3,
}


def rendered(transcript: Transcript, formats: Iterable[str]) -> dict[str, bytes]:
    """The content of a file for each format."""
    made = {name: WRITERS[name](transcript) for name in formats}
    return {name: text if isinstance(text, bytes) else text.encode() for name, text in made.items()}
