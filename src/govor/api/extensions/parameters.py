"""What stands in the query of a request. Pure; raises BadRequest naming the parameter."""

import base64
import binascii
import re
from collections.abc import Mapping
from datetime import UTC, datetime

from govor.api.lenient_json import shown
from govor.errors import BadRequest

STATES = ("queued", "running", "done", "failed", "cancelled")
TOKEN = re.compile(r"(?P<created_ms>[0-9]{1,15}):(?P<id>[0-9a-z]{1,50})")
BOOLEANS = {"": False, "0": False, "false": False, "1": True, "true": True}

Query = Mapping[str, str]


def whole(query: Query, name: str, *, default: int, least: int, most: int) -> int:
    """A whole number within limits."""
    text = query.get(name, "")
    if not text:
        return default
    if not re.fullmatch(r"[0-9]{1,9}", text) or not least <= int(text) <= most:
        raise BadRequest(f"{name} must be a whole number from {least} to {most}")
    return int(text)


def number(query: Query, name: str, *, default: float, most: float) -> float:
    """A number from 0 on."""
    text = query.get(name, "")
    if not text:
        return default
    if not re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,9})?", text) or float(text) > most:
        raise BadRequest(f"{name} must be a number from 0 to {most:g}")
    return float(text)


def boolean(query: Query, name: str) -> bool:
    """true or false; false when it is not there."""
    text = query.get(name, "").lower()
    if text not in BOOLEANS:
        raise BadRequest(f"{name} must be true or false")
    return BOOLEANS[text]


def limited(query: Query, name: str, chars_max: int) -> str:
    """A text of bounded length."""
    text = query.get(name, "")
    if len(text) > chars_max:
        raise BadRequest(f"{name} is longer than {chars_max} characters")
    return text


def states(query: Query) -> frozenset[str]:
    """The states that are asked for; none for all."""
    found = frozenset(filter(None, (part.strip() for part in query.get("state", "").split(","))))
    if wrong := sorted(found - set(STATES)):
        raise BadRequest(f"state must be of {', '.join(STATES)}, not {shown(wrong[0])}")
    return found


def moment_ms(query: Query, name: str) -> int | None:
    """A moment as RFC 3339 writes it, in ms since the epoch; a date alone is its midnight, UTC."""
    text = query.get(name, "")
    if not text:
        return None
    try:
        found = datetime.fromisoformat(text.replace(" ", "+"))  # a + that a client forgot to escape
        found = found if found.tzinfo else found.replace(tzinfo=UTC)
        return int(found.timestamp() * 1000)
    except (ValueError, OverflowError) as error:
        raise BadRequest(f"{name} must be a moment such as 2026-11-22T10:00:00Z") from error


def page_token(after: tuple[int, str] | None) -> str | None:
    """Where the next page begins, as a caller keeps it."""
    return base64.urlsafe_b64encode(f"{after[0]}:{after[1]}".encode()).decode() if after else None


def read_page_token(query: Query) -> tuple[int, str] | None:
    """What page_token wrote."""
    text = query.get("pageToken", "")
    if not text:
        return None
    try:
        plain = base64.b64decode(text.encode(), altchars=b"-_", validate=True).decode()
    except (binascii.Error, UnicodeError) as error:
        raise BadRequest("pageToken is not one of ours") from error
    if not (found := TOKEN.fullmatch(plain)):
        raise BadRequest("pageToken is not one of ours")
    return int(found["created_ms"]), found["id"]
