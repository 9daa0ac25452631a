"""Buckets of S3 servers, through obstore: whose credentials are used is up to s3_servers.py.

Rule 1: a bucket that we have a key for is read with it, whatever signature the caller's link carries.
Rule 2: without a key the caller's own presigned link is used, if it leads to this server; else no signature.
Rule 3: a server that fails is asked again for RETRY_SECONDS; who waits longer is the pipeline.
"""

import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from govor.errors import BadRequest, ObjectMissing, PermissionDenied, StorageFailed, TooLarge
from govor.settings import Settings
from govor.storage import disk, s3_servers
from govor.storage.buckets import Head, Receipt
from govor.storage.s3_servers import Server, Servers
from govor.storage.uris import ObjectUri, WebUri
from govor.storage.web import WebLinks

if TYPE_CHECKING:
    from obstore.store import ObjectStore, S3Config

STREAM_BYTES = 4 << 20  # per chunk while fetching; below that the calls cost more than the bytes
READ_BYTES = 1 << 20  # per chunk while somebody waits for the first
ANSWER_SECONDS = 30  # an S3 server that takes longer for a response's start is not well
RETRIES_MAX = 3
RETRY_SECONDS = 5  # a hiccup; a restart takes longer and is ridden out by the fetch step's own attempts

StoreOf = Callable[[Server, str], "ObjectStore"]


class S3Buckets:
    """Reads and writes objects through one store for each server and bucket, made on first use."""

    def __init__(self, servers: Servers, store_of: StoreOf, links: WebLinks | None = None) -> None:
        self.servers = servers
        self.store_of = store_of
        self.links = links or WebLinks(allowed=lambda _: True)  # only to servers that the operator named
        self._stores: dict[tuple[Server, str], ObjectStore] = {}

    @classmethod
    def of(cls, settings: Settings) -> "S3Buckets":
        """The servers that the settings name; raises BadSetting."""
        seconds = settings.fetch_timeout_seconds
        return cls(s3_servers.of_settings(settings), lambda server, bucket: opened(server, bucket, seconds))

    async def head(self, where: ObjectUri, size: int, folder_id: str = "") -> Head:
        """The object's first `size` bytes (fewer if it is shorter); ObjectMissing, PermissionDenied."""
        server = self.servers.of(where.bucket, folder_id)
        if link := signed_link(server, where):
            return await self.links.head(link, size)
        with described(where):
            store = self._store(server, where.bucket)
            length = (await store.head_async(where.key))["size"]
            if length == 0:  # a range of an empty object is an error
                return Head(b"")
            return Head(bytes(await store.get_range_async(where.key, start=0, end=min(size, length))), length)

    async def fetch(self, where: ObjectUri, to: Path, bytes_max: int, folder_id: str = "") -> int:
        """Stream the object to `to`; returns its size. TooLarge above `bytes_max`."""
        server = self.servers.of(where.bucket, folder_id)
        if link := signed_link(server, where):
            return await self.links.fetch(link, to, bytes_max)
        with described(where):
            answer = await self._store(server, where.bucket).get_async(where.key)
            if answer.meta["size"] > bytes_max:
                raise TooLarge(f"the object is larger than {bytes_max} bytes")
            chunks = (bytes(chunk) async for chunk in answer.stream(min_chunk_size=STREAM_BYTES))
            with disk.appearing(to) as descriptor:
                return await disk.write_stream(descriptor, chunks, bytes_max=bytes_max)

    def keyed(self, bucket: str, folder_id: str) -> bool:
        """Whether we have a key for this bucket, so that it can be read again without its caller's link."""
        try:
            return bool(self.servers.of(bucket, folder_id).access_key_id)
        except PermissionDenied:
            return False

    async def read(
        self, where: ObjectUri, first: int, last: int, folder_id: str = ""
    ) -> AsyncIterator[bytes]:
        """The object's bytes from `first` to before `last`, as they come; StorageFailed for fewer."""
        store, left = self._store(self.servers.of(where.bucket, folder_id), where.bucket), last - first
        if left == 0:  # a range of nothing is an error
            return
        with described(where):
            answer = await store.get_async(where.key, options={"range": (first, last)})
            async for chunk in answer.stream(min_chunk_size=READ_BYTES):
                left -= len(chunk)
                yield bytes(chunk)
        if left:
            raise StorageFailed("object storage failed", "the object changed while it was read")

    async def put(
        self, where: ObjectUri, stream: AsyncIterator[bytes], bytes_max: int, folder_id: str = ""
    ) -> Receipt:
        """Store the object whole or not at all. It waits on the local disk to be whole."""
        server = self.servers.of(where.bucket, folder_id)
        with tempfile.TemporaryFile() as spool:
            with disk.described():
                size = await disk.write_stream(spool.fileno(), stream, bytes_max=bytes_max)
                spool.seek(0)
            with described(where):
                answer = await self._store(server, where.bucket).put_async(where.key, spool)
        return Receipt(size=size, etag=(answer["e_tag"] or "").strip('"'))

    async def list(self, bucket: str, prefix: str, folder_id: str = "") -> AsyncIterator[tuple[str, int]]:
        """Key and size of every object whose key begins with `prefix`, in the order of the keys."""
        store = self._store(self.servers.of(bucket, folder_id), bucket)
        folder, _, begun = prefix.rpartition("/")  # obstore lists whole folders
        with described(ObjectUri(bucket=bucket, key=prefix)):
            async for page in store.list(folder or None):
                for each in page:
                    if each["path"].startswith(prefix) or not begun:
                        yield each["path"], each["size"]

    async def delete(self, where: ObjectUri, folder_id: str = "") -> None:
        """Delete the object; S3 does not say whether it was there."""
        server = self.servers.of(where.bucket, folder_id)
        with described(where):
            await self._store(server, where.bucket).delete_async(where.key)

    def _store(self, server: Server, bucket: str) -> "ObjectStore":
        if (server, bucket) not in self._stores:
            self._stores[server, bucket] = self.store_of(server, bucket)
        return self._stores[server, bucket]


