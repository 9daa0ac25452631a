"""Headers of ours on SpeechKit's requests: `x-govor-name`, `x-govor-webhook`. Pure.

A name is UTF-8, percent-encoded where its sender can write ASCII only. No client of SpeechKit sends them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import unquote_to_bytes

from govor.errors import BadRequest

NAME, WEBHOOK = "x-govor-name", "x-govor-webhook"
NAME_CHARS_MAX, WEBHOOK_CHARS_MAX = 200, 2_000


@dataclass(frozen=True, kw_only=True, slots=True)
class Wishes:
    """What an operation is to be called, and whom to tell of its end; empty for nothing."""

    name: str = ""
    webhook: str = ""


NOTHING = Wishes()


def of(headers: Mapping[str, str]) -> Wishes:
    """What the headers say; BadRequest when they cannot be read."""
    webhook = headers.get(WEBHOOK, "")
    if len(webhook) > WEBHOOK_CHARS_MAX:
        raise BadRequest(f"{WEBHOOK} is longer than {WEBHOOK_CHARS_MAX} characters")
    return Wishes(name=text(headers, NAME, NAME_CHARS_MAX).strip(), webhook=webhook)


def text(headers: Mapping[str, str], name: str, chars_max: int) -> str:
    """A header as text."""
    value = headers.get(name, "")
    try:
        found = unquote_to_bytes(value.encode("latin-1")).decode("utf-8")  # HTTP headers are read as latin-1
    except (UnicodeEncodeError, UnicodeDecodeError) as error:
        raise BadRequest(f"{name} is not UTF-8", "percent-encode it") from error
    if len(found) > chars_max:
        raise BadRequest(f"{name} is longer than {chars_max} characters")
    return found
