"""S3 servers: moto's in its own process, ours as a server that checks every signature, and broken ones."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest

from govor.errors import (
    BadRequest,
    BadSetting,
    GovorError,
    ObjectMissing,
    PermissionDenied,
    StorageFailed,
    TooLarge,
)
from govor.pipeline.fetch import fetch
from govor.pipeline.scratch import Scratch
from govor.settings import Settings
from govor.storage.database import Database
from govor.storage.objects import HEAD_BYTES, Objects, uri_of
from govor.storage.s3 import endpoint, signed_link
from govor.storage.s3_servers import Server, of_settings
from govor.storage.uploads import Uploads
from govor.storage.uris import ObjectUri, parse
from tests.api.live import Live, live
from tests.api.s3_clients import access_key, client
from tests.servers.http_server import Handler, serving
from tests.storage.s3_server import MotoServer, moto
from tests.tiny.service import ALICE

CONTENT = bytes(range(256)) * 1_000
NAMES = ["a.ogg", "folder/two words.ogg", "звонки/2024+1/№ 5.ogg", "100%.ogg", "100%25.ogg", "a?b#c[1]*.ogg"]


async def chunks(*parts: bytes) -> AsyncIterator[bytes]:
    for part in parts:
        yield part


def objects_at(endpoint: str, data_dir: Path, **more: Any) -> Objects:
    """What reads from this server."""
    given = {"data_dir": data_dir, "s3_endpoint": endpoint, "disk_free_bytes_min": 0, **more}
    return Objects(Settings(**given))


@pytest.fixture(scope="module")
def server() -> Iterator[MotoServer]:
    with moto() as running:
        running.client().create_bucket(Bucket="bucket")
        yield running


@pytest.fixture
def remote(server: MotoServer, tmp_path: Path) -> Objects:
    return objects_at(
        server.endpoint, tmp_path, s3_access_key_id="any", s3_secret_access_key="key", s3_region="us-east-1"
    )


async def test_uploads_of_the_extensions_api_go_to_the_bucket_that_is_named(
    server: MotoServer, tmp_path: Path
) -> None:
    keys = {"s3_access_key_id": "any", "s3_secret_access_key": "key", "s3_region": "us-east-1"}
    remote = objects_at(server.endpoint, tmp_path, **keys, upload_bucket="bucket")
    uploads = Uploads(remote, Database(f"sqlite:///{tmp_path / 'uploads.db'}"))
    begun = await uploads.begin(ALICE, "звонок.ogg", len(CONTENT), 0)
    assert await uploads.append(begun, 0, chunks(CONTENT[:1000])) == 1000
    assert await uploads.append(begun, 1000, chunks(CONTENT[1000:])) == len(CONTENT)
    whole = await uploads.whole(ALICE, "b.ogg", chunks(CONTENT), 0)
    for upload in (begun, whole):
        assert await remote.fetch(upload.uri, tmp_path / "got") == len(CONTENT)
        assert (tmp_path / "got").read_bytes() == CONTENT
        await uploads.delete(ALICE, upload.id)
        with pytest.raises(ObjectMissing):
            await remote.head(upload.uri)
    nameless = Uploads(objects_at(server.endpoint, tmp_path, **keys), uploads._database)
    with pytest.raises(BadRequest, match="takes no uploads"):
        await nameless.begin(ALICE, "c.ogg", 1, 0)
    with pytest.raises(BadRequest, match="takes no uploads"):
        await nameless.whole(ALICE, "c.ogg", chunks(b"x"), 0)


@pytest.mark.parametrize("key", NAMES)
async def test_upload_comes_back_by_its_link(remote: Objects, tmp_path: Path, key: str) -> None:
    receipt = await remote.put("bucket", key, chunks(CONTENT[:100], CONTENT[100:]))
    assert receipt.size == len(CONTENT)
    for uri in (uri_of("bucket", key), uri_of("bucket", key) + "?X-Amz-Signature=0"):
        assert await remote.head(uri) == CONTENT[:HEAD_BYTES]
        assert (await remote.head(uri)).size == len(CONTENT)
        assert await remote.fetch(uri, tmp_path / "fetched") == len(CONTENT)
        assert (tmp_path / "fetched").read_bytes() == CONTENT


async def test_links_to_the_server_itself_are_read(remote: Objects, server: MotoServer) -> None:
    server.client().put_object(Bucket="bucket", Key="папка/a+b c", Body=b"content")
    this = {"Bucket": "bucket", "Key": "папка/a+b c"}
    signed = server.client().generate_presigned_url("get_object", Params=this)
    for uri in (signed, signed.partition("?")[0], "s3://bucket/папка/a+b c"):
        assert await remote.head(uri) == b"content"


async def test_head_is_a_range_and_an_empty_object_has_none(remote: Objects) -> None:
    await remote.put("bucket", "short", chunks(b"short"))
    await remote.put("bucket", "empty", chunks())
    assert await remote.head("s3://bucket/short") == b"short"
    assert await remote.head("s3://bucket/empty") == b""


@pytest.mark.parametrize("uri", ["s3://bucket/nothing", "s3://no-such-bucket/key"])
async def test_what_is_not_there_is_missing(remote: Objects, tmp_path: Path, uri: str) -> None:
    for attempt in (remote.head(uri), remote.fetch(uri, tmp_path / "fetched")):
        with pytest.raises(ObjectMissing):
            await attempt
    assert not (tmp_path / "fetched").exists()


async def test_object_above_the_limit_is_not_fetched(server: MotoServer, tmp_path: Path) -> None:
    server.client().put_object(Bucket="bucket", Key="large", Body=b"x" * 1_000)
    key = {"s3_access_key_id": "any", "s3_secret_access_key": "key"}
    small = objects_at(server.endpoint, tmp_path, object_bytes_max=999, **key)
    with pytest.raises(TooLarge):
        await small.fetch("s3://bucket/large", tmp_path / "fetched")
    with pytest.raises(TooLarge):
        await small.put("bucket", "larger", chunks(b"x" * 1_000))
    assert not (tmp_path / "fetched").exists()


async def test_bucket_behind_checked_signatures_is_read_with_its_key_only(tmp_path: Path) -> None:
    with moto() as server:
        server.client().create_bucket(Bucket="bucket")
        server.client().put_object(Bucket="bucket", Key="key", Body=CONTENT)
        key_id, secret = server.lock()
        given = {"s3_access_key_id": key_id, "s3_region": "us-east-1"}
        right = objects_at(server.endpoint, tmp_path, s3_secret_access_key=secret, **given)
        wrong = objects_at(server.endpoint, tmp_path, s3_secret_access_key="wrong", **given)
        assert await right.head("s3://bucket/key") == CONTENT[:HEAD_BYTES]
        assert await right.fetch("s3://bucket/key", tmp_path / "fetched") == len(CONTENT)
        with pytest.raises(PermissionDenied):
            await wrong.head("s3://bucket/key")
        with pytest.raises(PermissionDenied):
            await wrong.fetch("s3://bucket/key", tmp_path / "fetched")
        server.kill()
        with pytest.raises(StorageFailed):
            await right.head("s3://bucket/key")


@pytest.fixture(scope="module")
def private(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """Our own service as the S3 server: it checks every signature and whose a bucket is."""
    with live(tmp_path_factory.mktemp("private")) as running:
        yield running


ALICES, BOBS = "b1galice", "b1gbob"


@pytest.fixture(scope="module")
def keys(private: Live) -> dict[str, tuple[str, str]]:
    """A key for each of two folders of that server, and a bucket of each."""
    made = {folder_id: access_key(private, folder_id) for folder_id in (ALICES, BOBS)}
    for folder_id, bucket in ((ALICES, "alices"), (BOBS, "bobs")):
        client(private.http, made[folder_id]).put_object(Bucket=bucket, Key="a+b я", Body=bucket.encode())
    return made


def credentials(folder: Path, **tables: tuple[str, str]) -> Path:
    """A credentials file; `buckets__alices=KEY` becomes [buckets.alices]."""
    path = folder / "s3.toml"
    lines = [
        f'[{name.replace("__", ".")}]\naccess_key_id = "{key_id}"\nsecret_access_key = "{secret}"\n'
        for name, (key_id, secret) in tables.items()
    ]
    path.write_text("".join(lines))
    return path


async def test_each_bucket_is_read_with_its_own_key(private: Live, keys: Any, tmp_path: Path) -> None:
    file = credentials(tmp_path, buckets__alices=keys[ALICES], buckets__bobs=keys[BOBS])
    remote = objects_at(private.http, tmp_path, s3_credentials=file)
    assert await remote.head("s3://alices/a+b я") == b"alices"
    assert await remote.head("https://storage.yandexcloud.net/bobs/a+b%20%D1%8F") == b"bobs"
    with pytest.raises((PermissionDenied, ObjectMissing)):  # unsigned
        await remote.head("s3://other/key")


async def test_each_folder_reads_with_its_own_key(private: Live, keys: Any, tmp_path: Path) -> None:
    file = credentials(tmp_path, folders__sales=keys[ALICES], folders__support=keys[BOBS])
    remote = objects_at(private.http, tmp_path, s3_credentials=file)
    assert await remote.head("s3://alices/a+b я", "sales") == b"alices"
    assert await remote.head("s3://bobs/a+b я", "support") == b"bobs"
    for uri, folder_id in (
        ("s3://bobs/a+b я", "sales"),
        ("s3://alices/a+b я", ""),
        ("s3://bobs/x", "others"),
    ):
        with pytest.raises((PermissionDenied, ObjectMissing)):  # without a key: unsigned
            await remote.head(uri, folder_id)
    await remote.put("alices", "новый", chunks(b"up"), folder_id="sales")
    assert await remote.head("s3://alices/новый", "sales") == b"up"


async def test_bucket_may_be_kept_for_some_folders(private: Live, keys: Any, tmp_path: Path) -> None:
    file = credentials(tmp_path, buckets__alices=keys[ALICES])
    file.write_text(file.read_text() + 'folders = ["sales"]\n')
    remote = objects_at(private.http, tmp_path, s3_credentials=file)
    assert await remote.head("s3://alices/a+b я", "sales") == b"alices"
    with pytest.raises(PermissionDenied, match=r"^Permission to \[storage.bucket alices\] denied$"):
        await remote.head("s3://alices/a+b я", "support")
    everybody = objects_at(private.http, tmp_path, s3_credentials=file, auth="none")
    assert await everybody.head("s3://alices/a+b я", "support") == b"alices"


async def test_signed_link_lets_in_where_we_have_no_key(private: Live, keys: Any, tmp_path: Path) -> None:
    this = {"Bucket": "alices", "Key": "a+b я"}
    signing = client(private.http, keys[ALICES])
    link = signing.generate_presigned_url("get_object", Params=this)
    expired = link.replace("X-Amz-Expires=3600", "X-Amz-Expires=3601")  # not what was signed any more
    remote = objects_at(private.http, tmp_path)
    assert await remote.head(link) == b"alices"
    assert await remote.fetch(link, tmp_path / "fetched") == len("alices")
    with pytest.raises(PermissionDenied):
        await remote.head(expired)
    for unsigned in (link.partition("?")[0], "s3://alices/a+b я"):
        with pytest.raises((PermissionDenied, ObjectMissing)):
            await remote.head(unsigned)
    # A signature is for one host: of SpeechKit's host it says nothing here.
    elsewhere = link.replace(private.http, "https://storage.yandexcloud.net")
    with pytest.raises((PermissionDenied, ObjectMissing)):
        await remote.head(elsewhere)


async def test_key_of_ours_comes_before_the_links_signature(private: Live, keys: Any, tmp_path: Path) -> None:
    link = client(private.http, keys[ALICES]).generate_presigned_url(
        "get_object", Params={"Bucket": "alices", "Key": "a+b я"}
    )
    file = credentials(tmp_path, buckets__alices=keys[ALICES])
    remote = objects_at(private.http, tmp_path, s3_credentials=file)
    assert await remote.head(link.replace("Signature=", "Signature=0")) == b"alices"
    file = credentials(tmp_path, buckets__alices=keys[BOBS])
    with pytest.raises(PermissionDenied):
        await objects_at(private.http, tmp_path, s3_credentials=file).head(link)


async def test_fetch_rides_out_a_restart_of_the_server(keys: Any, tmp_path: Path) -> None:
    with live(tmp_path / "server") as first:
        key_id, secret = key = access_key(first)
        client(first.http, key).put_object(Bucket="bucket", Key="key", Body=CONTENT)
    address = first.http.removeprefix("http://")
    remote = objects_at(first.http, tmp_path / "reader", s3_access_key_id=key_id, s3_secret_access_key=secret)
    with pytest.raises(StorageFailed):
        await remote.head("s3://bucket/key")
    scratch = Scratch(tmp_path / "reader", "operation")
    fetching = asyncio.create_task(fetch("s3://bucket/key", scratch, remote, waits_seconds=[0.1] * 100))
    with contextlib.ExitStack() as stack:
        await asyncio.to_thread(stack.enter_context, live(tmp_path / "server", http=address))
        assert await fetching == len(CONTENT)
    assert scratch.source.read_bytes() == CONTENT


class Broken(Handler):
    """Answers every request with the status in its bucket's name."""

    def do_GET(self) -> None:
        status = int(self.path.split("/")[1].removeprefix("status-"))
        self.answer(status)

    do_HEAD = do_PUT = do_GET  # noqa: N815 (the names of the base class)


