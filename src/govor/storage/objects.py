"""Where recordings come from: one front for folders, S3 and allowed https hosts."""

import asyncio
from collections.abc import AsyncIterator
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import quote

from govor.errors import BadSetting, GovorError, PermissionDenied, StorageFailed
from govor.settings import Settings
from govor.storage import disk, uris, work_store
from govor.storage.buckets import Buckets, Head, Receipt
from govor.storage.local_store import LocalStore
from govor.storage.s3 import S3Buckets
from govor.storage.uris import ObjectUri, Origin, WebUri
from govor.storage.web import WebLinks

# Every container declares its codec well within this; it is also one range request's worth.
HEAD_BYTES = 64 << 10
# The probe runs while the caller waits for the POST; clients give up after 5 s at the earliest.
HEAD_SECONDS = 4.0
OBJECTS = "objects"  # the folder of the buckets in the data directory


class Objects:
    """Reads links and stores uploads. Every method raises only our errors, see errors.py.

    `folder_id` is whose rights decide; empty for nobody's, who may read what belongs to nobody.
    """

    def __init__(self, settings: Settings, web: WebLinks | None = None) -> None:
        self.settings = settings
        self.allowed_hosts = [host for host in settings.uri_allow.split(",") if host.strip()]
        self.origins = (*uris.YANDEX, *own_origins(settings))
        self.buckets: Buckets
        self.local: LocalStore | None = None  # what the S3 door serves; None when buckets are elsewhere
        self.remote: S3Buckets | None = None  # where they are then
        if settings.s3_endpoint or settings.s3_credentials:
            self.buckets = self.remote = S3Buckets.of(settings)
            self.origins = (*self.origins, *self.remote.servers.origins)
        else:
            owned = settings.auth == "keys"
            root = work_store.shared_folder(settings) or settings.data_path
            self.buckets = self.local = LocalStore.at(root / OBJECTS, owned=owned)
        self.kept_bucket = work_store.bucket_of(settings)  # other people's recordings pass through it
        self.web = web or WebLinks()

    def check(self, uri: str) -> None:
        """BadRequest when `uri` is nothing we may read; no I/O."""
        self._parsed(uri)

    async def head(self, uri: str, folder_id: str = "") -> Head:
        """The first HEAD_BYTES of the object, within HEAD_SECONDS; StorageFailed when that was too short."""
        where = self._parsed(uri)
        try:
            async with asyncio.timeout(HEAD_SECONDS):
                if isinstance(where, WebUri):
                    return await self.web.head(where, HEAD_BYTES)
                return await self.buckets.head(where, HEAD_BYTES, folder_id)
        except TimeoutError as error:
            raise slow(HEAD_SECONDS) from error

    async def fetch(self, uri: str, to: Path, folder_id: str = "") -> int:
        """Copy the object to `to`, whole and synced; returns its size in bytes."""
        where = self._parsed(uri)
        seconds, bytes_max = self.settings.fetch_timeout_seconds, self.settings.object_bytes_max
        try:
            async with asyncio.timeout(seconds):
                if isinstance(where, WebUri):
                    return await self.web.fetch(where, to, bytes_max)
                return await self.buckets.fetch(where, to, bytes_max, folder_id)
        except TimeoutError as error:
            raise slow(seconds) from error

    async def put(
        self, bucket: str, key: str, stream: AsyncIterator[bytes], *, folder_id: str = ""
    ) -> Receipt:
        """Store an upload, whole or not at all; `key` is already decoded."""
        where = self._not_kept(ObjectUri(bucket=uris.checked_bucket(bucket), key=uris.checked_key(key)))
        disk.require_free(self.settings.data_path, self.settings.disk_free_bytes_min)
        return await self.buckets.put(where, stream, self.settings.object_bytes_max, folder_id)

    def list(self, bucket: str, prefix: str, folder_id: str = "") -> AsyncIterator[tuple[str, int]]:
        """Key and size in bytes of every object below `prefix`, in the order of the keys."""
        return self.buckets.list(uris.checked_bucket(bucket), prefix, folder_id)

    async def delete(self, where: ObjectUri, *, folder_id: str = "") -> None:
        """Delete an object; nothing there is no error."""
        await self.buckets.delete(where, folder_id)

    def _parsed(self, uri: str) -> ObjectUri | WebUri:
        where = uris.parse(uri, self.allowed_hosts, self.origins)
        return where if isinstance(where, WebUri) else self._not_kept(where)

    def _not_kept(self, where: ObjectUri) -> ObjectUri:
        """The same; PermissionDenied for the bucket of work files, whoever asks."""
        if where.bucket == self.kept_bucket:
            raise PermissionDenied(
                f"Permission to [storage.bucket {where.bucket}] denied",
                "the service keeps its own files there",
            )
        return where


def own_origins(settings: Settings) -> tuple[Origin, ...]:
    """Where this service itself is reached: its own address, and GOVOR_OBJECT_HOSTS."""
    host, _, port = settings.http.rpartition(":")
    names = [each.strip() for each in settings.object_hosts.split(",") if each.strip()]
    try:
        address = ip_address(host.strip("[]"))
    except ValueError:
        names.append(settings.http)
    else:
        names += [] if address.is_unspecified else [settings.http]
        names += [f"localhost:{port}"] if address.is_loopback or address.is_unspecified else []
    try:
        return tuple(dict.fromkeys(origin for name in names for origin in uris.origins_of(name)))
    except GovorError as error:
        raise BadSetting(
            "GOVOR_OBJECT_HOSTS holds HOST or HOST:PORT, comma-separated", error.message
        ) from error


def slow(seconds: float) -> StorageFailed:
    """The error for storage that did not deliver in time."""
    return StorageFailed("the storage of the recording is too slow", f"it had {seconds:g} s")


def uri_of(bucket: str, key: str) -> str:
    """The link a client sends for an object it uploaded here."""
    return f"https://{uris.OBJECT_HOSTS[0]}/{bucket}/{quote(key)}"
