"""A place that all processes of a fleet reach, for the files of operations that run: GOVOR_WORK_URL.

    s3://BUCKET/PREFIX     on the S3 server of the GOVOR_S3_… settings, or of the bucket's entry in the
                           credentials file (s3_servers.py)
    file:///FOLDER         a folder that every machine mounts

Rule 1: a file is there whole or not at all.
Rule 2: a fault is waited for (patience.py): what was accepted must outlive a store's restart.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import unquote, urlsplit

from govor.errors import BadSetting, StorageFailed
from govor.settings import Settings
from govor.storage import disk, s3_servers
from govor.storage.patience import WAITS_SECONDS, patiently
from govor.storage.s3 import STREAM_BYTES, first_line, opened

if TYPE_CHECKING:
    from obstore.store import ObjectStore

T = TypeVar("T")
UNLIMITED = 1 << 62  # what we wrote ourselves may be read whole


@dataclass(frozen=True, slots=True)
class Found:
    """A file in the store."""

    name: str
    changed_at: datetime


class WorkStore:
    """Files by names with slashes, below a prefix of a bucket or below a folder."""

    def __init__(
        self, store: "ObjectStore", prefix: str = "", waits_seconds: Sequence[float] = WAITS_SECONDS
    ) -> None:
        self.store = store
        self.prefix = f"{prefix.strip('/')}/" if prefix.strip("/") else ""
        self.waits_seconds = waits_seconds

    @classmethod
    def of(cls, settings: Settings) -> "WorkStore":
        """The place that GOVOR_WORK_URL names; raises BadSetting. Nothing is sent yet."""
        from obstore.store import LocalStore

        if folder := shared_folder(settings):
            with disk.described():
                folder.mkdir(parents=True, exist_ok=True)
            return cls(LocalStore(folder, automatic_cleanup=True))
        bucket, prefix = shared_bucket(settings)
        servers = s3_servers.of_settings(settings)
        server = servers.buckets.get(bucket, servers.default)
        return cls(opened(server, bucket, settings.fetch_timeout_seconds), prefix)

    async def put(self, name: str, content: bytes | Path, *, patient: bool = True) -> None:
        """Write a file; the caller of a `patient` write can wait for two minutes."""
        await self._tried(lambda: self.store.put_async(self.prefix + name, content), patient=patient)

    async def get(self, name: str, to: Path) -> bool:
        """Copy a file to `to`, whole; False when there is none."""
        try:
            await self._tried(lambda: self._copy(name, to))
        except FileNotFoundError:
            return False
        return True

    async def delete(self, names: Sequence[str]) -> None:
        """Delete files; those that are not there are no error."""
        for name in names:
            try:
                await self._tried(partial(self.store.delete_async, self.prefix + name))
            except FileNotFoundError:
                continue

    async def remove(self, folder: str) -> None:
        """Delete every file below a folder; nothing there is no error."""
        await self.delete([each.name for each in await self._found(folder)])

    async def folders(self, folder: str) -> dict[str, datetime]:
        """The folders in a folder, and when something in each was changed last."""
        newest = dict[str, datetime]()
        for each in await self._found(folder):
            name = each.name.removeprefix(f"{folder}/").partition("/")[0]
            newest[name] = max(each.changed_at, newest.get(name, each.changed_at))
        return newest

    async def check(self) -> None:
        """StorageFailed when the place cannot be written to."""
        await self.put("probe", b"", patient=False)

    async def _copy(self, name: str, to: Path) -> None:
        answer = await self.store.get_async(self.prefix + name)
        chunks = (bytes(chunk) async for chunk in answer.stream(min_chunk_size=STREAM_BYTES))
        with disk.appearing(to) as descriptor:
            await disk.write_stream(descriptor, chunks, bytes_max=UNLIMITED)

    async def _found(self, folder: str) -> list[Found]:
        async def found() -> list[Found]:
            pages = self.store.list(f"{self.prefix}{folder}/")
            return [
                Found(meta["path"].removeprefix(self.prefix), meta["last_modified"])
                async for page in pages
                for meta in page
            ]

        return await self._tried(found)

    async def _tried(self, action: Callable[[], Awaitable[T]], *, patient: bool = True) -> T:
        """The result of `action`, tried again while the store fails. FileNotFoundError goes through."""
        return await patiently(lambda: once(action), self.waits_seconds if patient else ())


async def once(action: Callable[[], Awaitable[T]]) -> T:
    """The result of `action`; whatever the store says becomes StorageFailed, but for FileNotFoundError."""
    from obstore import exceptions

    try:
        return await action()
    except FileNotFoundError:
        raise
    except (exceptions.BaseError, OSError) as error:
        raise StorageFailed("the fleet's work files cannot be reached", first_line(error)) from error


def shared_folder(settings: Settings) -> Path | None:
    """The folder of a file:// setting; None for every other."""
    parts = urlsplit(settings.work_url)
    if parts.scheme != "file":
        return None
    if parts.netloc not in ("", "localhost") or not parts.path.strip("/"):
        raise wrong(settings)
    return Path(unquote(parts.path))


def shared_bucket(settings: Settings) -> tuple[str, str]:
    """Bucket and prefix of an s3:// setting."""
    parts = urlsplit(settings.work_url)
    if parts.scheme != "s3" or not parts.netloc:
        raise wrong(settings)
    return parts.netloc, unquote(parts.path)


def bucket_of(settings: Settings) -> str:
    """The bucket of work files; empty where there is none."""
    return shared_bucket(settings)[0] if settings.work_url.startswith("s3:") else ""


def wrong(settings: Settings) -> BadSetting:
    """The error for an address that is none."""
    return BadSetting(f"GOVOR_WORK_URL = {settings.work_url}", "s3://BUCKET/PREFIX or file:///FOLDER")
