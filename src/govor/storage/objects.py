"""Where recordings come from: one front for folders, S3 and allowed https hosts."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import quote

from govor.errors import StorageFailed
from govor.settings import Settings
from govor.storage import disk, uris
from govor.storage.folders import FolderBuckets
from govor.storage.s3 import S3Buckets
from govor.storage.uris import WebUri
from govor.storage.web import WebLinks

# Every container declares its codec well within this; it is also one range request's worth.
HEAD_BYTES = 64 << 10
# The probe runs while the caller waits for the POST; clients give up after 5 s at the earliest.
HEAD_SECONDS = 4.0


class Objects:
    """Reads links and stores uploads. Every method raises only our errors, see errors.py."""

    def __init__(self, settings: Settings, web: WebLinks | None = None) -> None:
        self.settings = settings
        self.allowed_hosts = [host for host in settings.uri_allow.split(",") if host.strip()]
        self.buckets: FolderBuckets | S3Buckets = (
            S3Buckets.of(settings) if settings.s3_endpoint else FolderBuckets(settings.data_path / "objects")
        )
        self.web = web or WebLinks()

    def check(self, uri: str) -> None:
        """BadRequest when `uri` is nothing we may read; no I/O."""
        uris.parse(uri, self.allowed_hosts)

    async def head(self, uri: str, folder_id: str = "") -> bytes:
        """The first HEAD_BYTES of the object, within HEAD_SECONDS; StorageFailed when that was too short."""
        where = uris.parse(uri, self.allowed_hosts)
        try:
            async with asyncio.timeout(HEAD_SECONDS):
                if isinstance(where, WebUri):
                    return await self.web.head(where, HEAD_BYTES)
                return await self.buckets.head(where, HEAD_BYTES)
        except TimeoutError as error:
            raise slow(HEAD_SECONDS) from error

    async def fetch(self, uri: str, to: Path, folder_id: str = "") -> int:
        """Copy the object to `to`, whole and synced; returns its size in bytes."""
        where = uris.parse(uri, self.allowed_hosts)
        seconds, bytes_max = self.settings.fetch_timeout_seconds, self.settings.object_bytes_max
        try:
            async with asyncio.timeout(seconds):
                if isinstance(where, WebUri):
                    return await self.web.fetch(where, to, bytes_max)
                return await self.buckets.fetch(where, to, bytes_max)
        except TimeoutError as error:
            raise slow(seconds) from error

    async def put(self, bucket: str, key: str, stream: AsyncIterator[bytes]) -> int:
        """Store an upload, whole or not at all; `key` is already decoded. Returns its size in bytes."""
        where = uris.ObjectUri(bucket=uris.checked_bucket(bucket), key=uris.checked_key(key))
        disk.require_free(self.settings.data_path, self.settings.disk_free_bytes_min)
        return await self.buckets.put(where, stream, self.settings.object_bytes_max)


def slow(seconds: float) -> StorageFailed:
    """The error for storage that did not deliver in time."""
    return StorageFailed("the storage of the recording is too slow", f"it had {seconds:g} s")


def uri_of(bucket: str, key: str) -> str:
    """The link a client sends for an object it uploaded here."""
    return f"https://{uris.OBJECT_HOSTS[0]}/{bucket}/{quote(key)}"