@pytest.fixture(scope="module")
def broken() -> Iterator[str]:
    with serving(Broken) as url:
        yield url


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (401, PermissionDenied),
        (403, PermissionDenied),
        (404, ObjectMissing),
        (429, StorageFailed),
        (500, StorageFailed),
        (503, StorageFailed),
    ],
)
@pytest.mark.parametrize("link", ["s3://status-{}/key", "{server}/status-{}/key?X-Amz-Signature=0"])
async def test_status_of_the_server_says_whose_fault_it_is(
    broken: str, tmp_path: Path, status: int, error: type[GovorError], link: str
) -> None:
    uri = link.replace("{server}", broken).format(status)
    remote = objects_at(broken, tmp_path)
    for attempt in (remote.head(uri), remote.fetch(uri, tmp_path / "fetched")):
        with pytest.raises(error) as raised:
            await attempt
        assert "X-Amz" not in raised.value.message + raised.value.detail
    assert not (tmp_path / "fetched").exists()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[buckets.a]\nsecret = 'hush'\n", "unknown name secret"),
        ("[bucket.a]\n", "unknown table bucket"),
        ("[buckets.a]\naccess_key_id = 'hush'\n", "come together"),
        ("[buckets.a]\nregion = 7\n", "are texts"),
        ("[buckets.a]\nfolders = 'hush'\n", "a list of texts"),
        ("[buckets.a]\nendpoint = 'ftp://hush'\n", "not the address"),
        ("buckets = 'hush'\n", "buckets is not a table"),
        ("[buckets]\na = 'hush'\n", "a is not a table"),
        ("access_key_id = hush\n", "cannot be read"),
    ],
)
def test_wrong_credentials_file_is_named_without_its_secrets(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "s3.toml").write_text(text)
    with pytest.raises(BadSetting, match=said) as raised:
        objects_at("https://s3.example.org", tmp_path, s3_credentials=tmp_path / "s3.toml")
    if "endpoint" not in text:
        assert "hush" not in raised.value.message + raised.value.detail


