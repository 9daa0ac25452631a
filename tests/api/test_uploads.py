"""PUT /objects/BUCKET/KEY, onto a real folder."""

import hashlib
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
import requests

from govor.roles import STT_USER
from tests.api.live import TIMEOUT_SECONDS, Live, live

BODY = bytes(range(256)) * 1_000


@pytest.fixture(scope="module")
def small_service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """Takes objects of 1,000 bytes."""
    with live(tmp_path_factory.mktemp("small"), object_bytes_max=1_000) as running:
        yield running


def put(service: Live, path: str, body: bytes | Iterator[bytes] = BODY, **headers: str) -> requests.Response:
    given = service.authorization | headers
    return requests.put(service.http + path, body, headers=given, timeout=TIMEOUT_SECONDS)


def test_upload_lies_where_links_are_read_from(service: Live) -> None:
    answer = put(service, "/objects/bucket/folder/call.ogg")
    assert answer.status_code == 200
    assert (service.data_dir / "objects/bucket/folder/call.ogg").read_bytes() == BODY


def test_answer_has_the_etag_of_s3_and_the_link_to_send(service: Live) -> None:
    answer = put(service, "/objects/bucket/call.ogg")
    assert answer.headers["etag"] == f'"{hashlib.md5(BODY, usedforsecurity=False).hexdigest()}"'
    assert answer.json() == {"uri": "https://storage.yandexcloud.net/bucket/call.ogg"}


@pytest.mark.parametrize("key", ["запись 1.ogg", "a+b.ogg", "100%.ogg", "вложенная/папка/я.ogg"])
def test_link_of_an_upload_leads_back_to_it(service: Live, key: str) -> None:
    uri = put(service, f"/objects/bucket/{quote(key)}").json()["uri"]
    assert uri == f"https://storage.yandexcloud.net/bucket/{quote(key)}"
    assert (service.data_dir / "objects/bucket" / key).read_bytes() == BODY
    service.submit(uri)


def test_second_upload_replaces_the_first(service: Live) -> None:
    put(service, "/objects/bucket/twice.ogg")
    put(service, "/objects/bucket/twice.ogg", b"second")
    assert (service.data_dir / "objects/bucket/twice.ogg").read_bytes() == b"second"


def test_upload_without_a_declared_length_is_taken(service: Live) -> None:
    assert put(service, "/objects/bucket/chunked.ogg", iter([BODY, BODY])).status_code == 200
    assert (service.data_dir / "objects/bucket/chunked.ogg").stat().st_size == 2 * len(BODY)


def test_upload_needs_a_key(service: Live) -> None:
    answer = put(service, "/objects/bucket/stranger.ogg", Authorization="Api-Key wrong")
    assert (answer.status_code, answer.json()["code"]) == (401, 16)
    assert not (service.data_dir / "objects/bucket/stranger.ogg").exists()


@pytest.mark.parametrize("declared", [True, False])
def test_upload_over_the_limit_is_refused_and_leaves_nothing(small_service: Live, declared: bool) -> None:
    body = b"x" * 1_001
    answer = put(small_service, "/objects/bucket/big.ogg", body if declared else iter([body]))
    assert (answer.status_code, answer.json()["code"]) == (413, 3)
    assert not [path for path in small_service.data_dir.rglob("*") if "big" in path.name]


@pytest.mark.parametrize(
    "path",
    [
        "/objects/bucket/%2e%2e/%2e%2e/keys.db",
        "/objects/%2e%2e/keys.db",
        "/objects/bucket/a%00b",
        "/objects/bucket/",
        "/objects/bad%20bucket/key",
    ],
)
def test_path_that_leaves_its_bucket_is_refused(service: Live, path: str) -> None:
    before = (service.data_dir / "keys.db").read_bytes()
    answer = put(service, path)
    assert answer.status_code in (400, 404), answer.text
    assert answer.json()["code"] in (3, 5)
    assert (service.data_dir / "keys.db").read_bytes() == before


def test_bucket_without_a_key_is_no_path(service: Live) -> None:
    assert put(service, "/objects/bucket").status_code == 404


def test_upload_in_one_folder_is_visible_as_a_file_only_when_whole(service: Live, tmp_path: Path) -> None:
    def broken() -> Iterator[bytes]:
        yield BODY
        raise OSError("the sender dies")

    with pytest.raises(OSError, match="the sender dies"):
        put(service, "/objects/bucket/torn.ogg", broken())
    assert service.get("/health/live").status_code == 200
    assert not (service.data_dir / "objects/bucket/torn.ogg").exists()


def test_key_without_the_role_may_not_upload(service: Live) -> None:
    secret, _ = service.identities.keys.create(name="recognises only", held=[STT_USER])
    answer = put(service, "/objects/bucket/no-role.ogg", Authorization=f"Api-Key {secret}")
    assert (answer.status_code, answer.json()["code"]) == (403, 7)
    assert answer.json()["message"].startswith("Permission to [resource-manager.folder ")
    assert not (service.data_dir / "objects/bucket/no-role.ogg").exists()
