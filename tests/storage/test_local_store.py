"""The store of this machine: owners, notes, deletions, uploads in parts."""

import asyncio
import hashlib
import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from govor.errors import BadRequest, ObjectMissing, PermissionDenied, S3Refusal, StorageFailed, TooLarge
from govor.storage.folders import FolderBuckets
from govor.storage.listing import Query
from govor.storage.local_store import LocalStore
from govor.storage.multipart import ABANDONED_SECONDS, PART_BYTES_MIN, Multipart
from govor.storage.uris import ObjectUri

ALICE, BOB = "b1galice", "b1gbob"
WHERE = ObjectUri(bucket="bucket", key="folder/запись.ogg")
SIZE_MAX = 32 << 20


async def chunks(*parts: bytes) -> AsyncIterator[bytes]:
    for part in parts:
        yield part


def md5(content: bytes) -> str:
    return hashlib.md5(content).hexdigest()


@pytest.fixture
def store(tmp_path: Path) -> LocalStore:
    return LocalStore.at(tmp_path, owned=True)


async def test_first_upload_makes_the_bucket_its_folders(store: LocalStore, tmp_path: Path) -> None:
    await store.put(WHERE, chunks(b"alice"), SIZE_MAX, ALICE)
    assert await store.head(WHERE, 10, ALICE) == b"alice"
    assert (await store.head(WHERE, 3, ALICE)).size == len(b"alice")
    for attempt in (
        store.head(WHERE, 10, BOB),
        store.head(WHERE, 10),
        store.fetch(WHERE, tmp_path / "fetched", SIZE_MAX, BOB),
        store.put(WHERE, chunks(b"bob"), SIZE_MAX, BOB),
    ):
        with pytest.raises(PermissionDenied, match=r"^Permission to \[storage.bucket bucket\] denied$"):
            await attempt
    assert await store.head(WHERE, 10, ALICE) == b"alice"
    assert not (tmp_path / "fetched").exists()


async def test_owners_outlive_the_process(store: LocalStore, tmp_path: Path) -> None:
    await store.put(WHERE, chunks(b"alice"), SIZE_MAX, ALICE)
    again = LocalStore.at(tmp_path, owned=True)
    assert again.owners.of("bucket") == ALICE
    with pytest.raises(PermissionDenied):
        await again.head(WHERE, 10, BOB)


async def test_bucket_laid_down_by_hand_is_everybodys(store: LocalStore, tmp_path: Path) -> None:
    (tmp_path / "common").mkdir()
    (tmp_path / "common" / "key").write_bytes(b"by hand")
    where = ObjectUri(bucket="common", key="key")
    for folder_id in (ALICE, BOB, ""):
        assert await store.head(where, 10, folder_id) == b"by hand"


async def test_without_keys_nobody_owns_anything(tmp_path: Path) -> None:
    open_store = LocalStore.at(tmp_path, owned=False)
    await open_store.put(WHERE, chunks(b"anybody"), SIZE_MAX, "b1glocal")
    assert await open_store.head(WHERE, 10, BOB) == b"anybody"
    assert LocalStore.at(tmp_path, owned=True).owners.of("bucket") is None


async def test_bucket_that_is_gone_has_no_owner(store: LocalStore) -> None:
    await store.put(WHERE, chunks(b"alice"), SIZE_MAX, ALICE)
    store.folders.delete(WHERE)
    assert store.folders.remove_bucket("bucket")
    await store.put(WHERE, chunks(b"bob"), SIZE_MAX, BOB)
    assert await store.head(WHERE, 10, BOB) == b"bob"


async def test_two_folders_that_make_a_bucket_at_once_do_not_both_get_it(store: LocalStore) -> None:
    def claim(folder_id: str) -> str | None:
        try:
            store.owners.claim("contested", folder_id)
        except PermissionDenied:
            return None
        return folder_id

    claims = [asyncio.to_thread(claim, f"b1g{number}") for number in range(8)]
    winners = [folder_id for folder_id in await asyncio.gather(*claims) if folder_id]
    assert winners == [store.owners.of("contested")]


