"""The object store of this machine: buckets as folders, uploads in parts, and whose each bucket is."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

from govor.storage.buckets import Head, Receipt
from govor.storage.folders import FolderBuckets
from govor.storage.listing import Query
from govor.storage.multipart import Multipart
from govor.storage.owners import Owners
from govor.storage.uris import ObjectUri


@dataclass(frozen=True, kw_only=True, slots=True)
class LocalStore:
    """Buckets (see buckets.py) on this disk. Its parts check no rights: ask `owners` before."""

    folders: FolderBuckets
    multipart: Multipart
    owners: Owners

    @classmethod
    def at(cls, root: Path, *, owned: bool) -> "LocalStore":
        """The store in a folder; `owned` when callers have keys, and buckets so belong to somebody."""
        folders = FolderBuckets(root)
        return cls(folders=folders, multipart=Multipart(folders), owners=Owners(root, enforced=owned))

    async def head(self, where: ObjectUri, size: int, folder_id: str = "") -> Head:
        """The object's first `size` bytes."""
        await asyncio.to_thread(self.owners.require, where.bucket, folder_id)
        return await self.folders.head(where, size)

    async def fetch(self, where: ObjectUri, to: Path, bytes_max: int, folder_id: str = "") -> int:
        """Copy the object to `to`; returns its size."""
        await asyncio.to_thread(self.owners.require, where.bucket, folder_id)
        return await self.folders.fetch(where, to, bytes_max)

    async def put(
        self, where: ObjectUri, stream: AsyncIterator[bytes], bytes_max: int, folder_id: str = ""
    ) -> Receipt:
        """Store the object; the first one makes the bucket, which is then this folder's."""
        await asyncio.to_thread(self.owners.claim, where.bucket, folder_id)
        stored = await self.folders.put(where, stream, bytes_max)
        return Receipt(size=stored.size, etag=stored.etag)

    async def delete(self, where: ObjectUri, folder_id: str = "") -> None:
        """Delete the object."""
        await asyncio.to_thread(self.owners.require, where.bucket, folder_id)
        await asyncio.to_thread(self.folders.delete, where)

    async def list(self, bucket: str, prefix: str, folder_id: str = "") -> AsyncIterator[tuple[str, int]]:
        """Key and size of every object whose key begins with `prefix`, in the order of the keys."""
        await asyncio.to_thread(self.owners.require, bucket, folder_id)
        query: Query | None = Query(prefix=prefix)
        while query is not None:
            page = await asyncio.to_thread(self.folders.page, bucket, query)
            for key in page.keys:
                stored = await asyncio.to_thread(self.folders.look, ObjectUri(bucket=bucket, key=key))
                yield key, stored.size
            query = Query(prefix=prefix, after=page.next_after) if page.next_after else None
