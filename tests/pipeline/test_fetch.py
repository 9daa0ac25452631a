"""Fetch: once, early, and again when the storage had a fault."""

import asyncio
import ipaddress
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest

from govor.errors import ObjectMissing, StorageFailed
from govor.pipeline.fetch import fetch
from govor.pipeline.scratch import Scratch
from govor.settings import Settings
from govor.storage.addresses import IPAddress
from govor.storage.objects import Objects
from govor.storage.web import WebLinks
from tests.storage.web_server import FileServer, certificate

HOST = "media.example.org"
WAITS = (0.001, 0.001)


async def to_loopback(host: str, port: int) -> Sequence[IPAddress]:
    return [ipaddress.ip_address("127.0.0.1")]


@pytest.fixture
def server() -> FileServer:
    return FileServer()


@pytest.fixture
async def objects(server: FileServer, tmp_path: Path) -> AsyncIterator[Objects]:
    """Objects that read from the server."""
    inside, outside = certificate(HOST, tmp_path)
    async with await asyncio.start_server(server.answer, "127.0.0.1", 0, ssl=inside) as listening:
        server.port = listening.sockets[0].getsockname()[1]
        server.files["/key"] = b"content"
        settings = Settings(data_dir=tmp_path, disk_free_bytes_min=0, uri_allow=f"{HOST}:{server.port}")
        yield Objects(settings, WebLinks(resolve=to_loopback, allowed=lambda address: True, verify=outside))


def link(server: FileServer) -> str:
    return f"https://{HOST}:{server.port}/key"


@pytest.mark.parametrize("faults", [0, 1, 2])
async def test_a_fault_of_the_storage_is_tried_again(
    server: FileServer, objects: Objects, tmp_path: Path, faults: int
) -> None:
    server.faults = faults
    scratch = Scratch(tmp_path / "scratch", "id")
    assert await fetch(link(server), scratch, objects, waits_seconds=WAITS) == 7
    assert server.requests == faults + 1
    assert scratch.source.read_bytes() == b"content"


async def test_a_lasting_fault_is_reported(server: FileServer, objects: Objects, tmp_path: Path) -> None:
    server.faults = 99
    with pytest.raises(StorageFailed, match="failed"):
        await fetch(link(server), Scratch(tmp_path, "id"), objects, waits_seconds=WAITS)
    assert server.requests == len(WAITS) + 1


async def test_a_missing_object_is_not_asked_for_again(
    server: FileServer, objects: Objects, tmp_path: Path
) -> None:
    server.status = 404
    with pytest.raises(ObjectMissing):
        await fetch(link(server), Scratch(tmp_path, "id"), objects, waits_seconds=WAITS)
    assert server.requests == 1


@pytest.mark.parametrize("there", ["source", "parts"])
async def test_what_is_there_is_not_fetched_again(
    server: FileServer, objects: Objects, tmp_path: Path, there: str
) -> None:
    scratch = Scratch(tmp_path, "id")
    (scratch.folder / there).mkdir(parents=True)
    await fetch(link(server), scratch, objects, waits_seconds=WAITS)
    assert server.requests == 0


async def test_an_object_is_fetched_before_its_deletion(tmp_path: Path) -> None:
    objects = Objects(Settings(data_dir=tmp_path, disk_free_bytes_min=0))
    path = tmp_path / "objects" / "bucket" / "key"
    path.parent.mkdir(parents=True)
    path.write_bytes(b"content")
    scratch = Scratch(tmp_path / "scratch", "id")
    assert await fetch("s3://bucket/key", scratch, objects, waits_seconds=()) == 7
    path.unlink()
    assert await fetch("s3://bucket/key", scratch, objects, waits_seconds=()) == 7
