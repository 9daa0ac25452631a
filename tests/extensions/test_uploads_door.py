"""Uploads: whole, as a form, in pieces; hostile names; limits."""

import base64
import socket
import time
from pathlib import Path

import httpx
import psutil
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from govor.errors import BadRequest
from govor.storage.uploads import NAME_BYTES_MAX, safe_name
from govor.storage.uris import checked_key
from tests.extensions.running import PCM, V1, Client, Running, sound

TUS = {"Tus-Resumable": "1.0.0"}
BYTES = {**TUS, "Content-Type": "application/offset+octet-stream"}
UPLOADS = f"{V1}/uploads"
MIB = 1 << 20


def test_a_form_and_a_body_store_the_same(alice: Client) -> None:
    content = sound([1, 2])
    by_form = alice.post(UPLOADS, files={"file": ("запись.pcm", content)}, data={"comment": "x" * 1000})
    by_body = alice.post(UPLOADS, params={"name": "запись.pcm"}, content=content)
    for answer in (by_form, by_body):
        upload = answer.json()
        assert answer.headers["location"] == f"{UPLOADS}/{upload['id']}"
        assert (upload["name"], upload["bytes"], upload["complete"]) == ("запись.pcm", len(content), True)
        body = {"uri": upload["uri"], **PCM}
        operation = alice.post(f"{V1}/transcriptions", json=body).json()
        assert alice.ended(operation["id"])["state"] == "done"
        assert alice.get(f"{V1}/operations/{operation['id']}/audio").content == content


