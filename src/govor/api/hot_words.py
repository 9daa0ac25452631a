"""The header `x-govor-hot-words`: phrases that this recording is expected to hold. Pure.

Phrases are separated by commas; a value is UTF-8, percent-encoded where its sender can write ASCII only (gRPC
metadata, most HTTP libraries). No client of SpeechKit sends it.
"""

from collections.abc import Mapping
from urllib.parse import unquote_to_bytes

from govor.errors import BadRequest
from govor.recognition import phrases

HEADER = "x-govor-hot-words"


def of(headers: Mapping[str, str]) -> tuple[str, ...]:
    """The phrases, canonical; BadRequest when the header cannot be read."""
    value = headers.get(HEADER, "")
    try:
        text = unquote_to_bytes(value.encode("latin-1")).decode("utf-8")  # HTTP headers are read as latin-1
    except (UnicodeEncodeError, UnicodeDecodeError) as error:
        raise BadRequest(f"{HEADER} is not UTF-8", "percent-encode each phrase") from error
    return phrases.collected(phrases.canonical(phrase) for phrase in text.split(",") if phrase.strip())
