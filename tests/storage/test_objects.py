"""Objects: one contract for every place a recording can lie in, uploads, and names that are refused."""

import os
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from obstore.store import LocalStore

from govor.errors import BadRequest, BadSetting, ObjectMissing, PermissionDenied, StorageFailed, TooLarge
from govor.settings import Settings
from govor.storage.objects import HEAD_BYTES, Objects
from govor.storage.s3 import S3Buckets
from govor.storage.s3_servers import Server, Servers

SIZE_MAX = 1 << 20
SERVER = Server(endpoint="http://127.0.0.1", region="local")
NAMES = ["a.ogg", "folder/two words.ogg", "звонки/2024+1/№ 5.ogg", "100%.ogg", "100%25.ogg", "a?b#c[1]*.ogg"]


async def chunks(*parts: bytes) -> AsyncIterator[bytes]:
    for part in parts:
        yield part


@pytest.fixture(params=["folders", "obstore"])
def objects(request: pytest.FixtureRequest, tmp_path: Path) -> Objects:
    """Folders of this machine, and the S3 code over obstore's own folder store."""
    made = Objects(Settings(data_dir=tmp_path, object_bytes_max=SIZE_MAX, disk_free_bytes_min=0))
    if request.param == "obstore":
        made.buckets = S3Buckets(
            Servers(default=SERVER), lambda _, bucket: folder_store(tmp_path / "s3" / bucket)
        )
    return made


def folder_store(folder: Path) -> LocalStore:
    folder.mkdir(parents=True, exist_ok=True)
    return LocalStore(folder)


@pytest.mark.parametrize("key", NAMES)
async def test_an_upload_comes_back_by_its_link(objects: Objects, tmp_path: Path, key: str) -> None:
    from govor.storage.objects import uri_of

    content = bytes(range(256)) * 1000
    receipt = await objects.put("bucket", key, chunks(content[:100], b"", content[100:]))
    assert receipt.size == len(content)
    for uri in (uri_of("bucket", key), uri_of("bucket", key) + "?X-Amz-Signature=0"):
        assert await objects.head(uri) == content[:HEAD_BYTES]
        assert await objects.fetch(uri, tmp_path / "fetched") == len(content)
        assert (tmp_path / "fetched").read_bytes() == content


async def test_an_upload_replaces_the_older_object(objects: Objects) -> None:
    await objects.put("bucket", "key", chunks(b"old and longer"))
    await objects.put("bucket", "key", chunks(b"new"))
    assert await objects.head("s3://bucket/key") == b"new"


async def test_an_empty_object_has_an_empty_head(objects: Objects, tmp_path: Path) -> None:
    await objects.put("bucket", "empty", chunks())
    assert await objects.head("s3://bucket/empty") == b""
    assert await objects.fetch("s3://bucket/empty", tmp_path / "fetched") == 0


@pytest.mark.parametrize("key", ["missing", "folder", "folder/key/below", "x" * 300])
async def test_what_is_not_there_is_missing(objects: Objects, tmp_path: Path, key: str) -> None:
    await objects.put("bucket", "folder/key", chunks(b"here"))
    for uri in (f"s3://bucket/{key}", "s3://other/key"):
        with pytest.raises((ObjectMissing, StorageFailed)):
            await objects.head(uri)
        with pytest.raises((ObjectMissing, StorageFailed)):
            await objects.fetch(uri, tmp_path / "fetched")
    assert not (tmp_path / "fetched").exists()


async def test_an_upload_above_the_limit_leaves_nothing(objects: Objects) -> None:
    with pytest.raises(TooLarge):
        await objects.put("bucket", "key", chunks(b"a" * SIZE_MAX, b"b"))
    with pytest.raises(ObjectMissing):
        await objects.head("s3://bucket/key")


async def test_an_upload_that_breaks_off_leaves_nothing(objects: Objects) -> None:
    async def breaking() -> AsyncIterator[bytes]:
        yield b"half"
        raise ConnectionError("the client went away")

    with pytest.raises((ConnectionError, StorageFailed)):
        await objects.put("bucket", "key", breaking())
    with pytest.raises(ObjectMissing):
        await objects.head("s3://bucket/key")


async def test_an_object_that_grew_above_the_limit_is_not_fetched(objects: Objects, tmp_path: Path) -> None:
    await objects.put("bucket", "key", chunks(b"a" * 1000))
    small = Objects(Settings(data_dir=tmp_path, object_bytes_max=999))
    small.buckets = objects.buckets
    with pytest.raises(TooLarge):
        await small.fetch("s3://bucket/key", tmp_path / "fetched")
    assert not list(tmp_path.glob("fetched*"))