async def test_note_comes_back_and_goes_with_its_object(store: LocalStore) -> None:
    stored = await store.folders.put(WHERE, chunks(b"con", b"tent"), SIZE_MAX, {"content-type": "audio/ogg"})
    assert store.folders.look(WHERE) == stored
    assert (stored.size, stored.etag) == (7, md5(b"content"))
    assert stored.note.headers == {"content-type": "audio/ogg"}
    store.folders.delete(WHERE)
    assert not [path for path in store.folders.notes.root.rglob("*") if path.is_file()]


@pytest.mark.parametrize("damage", [b"", b"[1, 2", b"not json"])
async def test_note_counts_only_for_its_own_file(store: LocalStore, damage: bytes) -> None:
    stored = await store.folders.put(WHERE, chunks(b"content"), SIZE_MAX)
    (note,) = (path for path in store.folders.notes.root.rglob("*") if path.is_file())
    note.write_bytes(damage)
    assert store.folders.look(WHERE).etag not in ("", stored.etag)
    await store.folders.put(WHERE, chunks(b"content"), SIZE_MAX)
    (store.folders.root / "bucket" / WHERE.key).write_bytes(b"by hand")  # over the upload
    assert store.folders.look(WHERE).etag.endswith("-1")
    assert store.folders.look(WHERE).etag != stored.etag


async def test_deletion_leaves_no_empty_folders_and_no_others_object(store: LocalStore) -> None:
    near, far = ObjectUri(bucket="bucket", key="a/b"), ObjectUri(bucket="bucket", key="a/c/d/e")
    for where in (near, far):
        await store.folders.put(where, chunks(b"x"), SIZE_MAX)
    for key in ("a/c/d/e", "a/c/d/e", "a/c", "a", "nothing/there"):  # a folder of others is no object
        store.folders.delete(ObjectUri(bucket="bucket", key=key))
    assert store.folders.page("bucket", Query()).keys == ("a/b",)
    assert not (store.folders.root / "bucket" / "a" / "c").exists()
    assert not store.folders.remove_bucket("bucket")
    store.folders.delete(near)
    assert store.folders.has("bucket")
    assert store.folders.remove_bucket("bucket")
    assert not store.folders.has("bucket")


async def test_bucket_that_is_not_there_cannot_be_listed(store: LocalStore) -> None:
    with pytest.raises(ObjectMissing):
        store.folders.page("nothing", Query())


PART = os.urandom(1 << 20) * 5
assert len(PART) == PART_BYTES_MIN


async def test_parts_become_an_object_in_order(store: LocalStore) -> None:
    multipart = store.multipart
    upload = multipart.find(WHERE, multipart.begin(WHERE, {"content-type": "audio/ogg"}))
    last = await multipart.put(upload, 9, chunks(b"the ", b"end"), SIZE_MAX)
    replaced = await multipart.put(upload, 2, chunks(b"replaced"), SIZE_MAX)
    first = await multipart.put(upload, 2, chunks(PART), SIZE_MAX)
    assert [(part.number, part.etag) for part in multipart.parts(upload)] == [(2, first), (9, last)]
    assert replaced != first == md5(PART)
    with pytest.raises(ObjectMissing):
        store.folders.look(WHERE)
    stored = multipart.complete(upload, [(2, first), (9, last)], SIZE_MAX)
    assert (store.folders.root / "bucket" / WHERE.key).read_bytes() == PART + b"the end"
    assert stored.etag == md5(bytes.fromhex(first) + bytes.fromhex(last)) + "-2"
    assert store.folders.look(WHERE) == stored
    assert multipart.uploads("bucket") == []
    with pytest.raises(S3Refusal, match="NoSuchUpload"):
        multipart.find(WHERE, upload.id)


