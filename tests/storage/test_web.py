"""https links, against a real TLS server of our own; and the addresses that are never connected to."""

import asyncio
import ipaddress
import ssl
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest

from govor.errors import BadRequest, GovorError, ObjectMissing, PermissionDenied, StorageFailed, TooLarge
from govor.settings import Settings
from govor.storage.addresses import IPAddress, is_public
from govor.storage.objects import Objects
from govor.storage.web import WebLinks
from tests.storage.web_server import FileServer, certificate

HOST = "media.example.org"
LOOPBACK = ipaddress.ip_address("127.0.0.1")


async def to_loopback(host: str, port: int) -> Sequence[IPAddress]:
    return [LOOPBACK]


@pytest.fixture(scope="module")
def tls(tmp_path_factory: pytest.TempPathFactory) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    return certificate(HOST, tmp_path_factory.mktemp("tls"))


@pytest.fixture
async def server(tls: tuple[ssl.SSLContext, ssl.SSLContext]) -> AsyncIterator[FileServer]:
    made = FileServer()
    async with await asyncio.start_server(made.answer, "127.0.0.1", 0, ssl=tls[0]) as listening:
        made.port = listening.sockets[0].getsockname()[1]
        yield made


def objects_for(
    server: FileServer, verify: ssl.SSLContext | bool, data_dir: Path, **settings: int
) -> Objects:
    web = WebLinks(resolve=to_loopback, allowed=lambda address: address == LOOPBACK, verify=verify)
    allow = f"{HOST}:{server.port}"
    return Objects(Settings(data_dir=data_dir, uri_allow=allow, **settings), web)  # type: ignore[arg-type]


async def test_an_allowed_host_is_read_by_its_name(
    server: FileServer, tls: tuple[ssl.SSLContext, ssl.SSLContext], tmp_path: Path
) -> None:
    content = bytes(range(256)) * 1000
    server.files["/a%20b.ogg?sign=1"] = content
    objects = objects_for(server, tls[1], tmp_path)
    uri = f"https://{HOST}:{server.port}/a%20b.ogg?sign=1"
    assert await objects.head(uri) == content[: 64 << 10]
    assert (await objects.head(uri)).size == len(content)
    assert await objects.fetch(uri, tmp_path / "fetched") == len(content)
    assert (tmp_path / "fetched").read_bytes() == content
    assert server.hosts == {f"{HOST}:{server.port}"}


async def test_a_server_that_ignores_the_range_is_cut_off(
    server: FileServer, tls: tuple[ssl.SSLContext, ssl.SSLContext], tmp_path: Path
) -> None:
    server.files["/whole"] = b"x" * 300_000
    server.ranges = False
    head = await objects_for(server, tls[1], tmp_path).head(f"https://{HOST}:{server.port}/whole")
    assert head == b"x" * (64 << 10)


async def test_an_empty_file_has_an_empty_head(
    server: FileServer, tls: tuple[ssl.SSLContext, ssl.SSLContext], tmp_path: Path
) -> None:
    server.files["/empty"] = b""
    assert await objects_for(server, tls[1], tmp_path).head(f"https://{HOST}:{server.port}/empty") == b""


ANSWERS: list[tuple[int, type[GovorError]]] = [
    (301, BadRequest),
    (302, BadRequest),
    (307, BadRequest),
    (400, BadRequest),
    (401, PermissionDenied),
    (403, PermissionDenied),
    (404, ObjectMissing),
    (410, ObjectMissing),
    (429, StorageFailed),
    (500, StorageFailed),
    (503, StorageFailed),
]


@pytest.mark.parametrize(("status", "error"), ANSWERS)
async def test_other_answers_become_our_errors(
    server: FileServer,
    tls: tuple[ssl.SSLContext, ssl.SSLContext],
    tmp_path: Path,
    status: int,
    error: type[GovorError],
) -> None:
    server.status = status
    objects = objects_for(server, tls[1], tmp_path)
    for attempt in (objects.head, lambda uri: objects.fetch(uri, tmp_path / "fetched")):
        with pytest.raises(error):
            await attempt(f"https://{HOST}:{server.port}/key")
    assert server.requests == 2  # a redirect was not followed
    assert not (tmp_path / "fetched").exists()


