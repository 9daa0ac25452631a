"""A client for Govor services: `Client`, and `AsyncClient` with the same methods.

    with govor.Client("http://127.0.0.1:8080", key="AQVN…") as client:
        print(client.transcribe("interview.ogg", literature_text=True).text)

Rule 1: nothing here needs more than httpx and the standard library.
Rule 2: written once, asynchronously (aio/); scripts/sync_client.py makes blocking/ from it.
Rule 3: what needs no I/O stands beside the two: errors, records, retries, events.
"""

from typing import TYPE_CHECKING, Any

from govor.client import errors
from govor.client.asking import Options
from govor.client.errors import ClientError, OperationCancelled, OperationFailed, WaitTimeout
from govor.client.records import (
    Failure,
    Format,
    Operation,
    Page,
    Reading,
    Recording,
    State,
    Transcript,
    Upload,
    Utterance,
    Word,
)
from govor.client.retries import Retries

if TYPE_CHECKING:
    from govor.client.aio.client import AsyncClient
    from govor.client.blocking.client import Client

__all__ = [
    "AsyncClient",
    "Client",
    "ClientError",
    "Failure",
    "Format",
    "Operation",
    "OperationCancelled",
    "OperationFailed",
    "Options",
    "Page",
    "Reading",
    "Recording",
    "Retries",
    "State",
    "Transcript",
    "Upload",
    "Utterance",
    "WaitTimeout",
    "Word",
    "errors",
]


def __getattr__(name: str) -> Any:
    """The clients bring httpx, a fifth of a second, which who only needs the errors does without."""
    if name == "AsyncClient":
        from govor.client.aio.client import AsyncClient

        return AsyncClient
    if name == "Client":
        from govor.client.blocking.client import Client

        return Client
    raise AttributeError(f"module 'govor.client' has no attribute {name!r}")
