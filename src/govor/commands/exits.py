"""Exit statuses of the commands, and which error has which; docs/cli.md shows the same table."""

from govor.client import errors as client
from govor.errors import GovorError

FAILED = 1  # something was tried and did not work, or a part of it
USAGE = 2  # click's: a wrong flag or argument; nothing was tried
UNREACHABLE = 3  # no service answers at --server
DENIED = 4  # the service does not know the key, or the key may not do this
INTERRUPTED = 130  # Ctrl-C, as shells say it: 128 + SIGINT


def status(error: Exception) -> int | None:
    """What a command ends with when this error ends it; None for an error that is a fault of ours."""
    if isinstance(error, client.Unreachable | client.BadAnswer):
        return UNREACHABLE
    if isinstance(error, client.Unauthenticated | client.PermissionDenied):
        return DENIED
    return FAILED if isinstance(error, GovorError | client.ClientError) else None


def told(error: Exception) -> str:
    """An error as people read it: what happened, what was found, the id to ask the operator about."""
    message, detail = getattr(error, "message", str(error)), getattr(error, "detail", "")
    request_id = getattr(error, "request_id", "")
    return message + (f"\n{detail}" if detail else "") + (f"\nrequest {request_id}" if request_id else "")
