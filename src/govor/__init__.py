"""Govor: self-hosted asynchronous speech recognition with the API of Yandex SpeechKit."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from govor.client import AsyncClient, Client

__version__ = "0.1.0"
__all__ = ["AsyncClient", "Client", "__version__"]


def __getattr__(name: str) -> Any:
    """The clients, imported when somebody wants one: the service does without."""
    if name in ("AsyncClient", "Client"):
        from govor import client

        return getattr(client, name)
    raise AttributeError(f"module 'govor' has no attribute {name!r}")