@pytest.mark.parametrize(
    "body",
    [
        b'--b\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\nhalf a recor',
        b'--b\r\nContent-Disposition: form-data; name="other"\r\n\r\ntext\r\n--b--\r\n',
        b"no form at all",
        b"",
    ],
)
def test_a_broken_form_is_refused_and_stores_nothing(service: Running, body: bytes) -> None:
    before = stored(service)
    headers = {"Content-Type": "multipart/form-data; boundary=b"}
    answer = service.alice.post(UPLOADS, content=body, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (400, 3)
    assert stored(service) == before
    headless = service.alice.post(UPLOADS, content=body, headers={"Content-Type": "multipart/form-data"})
    assert headless.status_code == 400


def stored(service: Running) -> set[Path]:
    """Every file of the store."""
    root = service.data_dir / "objects"
    return {path for path in root.rglob("*") if path.is_file()}


def test_an_upload_in_pieces_is_gone_on_with_where_it_stands(alice: Client) -> None:
    content = sound([1, 2, 3])
    begun = begin(alice, len(content), "встреча.pcm")
    place = begun.headers["location"]
    assert begun.json()["complete"] is False
    assert send(alice, place, 0, content[:10_000]).headers["upload-offset"] == "10000"
    assert alice.head(place, headers=TUS).headers["upload-offset"] == "10000"
    again = send(alice, place, 0, content[:10_000])
    assert (again.status_code, again.json()["code"]) == (409, 10)
    early = alice.post(f"{V1}/transcriptions", json={"uploadId": begun.json()["id"], **PCM})
    assert early.status_code == 400
    assert send(alice, place, 10_000, content[10_000:]).headers["upload-offset"] == str(len(content))
    upload = alice.get(place).json()
    assert (upload["complete"], upload["name"]) == (True, "встреча.pcm")
    operation = alice.post(f"{V1}/transcriptions", json={"uploadId": upload["id"], **PCM}).json()
    assert alice.ended(operation["id"])["audioSeconds"] == 3
    assert alice.get(f"{V1}/operations/{operation['id']}/audio").content == content


def begin(caller: Client, size: int, name: str = "a.pcm") -> httpx.Response:
    """tus creation."""
    metadata = f"filename {base64.b64encode(name.encode()).decode()},filetype YXVkaW8="
    headers = {**TUS, "Upload-Length": str(size), "Upload-Metadata": metadata}
    answer = caller.post(UPLOADS, headers=headers)
    assert answer.status_code == 201, answer.text
    return answer


def send(caller: Client, place: str, offset: int, content: bytes) -> httpx.Response:
    """tus PATCH."""
    return caller.patch(place, headers={**BYTES, "Upload-Offset": str(offset)}, content=content)


def test_the_first_bytes_may_come_with_the_creation(alice: Client) -> None:
    headers = {**BYTES, "Upload-Length": "4"}
    answer = alice.post(UPLOADS, headers=headers, content=b"abcd")
    assert (answer.headers["upload-offset"], answer.json()["complete"]) == ("4", True)


def test_what_came_before_a_broken_connection_stays(service: Running) -> None:
    place = begin(service.alice, 100).headers["location"]
    address = httpx.URL(service.base)
    head = (
        f"PATCH {place} HTTP/1.1\r\nHost: x\r\nAuthorization: Api-Key {service.keys[0]}\r\n"
        "Tus-Resumable: 1.0.0\r\nUpload-Offset: 0\r\nContent-Length: 100\r\n"
        "Content-Type: application/offset+octet-stream\r\n\r\n"
    )
    for _ in range(20):  # the server may see the end before it has read what came before
        with socket.create_connection((address.host, address.port or 80)) as connection:
            connection.sendall(head.encode() + b"x" * 40)
            time.sleep(0.2)
        for _ in range(200):
            if (here := service.alice.head(place, headers=TUS).headers["upload-offset"]) != "0":
                break
        if here != "0":
            break
    assert here == "40"
    for _ in range(200):  # 409 while the broken request is being cleared away
        if (status := send(service.alice, place, 40, b"y" * 60).status_code) != 409:
            break
    assert status == 204


def test_tus_options_and_versions(alice: Client) -> None:
    told = alice.options(UPLOADS)
    assert (told.status_code, told.headers["tus-version"]) == (204, "1.0.0")
    assert set(told.headers["tus-extension"].split(",")) == {
        "creation",
        "creation-with-upload",
        "termination",
    }
    assert int(told.headers["tus-max-size"]) == 1 << 30
    place = begin(alice, 4).headers["location"]
    assert alice.post(UPLOADS, headers={"Tus-Resumable": "0.2.2", "Upload-Length": "1"}).status_code == 412
    assert alice.patch(place, headers={"Upload-Offset": "0"}, content=b"x").status_code == 412
    assert alice.patch(place, headers={**TUS, "Upload-Offset": "0"}, content=b"x").status_code == 415
    assert alice.post(UPLOADS, headers={**TUS, "Upload-Length": "many"}).status_code == 400
    assert alice.post(UPLOADS, headers={**TUS, "Upload-Length": str(1 << 31)}).status_code == 413
    assert send(alice, place, 0, b"12345").status_code == 413
    assert alice.delete(place, headers=TUS).status_code == 204
    assert alice.head(place, headers=TUS).status_code == 404


def test_uploads_of_another_folder_do_not_exist(alice: Client, bob: Client) -> None:
    place = begin(alice, 4).headers["location"]
    assert bob.get(place).status_code == 404
    assert bob.head(place, headers=TUS).status_code == 404
    assert send(bob, place, 0, b"abcd").status_code == 404
    assert bob.delete(place).status_code == 404
    assert alice.get(place).json()["bytesReceived"] == 0


def test_nobody_else_can_make_a_folders_upload_bucket(bob: Client) -> None:
    answer = bob.put("/objects/govor-upload-b1gcarol0000000000/x", content=b"x")
    assert (answer.status_code, answer.json()["code"]) == (403, 7)


def test_a_large_upload_takes_little_memory(service: Running) -> None:
    process, size = psutil.Process(), 192 * MIB
    piece = b"x" * MIB
    service.alice.post(UPLOADS, content=iter([piece] * 8))
    before = process.memory_info().rss
    answer = service.alice.post(UPLOADS, params={"name": "long.pcm"}, content=iter([piece] * (size // MIB)))
    assert answer.json()["bytes"] == size
    assert process.memory_info().rss - before < 64 * MIB
    service.alice.delete(answer.headers["location"])


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\temp\\a.ogg", "a.ogg"),
        ("a\x00b\r\nSet-Cookie: x.ogg", "abSet-Cookie: x.ogg"),
        ("\u202egpj.ogg", "gpj.ogg"),
        ("", "recording"),
        ("...", "recording"),
        ("<script>alert(1)</script>.ogg", "script>.ogg"),
        ("очень " * 100 + ".ogg", None),
    ],
)
def test_hostile_names_are_harmless(alice: Client, name: str, kept: str | None) -> None:
    answer = alice.post(UPLOADS, params={"name": name}, content=sound([1]))
    upload = answer.json()
    assert kept is None or upload["name"] == kept
    assert len(upload["name"].encode()) <= NAME_BYTES_MAX
    operation = alice.post(f"{V1}/transcriptions", json={"uri": upload["uri"], **PCM}).json()
    assert operation["name"] == upload["name"]
    audio = alice.get(f"{V1}/operations/{operation['id']}/audio")
    assert audio.headers["x-content-type-options"] == "nosniff"
    assert audio.headers["content-type"] == "application/octet-stream"


@settings(max_examples=200, deadline=None)
@given(st.text())
def test_every_name_makes_a_key(name: str) -> None:
    safe = safe_name(name)
    try:
        assert checked_key(f"upl/{safe}") == f"upl/{safe}"
    except BadRequest as error:
        raise AssertionError(f"{name!r} → {safe!r}") from error
