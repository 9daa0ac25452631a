"""Where the files of an operation lie between its steps (scratch.py says which there are).

A step works on this machine's disk. On one machine that is all there is. In a fleet the next step may run on
another machine, so what a step made is also put into a place that all of them reach, before the step ends.

Rule 1: the manifest is written last: parts count only with it, and then all of them are there.
Rule 2: what is on this disk is not fetched again.
Rule 3: while a recording is decoded, a part counts with a note of its own (early.py).
Rule 4: a part that was fetched for one step is deleted after it: disks do not fill with others' work.
"""

import asyncio
import os
import shutil
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol

import structlog

from govor.errors import BadSetting, StorageFailed
from govor.pipeline import fetch
from govor.pipeline.scratch import MANIFEST, Scratch, note
from govor.settings import Settings
from govor.storage.work_store import WorkStore

EVERY_PART = (-1,)
UPLOADS_MAX = 8  # of parts at once; a part is 1 or 2 MB
FOLDER = "scratch"
# Files that belong to no operation: those of one being accepted elsewhere may be younger than its row.
SETTLED_SECONDS = 3600.0

log = structlog.get_logger(__name__)


class WorkFiles(Protocol):
    """Brings files to this disk and keeps what was made there. Any method may raise StorageFailed."""

    async def check(self) -> None:
        """At the start: see that the place can be written to."""
        ...

    async def keep_content(self, scratch: Scratch, content: bytes) -> None:
        """A recording that came with its request: safe for every machine when this returns."""
        ...

    async def bring_source(self, scratch: Scratch) -> None:
        """See that `scratch.source` is here, if it is anywhere."""
        ...

    async def keep_source(self, scratch: Scratch) -> None:
        """`scratch.source` is whole: safe for every machine when this returns."""
        ...

    async def bring_parts(self, scratch: Scratch, indexes: Sequence[int]) -> bool:
        """See that the manifest and these parts are here; False when the parts are not made yet."""
        ...

    async def keep_parts(self, scratch: Scratch) -> None:
        """`scratch.parts` is whole: safe for every machine when this returns; the source is not needed."""
        ...

    async def keep_early(self, scratch: Scratch, index: int) -> None:
        """One part is offered here, the others are still being made: safe for every machine then."""
        ...

    async def bring_early(self, scratch: Scratch, index: int) -> bool:
        """See that `scratch.piece(index)` is here; False when nobody has offered it."""
        ...

    async def done_with(self, scratch: Scratch, index: int) -> None:
        """A part was recognised here."""
        ...

    async def discard(self, scratch: Scratch) -> None:
        """Delete everything of the operation."""
        ...

    async def operations(self) -> dict[str, bool]:
        """The operations that have files, and whether their rows must be there, too, if they will ever be.

        Files of one that has ended, or that should have a row and has none, may be discarded.
        """
        ...


class LocalFiles:
    """One machine: everything is where the steps work."""

    def __init__(self, root: Path) -> None:
        self.root = root

    async def check(self) -> None:
        """Nothing: the disk is watched by `ready`."""

    async def keep_content(self, scratch: Scratch, content: bytes) -> None:
        """Where `fetch` would put it."""
        await asyncio.to_thread(fetch.keep, scratch, content)

    async def bring_source(self, scratch: Scratch) -> None:
        """It is here or nowhere."""

    async def keep_source(self, scratch: Scratch) -> None:
        """It is here."""

    async def bring_parts(self, scratch: Scratch, indexes: Sequence[int]) -> bool:
        """They are here or nowhere."""
        return scratch.prepared

    async def keep_parts(self, scratch: Scratch) -> None:
        """They are here."""
        await asyncio.to_thread(scratch.source.unlink, missing_ok=True)

    async def keep_early(self, scratch: Scratch, index: int) -> None:
        """It is here."""

    async def bring_early(self, scratch: Scratch, index: int) -> bool:
        """It is here or nowhere."""
        return scratch.early_note(index).exists()

    async def done_with(self, scratch: Scratch, index: int) -> None:
        """All parts go together."""

    async def discard(self, scratch: Scratch) -> None:
        """Delete the folder."""
        await asyncio.to_thread(scratch.remove)

    async def operations(self) -> dict[str, bool]:
        """The folders in `root`."""
        names = await asyncio.to_thread(lambda: os.listdir(self.root) if self.root.is_dir() else [])
        return dict.fromkeys(names, True)