def signed_link(server: Server, where: ObjectUri) -> WebUri | None:
    """The caller's own link, when it is all we can come in with, and leads to this server."""
    if server.access_key_id or where.link is None:
        return None
    link = where.link
    return link if server.origin.bucket(link.scheme, link.host, link.port) is not None else None


def opened(server: Server, bucket: str, fetch_seconds: float) -> "ObjectStore":
    """A client for one bucket; nothing is sent yet."""
    from obstore.store import S3Store

    config: S3Config = {"skip_signature": True}
    if server.access_key_id:
        config = {"access_key_id": server.access_key_id, "secret_access_key": server.secret_access_key}
    return S3Store(
        bucket,
        config=config,
        endpoint=endpoint(server, bucket),
        region=server.region,
        virtual_hosted_style_request=server.virtual_hosted,
        client_options={
            "allow_http": server.endpoint.startswith("http://"),
            "connect_timeout": timedelta(seconds=ANSWER_SECONDS),
            "timeout": timedelta(seconds=fetch_seconds),
        },
        retry_config={"max_retries": RETRIES_MAX, "retry_timeout": timedelta(seconds=RETRY_SECONDS)},
    )


def endpoint(server: Server, bucket: str) -> str:
    """What obstore wants: with the bucket in front of the host where the server is asked so."""
    if not server.virtual_hosted:
        return server.endpoint
    scheme, _, rest = server.endpoint.partition("://")
    return f"{scheme}://{bucket}.{rest}"


@contextmanager
def described(where: ObjectUri) -> Iterator[None]:
    """Turn obstore's errors into ours."""
    from obstore import exceptions

    name = f"{where.bucket}/{where.key}"
    try:
        yield
    except FileNotFoundError as error:
        raise ObjectMissing(f"no such object: {name}") from error
    except (PermissionError, exceptions.PermissionDeniedError, exceptions.UnauthenticatedError) as error:
        raise PermissionDenied(f"object storage refused access to {name}", first_line(error)) from error
    except exceptions.InvalidPathError as error:
        raise BadRequest("no object can have this name", first_line(error)) from error
    except exceptions.BaseError as error:
        raise StorageFailed("object storage failed", first_line(error)) from error


def first_line(error: Exception) -> str:
    """obstore adds pages of debugging after the first line."""
    return str(error).partition("\n")[0]