@pytest.mark.parametrize(
    ("chosen", "error"),
    [
        ([], "MalformedXML"),
        ([(1, "0" * 32)], "InvalidPart"),
        ([(3, md5(b"small"))], "InvalidPart"),
        ([(2, md5(PART)), (1, md5(b"small"))], "InvalidPartOrder"),
        ([(1, md5(b"small")), (1, md5(b"small"))], "InvalidPartOrder"),
        ([(1, md5(b"small")), (2, md5(PART))], "EntityTooSmall"),
    ],
)
async def test_wrong_list_of_parts_is_refused(
    store: LocalStore, chosen: list[tuple[int, str]], error: str
) -> None:
    upload = store.multipart.find(WHERE, store.multipart.begin(WHERE, {}))
    await store.multipart.put(upload, 1, chunks(b"small"), SIZE_MAX)
    await store.multipart.put(upload, 2, chunks(PART), SIZE_MAX)
    with pytest.raises(S3Refusal, match=error):
        store.multipart.complete(upload, chosen, SIZE_MAX)
    assert len(store.multipart.parts(upload)) == 2  # it can be tried again


async def test_parts_together_are_bounded(store: LocalStore) -> None:
    upload = store.multipart.find(WHERE, store.multipart.begin(WHERE, {}))
    await store.multipart.put(upload, 1, chunks(b"x" * 60), 100)
    with pytest.raises(TooLarge):
        await store.multipart.put(upload, 2, chunks(b"x" * 41), 100)
    await store.multipart.put(upload, 1, chunks(b"x" * 100), 100)  # in place of the first
    assert [part.size for part in store.multipart.parts(upload)] == [100]


async def test_part_that_breaks_off_is_not_there(store: LocalStore) -> None:
    async def breaking() -> AsyncIterator[bytes]:
        yield b"half"
        raise ConnectionError("the client went away")

    upload = store.multipart.find(WHERE, store.multipart.begin(WHERE, {}))
    with pytest.raises((ConnectionError, StorageFailed)):
        await store.multipart.put(upload, 1, breaking(), SIZE_MAX)
    assert store.multipart.parts(upload) == []
    assert os.listdir(store.folders.root / ".multipart" / upload.id) == ["about.json"]


@pytest.mark.parametrize("upload_id", ["", "0" * 32, "../bucket", "a/b", "\0"])
def test_upload_that_was_not_begun_is_none(store: LocalStore, upload_id: str) -> None:
    with pytest.raises(S3Refusal, match="NoSuchUpload"):
        store.multipart.find(WHERE, upload_id)


def test_upload_of_another_object_is_none(store: LocalStore) -> None:
    upload_id = store.multipart.begin(WHERE, {})
    with pytest.raises(S3Refusal, match="NoSuchUpload"):
        store.multipart.find(ObjectUri(bucket="other", key=WHERE.key), upload_id)


async def test_abandoned_uploads_go_after_a_week(tmp_path: Path) -> None:
    now = 0.0
    folders = FolderBuckets(tmp_path)
    multipart = Multipart(folders, clock=lambda: now)
    old = multipart.find(WHERE, multipart.begin(WHERE, {}))
    torn = folders.prepare(WHERE)
    torn.write_bytes(b"of a service that was killed")
    now = torn.stat().st_mtime + ABANDONED_SECONDS - 60
    young = multipart.begin(WHERE, {})
    assert {upload.id for upload in multipart.uploads("bucket")} == {old.id, young}
    now += 120
    multipart.begin(WHERE, {})
    assert old.id not in {upload.id for upload in multipart.uploads("bucket")}
    assert not torn.exists()


@pytest.mark.parametrize("key", ["folder/запись.ogg/below", "folder"])
async def test_upload_in_parts_cannot_take_a_name_that_is_taken_by_a_folder(
    store: LocalStore, key: str
) -> None:
    await store.folders.put(WHERE, chunks(b"x"), SIZE_MAX)
    with pytest.raises(BadRequest):
        store.multipart.begin(ObjectUri(bucket="bucket", key=key), {})
