"""Our errors as google.rpc.Status and as HTTP answers.

Rule 1: errors.py gives each error its google.rpc.Code; this file adds the HTTP status SpeechKit documents.
Rule 2: `message` is SpeechKit's text, letter for letter where one is known: clients compare and search it.
Rule 3: what we know better goes into `details`: ErrorInfo with our text, RequestInfo with the request id.
"""

import math
import re
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from google.protobuf import any_pb2, duration_pb2, json_format
from google.protobuf.message import Message
from google.rpc import code_pb2, error_details_pb2, status_pb2

from govor import errors
from govor.errors import GovorError, ServiceError
from govor.records import Failure

DOMAIN = "govor"
# A gRPC trailer block may have 8 KiB: the message percent-encoded (6 bytes a Cyrillic letter), details in
# base64 (2.7 bytes).
MESSAGE_CHARS_MAX = 400
DETAIL_CHARS_MAX = 1_000
RETRY_AFTER_SECONDS = 5  # on 429 and 503: the longest a restart or a full queue needs to show progress
INTERNAL_MESSAGE = "Internal Server Error"  # SpeechKit's text for code 13

# google.rpc.Code → HTTP status: as SpeechKit documents, the rest by the usual mapping.
HTTP_STATUS: Mapping[int, int] = {
    code_pb2.CANCELLED: 499,
    code_pb2.UNKNOWN: 500,
    code_pb2.INVALID_ARGUMENT: 400,
    code_pb2.DEADLINE_EXCEEDED: 504,
    code_pb2.NOT_FOUND: 404,
    code_pb2.ALREADY_EXISTS: 409,
    code_pb2.PERMISSION_DENIED: 403,
    code_pb2.RESOURCE_EXHAUSTED: 429,
    code_pb2.FAILED_PRECONDITION: 400,
    code_pb2.ABORTED: 409,
    code_pb2.OUT_OF_RANGE: 400,
    code_pb2.UNIMPLEMENTED: 501,
    code_pb2.INTERNAL: 500,
    code_pb2.UNAVAILABLE: 503,
    code_pb2.DATA_LOSS: 500,
    code_pb2.UNAUTHENTICATED: 401,
}
CANCELLED_PHRASE = "Client Closed Request"  # of 499, nginx's own status; HTTP has no phrase for it
RETRIABLE = (code_pb2.RESOURCE_EXHAUSTED, code_pb2.UNAVAILABLE)

# What a call raises that asks for the result of an operation which failed with a code.
RAISED: Mapping[int, type[GovorError]] = {
    kind.code: kind
    for kind in (
        errors.Cancelled,
        errors.BadAudio,
        errors.Timeout,
        errors.UnknownOperation,
        errors.PermissionDenied,
        errors.QuotaExceeded,
        errors.Unimplemented,
        errors.Unavailable,
        errors.Unauthenticated,
    )
}

# Errors of HTTP itself, before a method is known: status → google.rpc.Code.
TRANSPORT_CODE: Mapping[int, int] = {
    400: code_pb2.INVALID_ARGUMENT,
    404: code_pb2.NOT_FOUND,
    405: code_pb2.UNIMPLEMENTED,
    413: code_pb2.INVALID_ARGUMENT,
    415: code_pb2.INVALID_ARGUMENT,
}


def status(error: GovorError, request_id: str) -> status_pb2.Status:
    """What a failed call answers."""
    reason, seconds = _reason(type(error)), retry_seconds(error)
    return _status(error.code, error.message, reason, error.detail, request_id, seconds)


def retry_seconds(error: GovorError) -> int:
    """In how many seconds a refused caller may come again; 0 for what will not pass."""
    if error.code not in RETRIABLE:
        return 0
    return math.ceil(error.retry_after_seconds) or RETRY_AFTER_SECONDS


def transport_status(http_status: int, message: str, detail: str, request_id: str) -> status_pb2.Status:
    """What HTTP's own errors answer (no such path, wrong verb, too large a body)."""
    code = TRANSPORT_CODE.get(http_status, code_pb2.UNKNOWN)
    return _status(code, message, f"HTTP_{http_status}", detail, request_id)


def internal_status(request_id: str) -> status_pb2.Status:
    """What a fault of ours answers; the cause is in our log under the request id."""
    return _status(code_pb2.INTERNAL, INTERNAL_MESSAGE, "INTERNAL", "", request_id)


def failure_status(failure: Failure) -> status_pb2.Status:
    """The `error` of an operation that failed."""
    reason = code_pb2.Code.Name(failure.code) if failure.code in HTTP_STATUS else "UNKNOWN"
    return _status(failure.code, failure.message, reason, failure.detail, "")


def raised(failure: Failure) -> GovorError:
    """The same as an error of the call that asks for its result."""
    return RAISED.get(failure.code, ServiceError)(failure.message, failure.detail)


def failure_document(failure: Failure | None) -> dict[str, Any] | None:
    """The same as JSON; None for an operation that did not fail."""
    return document(failure_status(failure)) if failure else None


def document(status: status_pb2.Status) -> dict[str, Any]:
    """The JSON body of an error: `{code, message, details}`, all three always there."""
    details = [json_format.MessageToDict(each) for each in status.details]
    return {"code": status.code, "message": status.message, "details": details}


def wrapped(document: Mapping[str, Any], http_status: int) -> dict[str, Any]:
    """The same error where an answer would stream (API v3's getRecognition): in a wrapper of its own."""
    cancelled = http_status == HTTP_STATUS[code_pb2.CANCELLED]
    return {
        "error": {
            "grpcCode": document["code"],
            "httpCode": http_status,
            "message": document["message"],
            "httpStatus": CANCELLED_PHRASE if cancelled else HTTPStatus(http_status).phrase,
            "details": document["details"],
        }
    }


def _status(
    code: int, message: str, reason: str, detail: str, request_id: str, retry_after_seconds: int = 0
) -> status_pb2.Status:
    details: list[Message] = []
    if detail:
        info = error_details_pb2.ErrorInfo(
            reason=reason, domain=DOMAIN, metadata={"detail": _utf8(detail[:DETAIL_CHARS_MAX])}
        )
        details.append(info)
    if retry_after_seconds:
        delay = duration_pb2.Duration(seconds=retry_after_seconds)
        details.append(error_details_pb2.RetryInfo(retry_delay=delay))
    if request_id:
        details.append(error_details_pb2.RequestInfo(request_id=request_id))
    text = _utf8(message[:MESSAGE_CHARS_MAX])
    return status_pb2.Status(code=code, message=text, details=[_packed(each) for each in details])


def _packed(message: Message) -> any_pb2.Any:
    packed = any_pb2.Any()
    packed.Pack(message)
    return packed


def _utf8(text: str) -> str:
    return text.encode("utf-8", "backslashreplace").decode()


def _reason(error: type[GovorError]) -> str:
    """BadAudio → BAD_AUDIO."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", error.__name__).upper()
