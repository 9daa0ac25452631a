"""What can go wrong for a client: one tree; each error has a google.rpc.Code and the request's id.

Rule 1: `Refused` and what is below it came from the service; `request_id` is what its log calls the request.
Rule 2: `Unreachable`, `BadAnswer` and `WaitTimeout` are found here; they have no request id.
Rule 3: `OperationFailed` is the outcome of an operation, not of a request.
"""

import json
from collections.abc import Mapping
from typing import Any, ClassVar

# google.rpc.Code of an HTTP status, for answers whose body is none of ours (a proxy's page).
CODES = {400: 3, 401: 16, 403: 7, 404: 5, 408: 4, 409: 10, 410: 5, 413: 3, 429: 8, 501: 12, 502: 14, 503: 14}
INTERNAL = 13
MESSAGE_CHARS_MAX = 500  # of a page that is none of ours


class ClientError(Exception):
    """Anything this package raises. `detail` says what was found and how to mend it, where that is known."""

    code: int = 2  # google.rpc.Code: UNKNOWN
    request_id: str = ""
    http_status: int = 0

    def __init__(self, message: str, detail: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.detail = detail

    def __str__(self) -> str:
        said = f"{self.message}: {self.detail}" if self.detail else self.message
        return f"{said} (request {self.request_id})" if self.request_id else said


class Unreachable(ClientError):
    """Nobody answers at this address, or the connection broke more often than we try."""

    code = 14  # UNAVAILABLE


class BadAnswer(ClientError):
    """What answers is not Govor."""


class WaitTimeout(ClientError):
    """The operation was not done in the time given; it goes on, and can be waited for again."""

    code = 4  # DEADLINE_EXCEEDED


class Refused(ClientError):
    """The service answered with an error that is none of those below."""

    codes: ClassVar[tuple[int, ...]] = ()
    retry_after_seconds: float | None = None


class InvalidRequest(Refused):
    """A field, a link or the recording is wrong; the same request will be refused again."""

    codes = (3, 11)


class Unauthenticated(Refused):
    """No key, or a wrong, expired or revoked one."""

    codes = (16,)


class PermissionDenied(Refused):
    """The key is known, and may not do this."""

    codes = (7,)


class NotFound(Refused):
    """No such thing for this key, or not yet."""

    codes = (5,)


class QuotaExceeded(Refused):
    """Come again later: `retry_after_seconds`."""

    codes = (8,)


class Unavailable(Refused):
    """The service is starting, stopping or overloaded, also after every try."""

    codes = (14,)


class OperationFailed(ClientError):
    """The operation ended with an error: its code, message and detail."""

    def __init__(self, message: str, detail: str = "", *, operation_id: str, code: int) -> None:
        super().__init__(message, detail)
        self.operation_id = operation_id
        self.code = code


class OperationCancelled(OperationFailed):
    """The operation was cancelled."""


KINDS: dict[int, type[Refused]] = {code: kind for kind in Refused.__subclasses__() for code in kind.codes}


def refusal(http_status: int, headers: Mapping[str, str], body: bytes) -> Refused:
    """The error that an answer stands for; `headers` have lower-case names."""
    document = said(body)
    code = int(document.get("code") or CODES.get(http_status, INTERNAL))
    message = str(document.get("message") or f"the service answered HTTP {http_status}")
    error = KINDS.get(code, Refused)(message, detail_of(document) or plain(document, body))
    error.code, error.http_status = code, http_status
    error.request_id = headers.get("x-request-id", "")
    error.retry_after_seconds = retry_after(headers)
    return error


def said(body: bytes) -> dict[str, Any]:
    """The {code, message, details} of a body, out of API v3's wrapper if it is in one; {} for a page."""
    try:
        document = json.loads(body)
    except ValueError:
        return {}
    if isinstance(document, dict) and isinstance(document.get("error"), dict):
        inner = document["error"]
        document = {**inner, "code": inner.get("grpcCode") or inner.get("code")}
    return document if isinstance(document, dict) and "message" in document else {}


def detail_of(document: Mapping[str, Any]) -> str:
    """What Govor adds to SpeechKit's text."""
    for detail in document.get("details") or ():
        if text := detail.get("metadata", {}).get("detail"):
            return str(text)
    return ""


def plain(document: Mapping[str, Any], body: bytes) -> str:
    """The beginning of a page that is none of ours."""
    return "" if document else body[:MESSAGE_CHARS_MAX].decode("utf-8", "replace").strip()


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds of a Retry-After header; None without one, or when it is a date (Govor sends seconds)."""
    text = headers.get("retry-after", "").strip()
    return float(text) if text.isdecimal() else None