def test_key_of_the_settings_is_not_shown_to_another_server(tmp_path: Path) -> None:
    (tmp_path / "s3.toml").write_text("[buckets.public]\nendpoint = 'https://elsewhere.example.org'\n")
    settings = Settings(
        s3_endpoint="https://s3.example.org",
        s3_access_key_id="key",
        s3_secret_access_key="secret",
        s3_credentials=tmp_path / "s3.toml",
    )
    servers = of_settings(settings)
    assert servers.of("private", "").access_key_id == "key"
    assert servers.of("public", "").access_key_id == servers.of("public", "").secret_access_key == ""
    assert "secret" not in repr(servers.of("private", ""))


@pytest.mark.parametrize(
    ("virtual_hosted", "expected"),
    [(False, "https://s3.example.org:9000"), (True, "https://bucket.s3.example.org:9000")],
)
def test_bucket_is_asked_for_where_the_server_wants_it(virtual_hosted: bool, expected: str) -> None:
    server = Server(endpoint="https://s3.example.org:9000", region="any", virtual_hosted=virtual_hosted)
    assert endpoint(server, "bucket") == expected
    for link in ("https://s3.example.org:9000/bucket/key", "https://bucket.s3.example.org:9000/key"):
        where = parse(f"{link}?X-Amz-Signature=0", origins=[server.origin])
        assert isinstance(where, ObjectUri)
        assert signed_link(server, where) == where.link
