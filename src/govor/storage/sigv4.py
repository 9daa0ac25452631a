"""AWS Signature Version 4, as a server checks it. Pure: a request and a secret in, nothing or a refusal out.

Rule 1: what was signed is rebuilt from the request as it came; nothing is taken from the client but names.
Rule 2: every `x-amz-` header must be among the signed ones: a link for one upload must not become a copy.
Rule 3: any region is accepted, for self-hosted stores have none; the service must be s3.

Source: Amazon S3 API reference, "Authenticating Requests (AWS Signature Version 4)"; its examples are tests.
"""

import hashlib
import hmac
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from urllib.parse import quote, unquote_to_bytes

from govor.errors import S3Refusal

ALGORITHM = "AWS4-HMAC-SHA256"
TERMINATOR = "aws4_request"
SERVICE = "s3"
UNSIGNED = "UNSIGNED-PAYLOAD"
SKEW_SECONDS = 15 * 60  # S3's own tolerance of clocks
EXPIRES_SECONDS_MAX = 7 * 24 * 3600  # S3's longest presigned link
SIGNATURE_PARAMETER = "X-Amz-Signature"
UNRESERVED = "-_.~"
MOMENT = re.compile(r"[0-9]{8}T[0-9]{6}Z")
PART = re.compile(r"\s*([A-Za-z]+)\s*=\s*([^,\s]+)\s*")
# A link says nothing of the body; S3 does not ask for this header to be signed there.
UNSIGNED_IN_LINKS = "x-amz-content-sha256"


@dataclass(frozen=True, kw_only=True, slots=True)
class SignedRequest:
    """A request as it came over the wire."""

    method: str
    path: str  # as sent, still percent-encoded, without the query
    query: str  # as sent
    headers: Sequence[tuple[str, str]]  # names in lower case; a name may occur more than once

    def header(self, name: str) -> str | None:
        """The first value of a header."""
        return next((value for key, value in self.headers if key == name), None)


@dataclass(frozen=True, kw_only=True, slots=True)
class Claim:
    """What a request says about its signature; true once `verify` has returned."""

    key_id: str
    date: str  # 20130524
    region: str
    moment: str  # 20130524T000000Z
    signed_headers: tuple[str, ...]
    signature: str
    payload: str  # a SHA-256 in hexadecimal, UNSIGNED-PAYLOAD or STREAMING-…
    expires_seconds: int | None = None  # of a presigned link

    @property
    def scope(self) -> str:
        """What the signing key is good for."""
        return f"{self.date}/{self.region}/{SERVICE}/{TERMINATOR}"


@dataclass(frozen=True, kw_only=True, slots=True)
class ChunkKey:
    """What the signatures of an aws-chunked body continue from."""

    key: bytes = field(repr=False)
    moment: str
    scope: str
    seed: str  # the signature of the request

    def chunk(self, previous: str, digest: str) -> str:
        """The signature of a chunk whose SHA-256 is `digest` (hexadecimal)."""
        nothing = hashlib.sha256().hexdigest()
        return self._sign("AWS4-HMAC-SHA256-PAYLOAD", previous, nothing, digest)

    def trailer(self, previous: str, digest: str) -> str:
        """The signature of the trailing headers."""
        return self._sign("AWS4-HMAC-SHA256-TRAILER", previous, digest)

    def _sign(self, *parts: str) -> str:
        name, *rest = parts
        text = "\n".join((name, self.moment, self.scope, *rest))
        return hmac.new(self.key, text.encode(), hashlib.sha256).hexdigest()


def claim_of(request: SignedRequest) -> Claim | None:
    """What the request claims, from its Authorization header or its query; None without either.

    Raises S3Refusal for a claim that cannot be read.
    """
    parameters = dict(parameters_of(request.query))
    if SIGNATURE_PARAMETER in parameters:
        return _of_link(parameters)
    given = request.header("authorization")
    if given is None or not given.startswith(ALGORITHM):
        return None
    parts = dict(PART.findall(given.removeprefix(ALGORITHM)))
    try:
        credential, headers = parts["Credential"], parts["SignedHeaders"]
        signature = parts["Signature"]
    except KeyError as error:
        raise S3Refusal("AuthorizationHeaderMalformed", f"the Authorization header lacks {error}") from error
    return _claim(
        credential,
        headers,
        signature,
        moment=request.header("x-amz-date") or "",
        payload=request.header("x-amz-content-sha256") or UNSIGNED,
    )


def verify(claim: Claim, request: SignedRequest, secret: str, now: float) -> ChunkKey:
    """Return what the body's signatures continue from, if there are any; raises S3Refusal."""
    check_time(claim, now)
    check_headers(claim, request)
    key = signing_key(secret, claim)
    digest = hashlib.sha256(canonical(claim, request).encode()).hexdigest()
    text = "\n".join((ALGORITHM, claim.moment, claim.scope, digest))
    expected = hmac.new(key, text.encode(), hashlib.sha256).hexdigest()
    if not hmac.compare_digest(expected.encode(), claim.signature.encode()):
        raise S3Refusal(
            "SignatureDoesNotMatch",
            "The request signature we calculated does not match the signature you provided. "
            "Check your secret key, and that nothing between you and us changes the host or the path.",
        )
    return ChunkKey(key=key, moment=claim.moment, scope=claim.scope, seed=expected)


