"""What becomes of old uploads, on one machine and on two that share a database."""

import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from govor.errors import NotFound
from govor.settings import Settings
from govor.storage.database import Database
from govor.storage.objects import Objects
from govor.storage.uploads import PARTS, Uploads
from tests.tiny.service import ALICE

DAY_MS = 86_400_000
BEGUN_MS = 100 * DAY_MS


async def chunks(*parts: bytes) -> AsyncIterator[bytes]:
    for part in parts:
        yield part


def machine(data_dir: Path, database: Database) -> Uploads:
    """A machine of its own disk."""
    data_dir.mkdir()
    return Uploads(Objects(Settings(data_dir=data_dir, disk_free_bytes_min=0)), database)


def aged(folder: Path, now_ms: int) -> list[Path]:
    """The unfinished uploads of a machine, last written at that moment."""
    parts = sorted((folder / PARTS).iterdir())
    for part in parts:
        os.utime(part, (now_ms / 1000, now_ms / 1000))
    return parts


async def test_old_uploads_go_with_their_bytes_and_younger_ones_stay(tmp_path: Path) -> None:
    uploads = machine(tmp_path / "a", Database(f"sqlite:///{tmp_path / 'uploads.db'}"))
    old = await uploads.whole(ALICE, "old.ogg", chunks(b"old"), BEGUN_MS)
    half = await uploads.begin(ALICE, "half.ogg", 10, BEGUN_MS)
    await uploads.append(half, 0, chunks(b"half"))
    young = await uploads.whole(ALICE, "young.ogg", chunks(b"young"), BEGUN_MS + DAY_MS)
    assert await uploads.forget(BEGUN_MS + 1) == 2
    for gone in (old, half):
        with pytest.raises(NotFound):
            await uploads.get(ALICE, gone.id)
    assert not list((tmp_path / "a" / PARTS).iterdir())
    kept = [path for path in (tmp_path / "a" / "objects").rglob("*.ogg") if path.is_file()]
    assert [path.read_bytes() for path in kept] == [b"young"]
    assert (await uploads.get(ALICE, young.id)).complete


async def test_pieces_that_another_machine_has_overtaken_go_too(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'uploads.db'}")
    first, second = machine(tmp_path / "a", database), machine(tmp_path / "b", database)
    begun = await first.begin(ALICE, "call.ogg", 4, BEGUN_MS)
    await first.append(begun, 0, chunks(b"ca"))
    assert await second.received(begun) == 0
    assert await second.append(begun, 0, chunks(b"call")) == 4
    (left,) = aged(tmp_path / "a", BEGUN_MS)
    assert await first.forget(BEGUN_MS) == 0
    assert left.exists()
    assert await second.forget(BEGUN_MS + 1) == 1
    assert await first.forget(BEGUN_MS + 1) == 0
    assert not left.exists()
