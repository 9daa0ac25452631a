"""The seam between links and the places where buckets are kept."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from govor.storage.uris import ObjectUri


@dataclass(frozen=True, kw_only=True, slots=True)
class Receipt:
    """What came of an upload."""

    size: int  # bytes
    etag: str  # without quotes; the MD5 unless the store says otherwise


class Head(bytes):
    """An object's first bytes, which also know how many it has in all."""

    size: int  # bytes of the whole object; 0 when its store does not say

    def __new__(cls, content: bytes, size: int = 0) -> "Head":
        """`content` as it is."""
        made = super().__new__(cls, content)
        made.size = size
        return made


class Buckets(Protocol):
    """A place where buckets are kept; `folder_id` is whose rights decide, empty for nobody's.

    Every method may raise ObjectMissing, PermissionDenied, BadRequest, StorageFailed.
    """

    async def head(self, where: ObjectUri, size: int, folder_id: str = "") -> Head:
        """The object's first `size` bytes (fewer if it is shorter)."""
        ...

    async def fetch(self, where: ObjectUri, to: Path, bytes_max: int, folder_id: str = "") -> int:
        """Copy the object to `to`; returns its size. TooLarge above `bytes_max`."""
        ...

    async def put(
        self, where: ObjectUri, stream: AsyncIterator[bytes], bytes_max: int, folder_id: str = ""
    ) -> Receipt:
        """Store the object whole or not at all. TooLarge above `bytes_max`."""
        ...

    async def delete(self, where: ObjectUri, folder_id: str = "") -> None:
        """Delete the object; nothing there is no error."""
        ...

    def list(self, bucket: str, prefix: str, folder_id: str = "") -> AsyncIterator[tuple[str, int]]:
        """Key and size in bytes of every object whose key begins with `prefix`, in the order of the keys."""
        ...