@pytest.mark.parametrize("declared", [True, False])
async def test_a_file_above_the_limit_is_not_kept(
    server: FileServer, tls: tuple[ssl.SSLContext, ssl.SSLContext], tmp_path: Path, declared: bool
) -> None:
    server.files["/large"] = b"x" * 100_001
    server.lengths = declared
    objects = objects_for(server, tls[1], tmp_path, object_bytes_max=100_000)
    with pytest.raises(TooLarge):
        await objects.fetch(f"https://{HOST}:{server.port}/large", tmp_path / "fetched")
    assert not list(tmp_path.glob("fetched*"))


async def test_a_certificate_for_another_name_is_not_trusted(server: FileServer, tmp_path: Path) -> None:
    objects = objects_for(server, ssl.create_default_context(), tmp_path)
    with pytest.raises(StorageFailed):
        await objects.head(f"https://{HOST}:{server.port}/key")
    assert server.requests == 0


async def test_a_name_that_leads_to_a_private_address_is_refused(tmp_path: Path) -> None:
    objects = Objects(Settings(data_dir=tmp_path, uri_allow=HOST), WebLinks(resolve=to_loopback))
    with pytest.raises(BadRequest, match="not read"):
        await objects.head(f"https://{HOST}/key")


async def test_one_private_address_among_public_ones_is_enough(tmp_path: Path) -> None:
    async def both(host: str, port: int) -> Sequence[IPAddress]:
        return [ipaddress.ip_address("8.8.8.8"), ipaddress.ip_address("10.0.0.1")]

    objects = Objects(Settings(data_dir=tmp_path, uri_allow=HOST), WebLinks(resolve=both))
    with pytest.raises(BadRequest):
        await objects.head(f"https://{HOST}/key")


async def test_a_name_that_changes_its_answer_is_connected_to_where_it_was_checked(
    server: FileServer, tls: tuple[ssl.SSLContext, ssl.SSLContext], tmp_path: Path
) -> None:
    answers, checked = iter([LOOPBACK, ipaddress.ip_address("127.0.0.2")]), []

    async def rebinding(host: str, port: int) -> Sequence[IPAddress]:
        return [next(answers)]

    def allowed(address: IPAddress) -> bool:
        checked.append(address)
        return address == LOOPBACK

    server.files["/key"] = b"content"
    web = WebLinks(resolve=rebinding, allowed=allowed, verify=tls[1])
    objects = Objects(Settings(data_dir=tmp_path, uri_allow=f"{HOST}:{server.port}"), web)
    assert await objects.head(f"https://{HOST}:{server.port}/key") == b"content"
    assert checked == [LOOPBACK]
    with pytest.raises(BadRequest, match="not read"):  # the next time it is asked and checked anew
        await objects.head(f"https://{HOST}:{server.port}/key")
    assert server.requests == 1


async def test_an_address_in_the_allow_list_does_not_open_the_inner_network(tmp_path: Path) -> None:
    objects = Objects(Settings(data_dir=tmp_path, uri_allow="169.254.169.254"))
    with pytest.raises(BadRequest):
        await objects.head("https://169.254.169.254/latest/meta-data")


ADDRESSES = [
    ("8.8.8.8", True),
    ("2a02:6b8::1", True),
    ("127.0.0.1", False),
    ("10.1.2.3", False),
    ("172.16.0.1", False),
    ("192.168.1.1", False),
    ("169.254.169.254", False),
    ("100.64.0.1", False),
    ("0.0.0.0", False),
    ("224.0.0.1", False),
    ("255.255.255.255", False),
    ("::1", False),
    ("::", False),
    ("fe80::1", False),
    ("fd00::1", False),
    ("ff02::1", False),
    ("::ffff:127.0.0.1", False),
    ("::ffff:169.254.169.254", False),
    ("::ffff:8.8.8.8", True),
    ("64:ff9b::7f00:1", False),
    ("64:ff9b:1::7f00:1", False),
    ("2002:7f00:1::1", False),
    ("2001:0:7f00:1::1", False),
    ("::127.0.0.1", False),
    ("::ffff:0:127.0.0.1", False),
    ("fec0::1", False),
    ("5f00::1", False),
    ("3fff::1", False),
    ("192.88.99.1", False),
    ("198.18.0.1", False),
]


@pytest.mark.parametrize(("address", "public"), ADDRESSES)
def test_only_public_addresses_are_connected_to(address: str, public: bool) -> None:
    assert is_public(ipaddress.ip_address(address)) is public
