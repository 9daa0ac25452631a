"""What both doors know about one call besides its message."""

import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field

from govor.api.wishes import NOTHING, Wishes
from govor.errors import BadRequest
from govor.records import Caller

ECHO = re.compile(r"[\x20-\x7e]{1,128}")  # a UUID has 36; anything longer or unprintable is not echoed
IDEMPOTENCY_KEY = re.compile(r"[\x20-\x7e]{1,128}")  # the SDKs send a UUID; it is stored with the operation
WARNING_CHARS_MAX = 2_000  # servers and proxies refuse header blocks from 8 KiB on


@dataclass(frozen=True, kw_only=True, slots=True)
class CallIds:
    """The identifiers a caller quotes to support; on every answer, REST and gRPC."""

    request_id: str
    server_trace_id: str
    client_request_id: str = ""

    @classmethod
    def new(cls, client_request_id: str | None) -> "CallIds":
        """Fresh identifiers; the caller's own is kept if it is fit for a header."""
        echo = client_request_id if ECHO.fullmatch(client_request_id or "") else ""
        return cls(
            request_id=str(uuid.uuid4()), server_trace_id=uuid.uuid4().hex, client_request_id=echo or ""
        )

    def headers(self) -> tuple[tuple[str, str], ...]:
        """As HTTP headers or gRPC metadata."""
        own = (("x-request-id", self.request_id), ("x-server-trace-id", self.server_trace_id))
        return (*own, ("x-client-request-id", self.client_request_id)) if self.client_request_id else own


@dataclass(frozen=True, kw_only=True, slots=True)
class Call:
    """Who calls, and what else came with the message. Servicers may add warnings."""

    ids: CallIds
    caller: Caller
    host: str = ""  # the Host header; gRPC servers in Python do not see its equivalent
    peer: str = ""  # the caller's address as gRPC writes it ("ipv4:10.0.0.7:41234"); REST has the host
    idempotency_key: str | None = None
    hot_words: tuple[str, ...] = ()  # phrases to expect, of the header x-govor-hot-words
    wishes: Wishes = NOTHING  # of our other headers
    strict: bool = False  # what would be a warning is refused
    warnings: list[str] = field(default_factory=list)

    def warn(self, text: str) -> None:
        """Say what was ignored; in strict mode refuse the request instead."""
        if self.strict:
            raise BadRequest(text, "strict mode is on (GOVOR_STRICT): nothing is ignored")
        self.warnings.append(text)

    def warning_headers(self) -> tuple[tuple[str, str], ...]:
        """`x-govor-warnings` if there is anything to warn of: printable ASCII, bounded."""
        if not self.warnings:
            return ()
        text = "; ".join(self.warnings).encode("ascii", "backslashreplace").decode()
        return (("x-govor-warnings", re.sub(r"[^\x20-\x7e]", " ", text)[:WARNING_CHARS_MAX]),)


def idempotency_key(headers: Mapping[str, str]) -> str | None:
    """The caller's key for "this is the same request again"; raises BadRequest if it is unusable."""
    key = headers.get("idempotency-key")
    if not key:
        return None
    if not IDEMPOTENCY_KEY.fullmatch(key):
        raise BadRequest("idempotency-key must be 1 to 128 printable ASCII characters")
    return key