class SharedFiles:
    """A fleet: this machine's disk and the store that all machines reach."""

    def __init__(self, root: Path, store: WorkStore) -> None:
        self.here = LocalFiles(root)
        self.store = store
        self._made: set[str] = set()  # operations whose parts were made here: all of them are on this disk
        self._there: set[str] = set()  # operations whose parts are known to be in the store
        self._kept: dict[str, set[int]] = {}  # parts that were put there while others were being made

    async def check(self) -> None:
        """Write something there."""
        await self.store.check()

    async def keep_content(self, scratch: Scratch, content: bytes) -> None:
        """Into the store at once; its caller waits."""
        await self.store.put(name(scratch, scratch.source), content, patient=False)

    async def bring_source(self, scratch: Scratch) -> None:
        """Copy it, unless it is here or was never there."""
        if not scratch.source.exists():
            await self.store.get(name(scratch, scratch.source), scratch.source)

    async def keep_source(self, scratch: Scratch) -> None:
        """Copy it there."""
        await self.store.put(name(scratch, scratch.source), scratch.source)

    async def bring_parts(self, scratch: Scratch, indexes: Sequence[int]) -> bool:
        """Copy what is missing here, or there: an earlier life of ours may have made it and told nobody."""
        operation_id, manifest = scratch.folder.name, scratch.parts / MANIFEST
        if operation_id not in self._there:
            if await self.store.get(name(scratch, manifest), manifest):
                self._there.add(operation_id)
            elif manifest.exists():
                await self.keep_parts(scratch)
            else:
                return False
        wanted = await paths(scratch) if tuple(indexes) == EVERY_PART else [scratch.part(i) for i in indexes]
        for path in [manifest, *wanted]:
            if not path.exists() and not await self.store.get(name(scratch, path), path):
                await asyncio.to_thread(shutil.rmtree, scratch.parts, ignore_errors=True)
                self._there.discard(operation_id)
                return False  # somebody discarded everything: it is to be made anew, if at all
        return True

    async def keep_parts(self, scratch: Scratch) -> None:
        """The parts, then the manifest."""
        kept = self._kept.get(scratch.folder.name, set())
        count = len(await paths(scratch))
        for batch in batched([index for index in range(count) if index not in kept]):
            await asyncio.gather(*(self._keep_part(scratch, index) for index in batch))
        await self.store.put(name(scratch, scratch.parts / MANIFEST), scratch.parts / MANIFEST)
        self._made.add(scratch.folder.name)
        self._there.add(scratch.folder.name)
        await self.here.keep_parts(scratch)
        await self.store.delete([name(scratch, scratch.source)])

    async def keep_early(self, scratch: Scratch, index: int) -> None:
        """Under the names that they keep."""
        await self.store.put(name(scratch, scratch.part(index)), scratch.early_part(index))
        await self.store.put(name(scratch, note(scratch.parts, index)), scratch.early_note(index))
        self._kept.setdefault(scratch.folder.name, set()).add(index)

    async def bring_early(self, scratch: Scratch, index: int) -> bool:
        """Copy it, unless it is here."""
        samples, stretches = scratch.early_part(index), scratch.early_note(index)
        if samples.exists() and stretches.exists():
            return True
        if scratch.folder.name in self._made:
            return False  # it is here with all the others
        if not await self.store.get(name(scratch, note(scratch.parts, index)), stretches):
            return False
        if not await self.store.get(name(scratch, scratch.part(index)), samples):
            await asyncio.to_thread(stretches.unlink, missing_ok=True)
            return False  # somebody discarded everything just now
        return True

    async def done_with(self, scratch: Scratch, index: int) -> None:
        """Delete our copies, if they are some."""
        if scratch.folder.name not in self._made:
            for path in (scratch.part(index), scratch.early_note(index), scratch.early_part(index)):
                await asyncio.to_thread(path.unlink, missing_ok=True)

    async def discard(self, scratch: Scratch) -> None:
        """Here and there; what the store does not delete now, the sweep deletes later."""
        operation_id = scratch.folder.name
        self._made.discard(operation_id)
        self._there.discard(operation_id)
        self._kept.pop(operation_id, None)
        await self.here.discard(scratch)
        try:
            await self.store.remove(f"{FOLDER}/{operation_id}")
        except StorageFailed as error:
            log.warning("files are left for later", operation_id=operation_id, detail=error.detail)

    async def operations(self) -> dict[str, bool]:
        """Here and there; rows must be there when nothing happened to the files there for an hour."""
        before = datetime.now(UTC) - timedelta(seconds=SETTLED_SECONDS)
        there = await self.store.folders(FOLDER)
        return {name: changed < before for name, changed in there.items()} | await self.here.operations()

    async def _keep_part(self, scratch: Scratch, index: int) -> None:
        """A part, and its note if it has one."""
        await self.store.put(name(scratch, scratch.part(index)), scratch.part(index))
        if scratch.early_note(index).exists():
            await self.store.put(name(scratch, note(scratch.parts, index)), scratch.early_note(index))


def name(scratch: Scratch, path: Path) -> str:
    """What a file of an operation is called in the store."""
    return f"{FOLDER}/{scratch.folder.name}/{path.relative_to(scratch.folder).as_posix()}"


async def paths(scratch: Scratch) -> list[Path]:
    """Every part that the manifest here names."""
    manifest = await asyncio.to_thread(scratch.read_manifest)
    return [scratch.part(index) for index in range(len(manifest.parts))]


def batched(items: Sequence[int]) -> Iterator[Sequence[int]]:
    """UPLOADS_MAX at a time."""
    return (items[start : start + UPLOADS_MAX] for start in range(0, len(items), UPLOADS_MAX))


def of(settings: Settings, root: Path) -> WorkFiles:
    """Where these settings keep work files; BadSetting for a fleet whose machines share none."""
    if settings.work_url:
        return SharedFiles(root, WorkStore.of(settings))
    if settings.database_url:
        raise BadSetting(
            "a fleet needs a place for work files that all its machines reach",
            "set GOVOR_WORK_URL to s3://BUCKET/PREFIX or file:///FOLDER",
        )
    return LocalFiles(root)
