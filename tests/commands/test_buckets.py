"""Recordings in buckets, and links: listed, read, and only with the rights that are there."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from govor.cli import main
from govor.client import Client
from govor.commands.buckets import in_bucket
from govor.commands.local_work import objects_for
from govor.errors import BadRequest, ObjectMissing
from govor.settings import Settings
from govor.storage.identities import Identities
from govor.storage.objects import Objects
from tests.commands.served import Served, recording, served

OWNER = "b1gowner000000000000"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A data directory whose bucket belongs to somebody."""
    made = Settings(data_dir=tmp_path, s3_endpoint="", disk_free_bytes_min=0)

    async def body() -> AsyncIterator[bytes]:
        yield b"sound"

    async def put() -> None:
        objects = Objects(made)
        for key in (
            "2026/b.ogg",
            "2026/a b.mp3",
            "2026/x/день.OPUS",
            "2026/notes.txt",
            "2025/c.ogg",
            "d.wav",
        ):
            await objects.put("calls", key, body(), folder_id=OWNER)

    asyncio.run(put())
    return made


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("s3://calls/2026/", ["2026/a b.mp3", "2026/b.ogg", "2026/x/день.OPUS"]),
        ("s3://calls/", ["2025/c.ogg", "2026/a b.mp3", "2026/b.ogg", "2026/x/день.OPUS", "d.wav"]),
        ("s3://calls", ["2025/c.ogg", "2026/a b.mp3", "2026/b.ogg", "2026/x/день.OPUS", "d.wav"]),
        ("s3://calls/1999/", []),
    ],
)
def test_a_prefix_names_what_is_named_like_audio_below_it(
    settings: Settings, name: str, expected: list[str]
) -> None:
    found = asyncio.run(in_bucket(name, settings, there=False))
    prefix = name.removeprefix("s3://calls").removeprefix("/")
    assert [prefix + str(source.place) for source in found] == expected
    assert all(source.size_bytes == len(b"sound") for source in found)


def test_what_was_listed_can_be_read(settings: Settings, tmp_path: Path) -> None:
    for source in asyncio.run(in_bucket("s3://calls/", settings, there=False)):
        asyncio.run(objects_for(source.uri, settings).fetch(source.uri, tmp_path / "copy"))
        assert (tmp_path / "copy").read_bytes() == b"sound"


def test_a_bucket_that_is_not_there_is_said(settings: Settings) -> None:
    with pytest.raises(ObjectMissing):
        asyncio.run(in_bucket("s3://nobodys/", settings, there=False))


def test_a_bucket_of_a_service_is_not_looked_for_on_this_machine(settings: Settings) -> None:
    with pytest.raises(click.UsageError, match="GOVOR_S3_ENDPOINT"):
        asyncio.run(in_bucket("s3://calls/", settings, there=True))


def test_a_link_that_is_named_here_may_be_read_and_no_other(settings: Settings) -> None:
    named = objects_for("https://media.example.org:8443/a.ogg", settings)
    named.check("https://media.example.org:8443/b.ogg")
    with pytest.raises(BadRequest):
        named.check("https://other.example.org/a.ogg")


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served(tmp_path_factory.mktemp("service")) as running:
        yield running


def test_a_folder_of_a_services_own_bucket_is_transcribed_there(service: Served, tmp_path: Path) -> None:
    """Listed through the service's S3 door with a static key of the same account."""
    identities = Identities.open(Settings(data_dir=service.data_dir))
    (account,) = identities.accounts.list()
    secret, static = identities.access_keys.create(service_account_id=account.id, description="tests")
    identities.close()
    environment = {
        "GOVOR_SERVER": service.url,
        "GOVOR_API_KEY": service.key,
        "GOVOR_S3_ENDPOINT": service.url,
        "GOVOR_S3_ACCESS_KEY_ID": static.key_id,
        "GOVOR_S3_SECRET_ACCESS_KEY": secret,
    }
    with Client(service.url, service.key) as client:
        for number, key in enumerate(("2026/a.wav", "2026/b/a.wav", "2025/c.wav"), 5):
            content = recording(tmp_path / "one.wav", [number * 1000]).read_bytes()
            client.session.send("PUT", f"/objects/calls/{key}", content=content)
    command = ["transcribe", "s3://calls/2026/", "--output", str(tmp_path / "out")]
    done = CliRunner().invoke(main, command, env=environment)
    assert done.exit_code == 0, done.output
    made = {
        str(path.relative_to(tmp_path / "out")): path.read_text() for path in tmp_path.glob("out/**/*.txt")
    }
    assert made == {"a.txt": "5000\n", "b/a.txt": "6000\n"}