@pytest.mark.parametrize(
    ("bucket", "key"), [("..", "a"), (".incoming", "a"), ("b", "../a"), ("b", ""), ("b", "a//b")]
)
async def test_an_upload_cannot_leave_its_bucket(objects: Objects, bucket: str, key: str) -> None:
    with pytest.raises(BadRequest):
        await objects.put(bucket, key, chunks(b"x"))


async def test_a_name_that_is_also_a_folder_is_refused(tmp_path: Path) -> None:
    objects = Objects(Settings(data_dir=tmp_path, disk_free_bytes_min=0))
    await objects.put("bucket", "a/b", chunks(b"x"))
    for key in ("a", "a/b/c", "a/" + "n" * 300):
        with pytest.raises(BadRequest):
            await objects.put("bucket", key, chunks(b"x"))
    assert await objects.head("s3://bucket/a/b") == b"x"


async def test_an_upload_that_would_fill_the_disk_is_refused(tmp_path: Path) -> None:
    objects = Objects(Settings(data_dir=tmp_path, disk_free_bytes_min=1 << 60))
    with pytest.raises(StorageFailed, match="disk is full"):
        await objects.put("bucket", "key", chunks(b"x"))


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs the device that is always full")
async def test_a_disk_that_fills_up_while_writing_is_reported(tmp_path: Path) -> None:
    from govor.storage import disk

    descriptor = os.open("/dev/full", os.O_WRONLY)
    try:
        with pytest.raises(StorageFailed, match="disk is full"), disk.described():
            await disk.write_stream(descriptor, chunks(b"x" * 100_000), bytes_max=1 << 20)
    finally:
        os.close(descriptor)


def outside(root: Path) -> Path:
    secret = root.parent / "secret"
    secret.write_bytes(b"secret")
    return secret


ESCAPES: list[Callable[[Path], None]] = [
    lambda root: (root / "bucket" / "key").symlink_to(outside(root)),
    lambda root: (root / "bucket" / "key").symlink_to("../../secret"),
    lambda root: (root / "bucket" / "folder").symlink_to(outside(root).parent),
    lambda root: (root / "linked").symlink_to(outside(root).parent),
]


@pytest.mark.parametrize("make", ESCAPES)
@pytest.mark.parametrize("uri", ["s3://bucket/key", "s3://bucket/folder/secret", "s3://linked/secret"])
async def test_symbolic_links_do_not_lead_out(tmp_path: Path, make: Callable[[Path], None], uri: str) -> None:
    root = tmp_path / "objects"
    (root / "bucket").mkdir(parents=True)
    outside(root)
    make(root)
    objects = Objects(Settings(data_dir=tmp_path))
    with pytest.raises((PermissionDenied, ObjectMissing)):
        await objects.head(uri)
    with pytest.raises((PermissionDenied, ObjectMissing)):
        await objects.fetch(uri, tmp_path / "fetched")


async def test_pipes_and_devices_are_not_objects(tmp_path: Path) -> None:
    (tmp_path / "objects" / "bucket").mkdir(parents=True)
    os.mkfifo(tmp_path / "objects" / "bucket" / "pipe")
    objects = Objects(Settings(data_dir=tmp_path))
    with pytest.raises(ObjectMissing):
        await objects.head("s3://bucket/pipe")


OWN_ADDRESSES = [
    ({"http": "127.0.0.1:8080"}, "http://127.0.0.1:8080/bucket/key"),
    ({"http": "127.0.0.1:8080"}, "http://localhost:8080/bucket/key"),
    ({"http": "127.0.0.1:8080"}, "http://bucket.localhost:8080/key"),
    ({"http": "0.0.0.0:9000"}, "http://localhost:9000/bucket/key"),
    ({"http": "govor.example.org:8080"}, "https://govor.example.org:8080/bucket/key"),
    ({"object_hosts": "files.example.org, other:81"}, "https://bucket.files.example.org/key"),
    ({"object_hosts": "files.example.org, other:81"}, "http://other:81/bucket/key?X-Amz-Signature=0"),
]


@pytest.mark.parametrize(("settings", "link"), OWN_ADDRESSES)
async def test_links_to_this_service_are_read_from_its_own_folders(
    tmp_path: Path, settings: dict[str, str], link: str
) -> None:
    given = {"data_dir": tmp_path, "disk_free_bytes_min": 0, **settings}
    objects = Objects(Settings.model_validate(given))
    await objects.put("bucket", "key", chunks(b"ours"), folder_id="b1gours")
    assert await objects.head(link, "b1gours") == b"ours"
    with pytest.raises(PermissionDenied):
        await objects.head(link, "b1gtheirs")


@pytest.mark.parametrize("hosts", ["http://host", "a b", "host:port", "user@host", ":80"])
def test_wrong_object_hosts_are_refused_at_the_start(tmp_path: Path, hosts: str) -> None:
    with pytest.raises(BadSetting):
        Objects(Settings(data_dir=tmp_path, object_hosts=hosts))
