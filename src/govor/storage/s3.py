"""Buckets of an S3 server, through obstore. Path-style addresses, one set of credentials."""

import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from govor.errors import BadRequest, ObjectMissing, PermissionDenied, StorageFailed, TooLarge
from govor.settings import Settings
from govor.storage import disk
from govor.storage.uris import ObjectUri

if TYPE_CHECKING:
    from obstore.store import ObjectStore

STREAM_BYTES = 4 << 20  # per chunk while fetching; below that the calls cost more than the bytes
ANSWER_SECONDS = 30  # an S3 server that takes longer for a response's start is not well


class S3Buckets:
    """Reads and writes objects through one store for each bucket, made on first use by `store_of`."""

    def __init__(self, store_of: "Callable[[str], ObjectStore]") -> None:
        self.store_of = store_of
        self._stores: dict[str, ObjectStore] = {}

    @classmethod
    def of(cls, settings: Settings) -> "S3Buckets":
        """The server that the settings name."""
        return cls(lambda bucket: open_bucket(settings, bucket))

    async def head(self, where: ObjectUri, size: int) -> bytes:
        """The object's first `size` bytes (fewer if it is shorter); ObjectMissing, PermissionDenied."""
        with described(where):
            store = self._store(where.bucket)
            length = (await store.head_async(where.key))["size"]
            if length == 0:  # a range of an empty object is an error
                return b""
            return bytes(await store.get_range_async(where.key, start=0, end=min(size, length)))

    async def fetch(self, where: ObjectUri, to: Path, bytes_max: int) -> int:
        """Stream the object to `to`; returns its size. TooLarge above `bytes_max`."""
        with described(where):
            answer = await self._store(where.bucket).get_async(where.key)
            if answer.meta["size"] > bytes_max:
                raise TooLarge(f"the object is larger than {bytes_max} bytes")
            chunks = (bytes(chunk) async for chunk in answer.stream(min_chunk_size=STREAM_BYTES))
            with disk.appearing(to) as descriptor:
                return await disk.write_stream(descriptor, chunks, bytes_max=bytes_max)

    async def put(self, where: ObjectUri, stream: AsyncIterator[bytes], bytes_max: int) -> int:
        """Store the object whole or not at all; returns its size. It waits on the local disk to be whole."""
        with tempfile.TemporaryFile() as spool:
            with disk.described():
                size = await disk.write_stream(spool.fileno(), stream, bytes_max=bytes_max)
                spool.seek(0)
            with described(where):
                await self._store(where.bucket).put_async(where.key, spool)
        return size

    def _store(self, bucket: str) -> "ObjectStore":
        if bucket not in self._stores:
            self._stores[bucket] = self.store_of(bucket)
        return self._stores[bucket]


def open_bucket(settings: Settings, bucket: str) -> "ObjectStore":
    """A client for one bucket; nothing is sent yet."""
    from obstore.store import S3Store

    return S3Store(
        bucket,
        endpoint=settings.s3_endpoint,
        access_key_id=settings.s3_access_key_id,
        secret_access_key=settings.s3_secret_access_key,
        region=settings.s3_region,
        virtual_hosted_style_request=False,
        client_options={
            "allow_http": settings.s3_endpoint.startswith("http://"),
            "connect_timeout": timedelta(seconds=ANSWER_SECONDS),
            "timeout": timedelta(seconds=settings.fetch_timeout_seconds),
        },
    )


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
