"""Recordings in buckets of an S3 server: played through the service, with the tenancy of the service."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.extensions.running import PCM, V1, Client, Running, running, sound
from tests.storage.s3_server import MotoServer, moto

SAMPLES = Path(__file__).parents[2] / "samples"
CREDENTIALS = """
[buckets.bobs]
access_key_id = "any"
secret_access_key = "key"
folders = ["b1gbob00000000000000"]
[buckets.public]
access_key_id = ""
secret_access_key = ""
"""
ACLS = {"public": "public-read"}


@pytest.fixture(scope="module")
def server() -> Iterator[MotoServer]:
    with moto() as started:
        for bucket in ("uploads", "calls", "bobs", "public"):
            started.client().create_bucket(Bucket=bucket)
        yield started


@pytest.fixture(scope="module")
def service(server: MotoServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """Whose buckets are all on that server; its folders share a key."""
    folder = tmp_path_factory.mktemp("remote")
    (folder / "s3.toml").write_text(CREDENTIALS)
    given: dict[str, Any] = {
        "s3_endpoint": server.endpoint,
        "s3_access_key_id": "any",
        "s3_secret_access_key": "key",
        "s3_region": "us-east-1",
        "s3_credentials": folder / "s3.toml",
        "upload_bucket": "uploads",
    }
    with running(folder / "data", **given) as made:
        yield made


def kept(server: MotoServer, bucket: str, key: str, content: bytes) -> str:
    """An object there; its link."""
    server.client().put_object(Bucket=bucket, Key=key, Body=content, ACL=ACLS.get(bucket, "private"))
    return f"s3://{bucket}/{key}"


def submitted(caller: Client, uri: str, **asked: Any) -> dict[str, Any]:
    """An operation that has ended, in whatever way."""
    answer = caller.post(f"{V1}/transcriptions", json={"uri": uri, **asked})
    assert answer.status_code == 200, answer.text
    return caller.ended(answer.json()["id"])


def audio_of(operation: dict[str, Any]) -> str:
    return f"{V1}/operations/{operation['id']}/audio"


def test_upload_in_a_bucket_is_played_and_goes_with_its_operation(
    service: Running, server: MotoServer
) -> None:
    content, alice = sound([1, 2]), service.alice
    operation = alice.done([1, 2])
    assert operation["audio"] is True
    whole = alice.get(audio_of(operation))
    assert (whole.status_code, whole.content) == (200, content)
    for asked, first, last in (
        ("bytes=0-99", 0, 100),
        ("bytes=100-", 100, 32_000),
        ("bytes=-5", 31_995, 32_000),
    ):
        part = alice.get(audio_of(operation), headers={"Range": asked})
        assert (part.status_code, part.content) == (206, content[first:last])
        assert part.headers["content-range"] == f"bytes {first}-{last - 1}/32000"
    assert alice.get(audio_of(operation), headers={"Range": "bytes=40000-"}).status_code == 416
    assert service.bob.get(audio_of(operation)).status_code == 404
    assert alice.delete(f"{V1}/operations/{operation['id']}").status_code == 204
    assert server.client().list_objects_v2(Bucket="uploads")["KeyCount"] == 0


def test_recording_of_a_shared_bucket_is_played(service: Running, server: MotoServer) -> None:
    content = (SAMPLES / "greeting.ogg").read_bytes()
    operation = submitted(service.alice, kept(server, "calls", "понедельник/1 2.ogg", content))
    answer = service.alice.get(audio_of(operation))
    assert (answer.content, answer.headers["content-type"]) == (content, "audio/ogg")


def test_nothing_but_sound_leaves_a_shared_bucket(service: Running, server: MotoServer) -> None:
    """Any bytes can be declared as samples without a header; that is no way to read other people's files."""
    uri = kept(server, "calls", "secret.key", b"\x01\x02secret\x03" * 4_000)
    operation = submitted(service.alice, uri, **PCM)
    answer = service.alice.get(audio_of(operation))
    assert answer.status_code == 404
    assert "secret\x03" not in answer.text


def test_bucket_that_is_read_with_the_callers_link_only_is_not_played(
    service: Running, server: MotoServer
) -> None:
    content = (SAMPLES / "greeting.ogg").read_bytes()
    operation = submitted(service.alice, kept(server, "public", "1.ogg", content))
    assert operation["audio"] is False
    assert service.alice.get(audio_of(operation)).status_code == 404


def test_bucket_of_one_folder_is_played_to_that_folder(service: Running, server: MotoServer) -> None:
    content = (SAMPLES / "greeting.ogg").read_bytes()
    uri = kept(server, "bobs", "1.ogg", content)
    operation = submitted(service.bob, uri)
    assert service.bob.get(audio_of(operation)).content == content
    refused = service.alice.post(f"{V1}/transcriptions", json={"uri": uri})
    assert refused.status_code == 403
    assert service.alice.get(audio_of(operation)).status_code == 404


def test_recording_that_is_gone_says_so(service: Running, server: MotoServer) -> None:
    content = (SAMPLES / "greeting.ogg").read_bytes()
    operation = submitted(service.alice, kept(server, "calls", "gone.ogg", content))
    server.client().delete_object(Bucket="calls", Key="gone.ogg")
    answer = service.alice.get(audio_of(operation))
    assert answer.status_code in (400, 404)
    assert "no such object" in answer.text