def check_time(claim: Claim, now: float) -> None:
    """Refuse a request signed too long ago or too far ahead, and a link that has expired."""
    signed = _seconds(claim.moment)
    if claim.expires_seconds is None:
        if abs(now - signed) > SKEW_SECONDS:
            raise S3Refusal(
                "RequestTimeTooSkewed", "The difference between the request time and ours is too large."
            )
        return
    if signed - now > SKEW_SECONDS:
        raise S3Refusal("AccessDenied", "Request is not valid yet")
    if now > signed + claim.expires_seconds:
        raise S3Refusal("AccessDenied", "Request has expired")


def check_headers(claim: Claim, request: SignedRequest) -> None:
    """Refuse what carries more than was signed."""
    if "host" not in claim.signed_headers:
        raise S3Refusal("AccessDenied", "The host header must be signed.")
    for name, _ in request.headers:
        if not name.startswith("x-amz-") or name in claim.signed_headers:
            continue
        if claim.expires_seconds is None or name != UNSIGNED_IN_LINKS:
            raise S3Refusal(
                "AccessDenied", f"There were headers present in the request which were not signed: {name}"
            )


def canonical(claim: Claim, request: SignedRequest) -> str:
    """The text whose digest is signed."""
    headers = "".join(f"{name}:{_value(name, request)}\n" for name in claim.signed_headers)
    query = sorted(
        (encoded(name), encoded(value))
        for name, value in parameters_of(request.query)
        if name != SIGNATURE_PARAMETER
    )
    return "\n".join(
        (
            request.method,
            quote(unquote_to_bytes(request.path), safe="/" + UNRESERVED),
            "&".join(f"{name}={value}" for name, value in query),
            headers,
            ";".join(claim.signed_headers),
            claim.payload,
        )
    )


def signing_key(secret: str, claim: Claim) -> bytes:
    """The key of one day, region and service."""
    key = f"AWS4{secret}".encode()
    for part in (claim.date, claim.region, SERVICE, TERMINATOR):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    return key


def parameters_of(query: str) -> list[tuple[str, str]]:
    """Names and values, percent-decoded; `+` stands for itself, as in what was signed."""
    pairs = (part.partition("=") for part in query.split("&") if part)
    return [(_decoded(name), _decoded(value)) for name, _, value in pairs]


def encoded(text: str) -> str:
    """RFC 3986, the slash included."""
    return quote(text.encode("utf-8", "surrogateescape"), safe=UNRESERVED)


def _decoded(text: str) -> str:
    return unquote_to_bytes(text).decode("utf-8", "surrogateescape")


def _value(name: str, request: SignedRequest) -> str:
    return ",".join(" ".join(value.split()) for key, value in request.headers if key == name)


def _of_link(parameters: dict[str, str]) -> Claim:
    if parameters.get("X-Amz-Algorithm") != ALGORITHM:
        raise _bad_link(f"X-Amz-Algorithm only supports {ALGORITHM}")
    expires = parameters.get("X-Amz-Expires", "")
    if not expires.isascii() or not expires.isdecimal() or not 0 < int(expires[:9]) <= EXPIRES_SECONDS_MAX:
        raise _bad_link(f"X-Amz-Expires must be from 1 to {EXPIRES_SECONDS_MAX}")
    return _claim(
        parameters.get("X-Amz-Credential", ""),
        parameters.get("X-Amz-SignedHeaders", ""),
        parameters[SIGNATURE_PARAMETER],
        moment=parameters.get("X-Amz-Date", ""),
        payload=UNSIGNED,
        expires_seconds=int(expires),
    )


def _claim(
    credential: str,
    headers: str,
    signature: str,
    *,
    moment: str,
    payload: str,
    expires_seconds: int | None = None,
) -> Claim:
    malformed = (
        "AuthorizationHeaderMalformed" if expires_seconds is None else "AuthorizationQueryParametersError"
    )
    scope = credential.rsplit("/", 4)
    if len(scope) != 5 or scope[3:] != [SERVICE, TERMINATOR]:
        raise S3Refusal(malformed, f"the credential must end in DATE/REGION/{SERVICE}/{TERMINATOR}")
    if not MOMENT.fullmatch(moment) or not moment.startswith(scope[1]):
        raise S3Refusal(malformed, "X-Amz-Date must be YYYYMMDDTHHMMSSZ, of the credential's day")
    _seconds(moment)
    return Claim(
        key_id=scope[0],
        date=scope[1],
        region=scope[2],
        moment=moment,
        signed_headers=tuple(headers.lower().split(";")),
        signature=signature,
        payload=payload,
        expires_seconds=expires_seconds,
    )


def _seconds(moment: str) -> float:
    try:
        return datetime.strptime(moment, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC).timestamp()
    except ValueError as error:
        raise S3Refusal("AccessDenied", "X-Amz-Date is not a time") from error


def _bad_link(text: str) -> S3Refusal:
    return S3Refusal("AuthorizationQueryParametersError", text)
