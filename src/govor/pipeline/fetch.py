"""Fetch: the caller's object onto our disk, once and early, because callers delete it soon."""

from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager, nullcontext

from govor.errors import StorageFailed
from govor.pipeline.retries import retried
from govor.pipeline.scratch import Scratch
from govor.storage import disk
from govor.storage.objects import Objects

Turn = Callable[[], AbstractAsyncContextManager[None]]


async def fetch(
    uri: str, scratch: Scratch, objects: Objects,
    *, waits_seconds: Sequence[float], folder_id: str = "", turn: Turn = nullcontext,
) -> int:  # fmt: skip
    """Bring the object to `scratch.source`, unless it (or what was made of it) is there; returns its bytes.

    It is read with the rights of `folder_id`.
    Faults of the storage are tried again after each of `waits_seconds`; faults of the caller are not.
    Each attempt is made inside `turn()`; others have theirs while this one waits.
    """
    if scratch.prepared:
        return 0
    if scratch.source.exists():
        return scratch.source.stat().st_size
    if not uri:
        raise StorageFailed("the recording is lost", "it came with its request; send it again")

    async def once() -> int:
        async with turn():
            return await fetch_once(uri, scratch, objects, folder_id)

    return await retried(once, what="fetch", waits_seconds=waits_seconds, operation_id=scratch.folder.name)


async def fetch_once(uri: str, scratch: Scratch, objects: Objects, folder_id: str) -> int:
    """One attempt; raises whatever Objects.fetch does, StorageFailed for a full disk."""
    scratch.folder.mkdir(parents=True, exist_ok=True)
    disk.require_free(scratch.folder, objects.settings.disk_free_bytes_min)
    return await objects.fetch(uri, scratch.source, folder_id)


def keep(scratch: Scratch, content: bytes) -> None:
    """The same for bytes that came with their request; StorageFailed for a full disk."""
    with disk.appearing(scratch.source) as descriptor:
        disk.write_all(descriptor, content)
