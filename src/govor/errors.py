"""One tree of errors; each says whose fault it is.

`code` is the google.rpc.Code a caller sees, here and nowhere else; api/wire_errors.py adds the HTTP status.
"""

from typing import ClassVar


class GovorError(Exception):
    """Anything we report. `message` is for the caller; `detail` adds what was found and how to mend it."""

    code: ClassVar[int] = 13  # INTERNAL

    def __init__(self, message: str, detail: str = "", *, retry_after_seconds: float = 0.0) -> None:
        """`retry_after_seconds`: when it is known that asking again would help; 0 when it is not."""
        super().__init__(message)
        self.message = message
        self.detail = detail
        self.retry_after_seconds = retry_after_seconds

    def __reduce__(self) -> tuple[type["GovorError"], tuple[str, str]]:
        return type(self), (self.message, self.detail)


class CallerError(GovorError):
    """The request cannot be served as it stands; sending it again unchanged will not help."""

    code = 3  # INVALID_ARGUMENT


class BadRequest(CallerError):
    """The body, a field or a parameter is wrong."""


class BadAudio(CallerError):
    """The recording is not what was declared, or cannot be decoded."""


class TooLarge(CallerError):
    """The recording is larger or longer than the settings allow."""


class LanguageUnavailable(CallerError):
    """No model is installed for the language asked for; the message names the command that brings one."""


class Unauthenticated(CallerError):
    """No credentials, or wrong, expired or revoked ones."""

    code = 16  # UNAUTHENTICATED


class PermissionDenied(CallerError):
    """Known caller, forbidden action or object."""

    code = 7  # PERMISSION_DENIED


class UnknownOperation(CallerError):
    """No such operation for this caller: never made, made by another folder, or expired."""

    code = 5  # NOT_FOUND


class NotFound(CallerError):
    """No such thing besides an operation: an endpoint, an access key."""

    code = 5  # NOT_FOUND


class Conflict(CallerError):
    """Another request was first, or the caller's picture of a thing is out of date."""

    code = 10  # ABORTED


class NotReady(CallerError):
    """The operation exists, but its result does not yet."""

    code = 5  # NOT_FOUND, as SpeechKit says; clients search the message for "not ready"


class ObjectMissing(CallerError):
    """The link points to nothing we may read."""


class S3Refusal(CallerError):
    """The S3 door refuses a request; `message` is S3's name of the error (SignatureDoesNotMatch)."""


class OutOfRange(CallerError):
    """A stream went on for longer than the settings allow."""

    code = 11  # OUT_OF_RANGE


class QuotaExceeded(CallerError):
    """The caller has to wait; `detail` says for what."""

    code = 8  # RESOURCE_EXHAUSTED


class Cancelled(CallerError):
    """The operation was cancelled on the caller's request."""

    code = 1  # CANCELLED


class ServiceError(GovorError):
    """Our side failed; the same request may succeed later."""


class ModelFailed(ServiceError):
    """A model file is missing, corrupt, or its runtime failed."""


class Poisonous(ModelFailed):
    """A recording that killed its decoder or recogniser again and again; others were not touched by it."""


class StorageFailed(ServiceError):
    """Object storage or the disk failed or is full."""

    code = 14  # UNAVAILABLE


class Unavailable(ServiceError):
    """The service is starting, draining or overloaded."""

    code = 14  # UNAVAILABLE


class Timeout(ServiceError):
    """A step ran longer than its limit."""

    code = 4  # DEADLINE_EXCEEDED


class BadSetting(ServiceError):
    """A setting is wrong or unsafe; the service refuses to start."""


class Unimplemented(ServiceError):
    """A documented method that this version does not serve."""

    code = 12  # UNIMPLEMENTED
