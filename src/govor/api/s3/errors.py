"""Our errors as S3's: a name, a text, a status."""

from dataclasses import dataclass

from govor.api.s3 import xml
from govor.errors import (
    BadRequest,
    GovorError,
    ObjectMissing,
    PermissionDenied,
    QuotaExceeded,
    S3Refusal,
    StorageFailed,
    TooLarge,
    Unauthenticated,
)

STATUS: dict[str, int] = {
    "AccessControlListNotSupported": 400,
    "AccessDenied": 403,
    "AuthorizationHeaderMalformed": 400,
    "AuthorizationQueryParametersError": 400,
    "BadDigest": 400,
    "BucketAlreadyExists": 409,
    "BucketAlreadyOwnedByYou": 409,
    "BucketNotEmpty": 409,
    "EntityTooLarge": 400,
    "EntityTooSmall": 400,
    "IncompleteBody": 400,
    "InternalError": 500,
    "InvalidAccessKeyId": 403,
    "InvalidArgument": 400,
    "InvalidDigest": 400,
    "InvalidPart": 400,
    "InvalidPartOrder": 400,
    "InvalidRange": 416,
    "InvalidRequest": 400,
    "MalformedTrailerError": 400,
    "MalformedXML": 400,
    "MethodNotAllowed": 405,
    "MissingContentLength": 411,
    "NoSuchBucket": 404,
    "NoSuchKey": 404,
    "NoSuchUpload": 404,
    "NotImplemented": 501,
    "PreconditionFailed": 412,
    "RequestTimeTooSkewed": 403,
    "ServiceUnavailable": 503,
    "SignatureDoesNotMatch": 403,
    "SlowDown": 503,
    "XAmzContentSHA256Mismatch": 400,
}
# The first class that fits, for errors that are not of this door.
NAMES: tuple[tuple[type[GovorError], str], ...] = (
    (ObjectMissing, "NoSuchKey"),
    (PermissionDenied, "AccessDenied"),
    (Unauthenticated, "AccessDenied"),
    (QuotaExceeded, "SlowDown"),
    (TooLarge, "EntityTooLarge"),
    (BadRequest, "InvalidArgument"),
    (StorageFailed, "ServiceUnavailable"),
    (GovorError, "InternalError"),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Refused:
    """What a client is told."""

    name: str
    text: str

    @property
    def status(self) -> int:
        """Of HTTP."""
        return STATUS[self.name]

    def body(self, resource: str, request_id: str) -> bytes:
        """The document."""
        children = [("Code", self.name), ("Message", self.text), ("Resource", resource)]
        return xml.write("Error", [*children, ("RequestId", request_id)], namespace="")


def refused(error: GovorError) -> Refused:
    """What to tell of an error."""
    if isinstance(error, S3Refusal):
        return Refused(name=error.message, text=error.detail)
    name = next(name for kind, name in NAMES if isinstance(error, kind))
    if name == "InternalError":
        return Refused(name=name, text="We encountered an internal error. Please try again.")
    return Refused(name=name, text=f"{error.message}: {error.detail}" if error.detail else error.message)
