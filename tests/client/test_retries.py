"""The client in front of a server that misbehaves: what is sent again, what is not, what is raised."""

import base64
import io
from dataclasses import dataclass
from pathlib import Path

import pytest

from govor.client import AsyncClient, Client, Retries, errors
from govor.client.aio import uploading as aio_uploading
from govor.client.blocking import uploading
from tests.client.flaky import HANG_UP, Answer, flaky

QUICK = Retries(first_seconds=0.001, longest_seconds=0.002)
OPERATION = (
    b'{"id": "e03", "name": "", "state": "done", "stage": "finished", "createdAt": "2026-11-22T12:00:00Z",'
    b'"modifiedAt": "2026-11-22T12:00:01Z", "createdBy": "aje", "api": 2, "language": "ru-RU",'
    b'"model": "general", "channels": 1, "audioSeconds": 1.5, "progress": 1, "partsDone": 1, "parts": 1,'
    b'"estimatedSecondsLeft": null, "error": null, "speakers": {}, "audio": true, "version": "9"}'
)
UPLOAD = (
    b'{"id": "u1", "uri": "https://storage.yandexcloud.net/b/k", "name": "n", "bytes": 5, "bytesReceived": 5,'
    b'"complete": true, "createdAt": "2026-11-22T12:00:00Z"}'
)
BUSY = Answer(503, b'{"code": 14, "message": "busy", "details": []}', {"Retry-After": "0"})
GOOD = Answer(200, OPERATION)


def test_a_submission_is_repeated_with_the_same_key_until_it_is_answered() -> None:
    with (
        flaky(BUSY, Answer(HANG_UP), Answer(429), GOOD) as server,
        Client(server.url, retries=QUICK) as client,
    ):
        operation = client.submit("s3://bucket/key", language="auto")
    assert (operation.id, operation.ended, operation.audio_seconds) == ("e03", True, 1.5)
    assert len({headers["idempotency-key"] for _, _, headers, _ in server.heard}) == 1
    assert {body for *_, body in server.heard} == {b'{"uri": "s3://bucket/key", "language": "auto"}'}


async def test_the_asynchronous_client_does_the_same() -> None:
    with flaky(BUSY, GOOD) as server:
        async with AsyncClient(server.url, "secret", retries=QUICK) as client:
            assert (await client.submit("s3://bucket/key")).id == "e03"
    assert [headers["authorization"] for _, _, headers, _ in server.heard] == ["Api-Key secret"] * 2


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, errors.InvalidRequest),
        (401, errors.Unauthenticated),
        (404, errors.NotFound),
        (500, errors.Refused),
    ],
)
def test_what_will_not_pass_is_not_repeated(status: int, kind: type[errors.Refused]) -> None:
    with flaky(Answer(status)) as server, Client(server.url, retries=QUICK) as client, pytest.raises(kind):
        client.get("e03")
    assert len(server.heard) == 1


def test_a_webhook_is_not_made_twice() -> None:
    with (
        flaky(Answer(HANG_UP)) as server,
        Client(server.url, retries=QUICK) as client,
        pytest.raises(errors.Unreachable),
    ):
        client.create_webhook("https://example.org/")
    assert len(server.heard) == 1


def test_tries_end() -> None:
    with (
        flaky(*[BUSY] * QUICK.tries_max) as server,
        Client(server.url, retries=QUICK) as client,
        pytest.raises(errors.Unavailable, match="busy"),
    ):
        client.get("e03")
    assert not server.answers


def test_a_wrong_address_is_told_soon() -> None:
    with flaky() as server:
        url = server.url
    with Client(url, retries=QUICK) as client, pytest.raises(errors.Unreachable, match="does not answer"):
        client.get("e03")


@pytest.mark.parametrize("body", [b"<html>hello</html>", b"[]", b'{"id": 1}'])
def test_who_is_not_govor_is_told_so(body: bytes) -> None:
    with (
        flaky(Answer(200, body)) as server,
        Client(server.url, retries=QUICK) as client,
        pytest.raises(errors.BadAnswer),
    ):
        client.get("e03")


def test_a_key_never_stands_in_an_error() -> None:
    with (
        flaky(Answer(401)) as server,
        Client(server.url, "very-secret", retries=QUICK) as client,
        pytest.raises(errors.Unauthenticated) as caught,
    ):
        client.me()
    assert "very-secret" not in str(caught.value) + repr(caught.value)


@dataclass
class OnceOnly:
    """A recording that comes through a pipe."""

    content: io.BytesIO

    def read(self, size: int) -> bytes:
        return self.content.read(size)

    def seekable(self) -> bool:
        return False


def test_a_pipe_is_sent_once_as_it_comes() -> None:
    with flaky(Answer(201, UPLOAD)) as server, Client(server.url, retries=QUICK) as client:
        client.upload(OnceOnly(io.BytesIO(b"sound")), name="pipe")  # type: ignore[arg-type]  # all it needs
    assert server.heard[0][2]["transfer-encoding"] == "chunked"


@pytest.fixture
def small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (uploading, aio_uploading):
        monkeypatch.setattr(module, "WHOLE_BYTES_MAX", 3)
        monkeypatch.setattr(module, "PIECE_BYTES", 2)


def offset(done: int, status: int = 204) -> Answer:
    return Answer(status, b"", {"Upload-Offset": str(done)})


BEGUN = Answer(201, UPLOAD, {"Location": "http://proxy.example/govor/v1/uploads/u1"})
WHOLE = Answer(200, UPLOAD)


@pytest.mark.usefixtures("small_pieces")
@pytest.mark.parametrize(
    "answers",
    [
        [BEGUN, offset(2), offset(4), offset(5), WHOLE],
        [BEGUN, offset(2), Answer(HANG_UP), offset(3, 200), offset(5), WHOLE],
        [BEGUN, Answer(HANG_UP), offset(0, 200), offset(2), Answer(409), offset(4, 200), offset(5), WHOLE],
    ],
    ids=["smoothly", "with a piece half there", "with nothing there, and a conflict"],
)
def test_a_large_upload_goes_on_where_the_service_stands(tmp_path: Path, answers: list[Answer]) -> None:
    (tmp_path / "звук.ogg").write_bytes(b"sound")
    sent: list[int] = []
    began: list[str] = []
    with flaky(*answers) as server, Client(server.url, retries=QUICK) as client:
        upload = client.upload(tmp_path / "звук.ogg", sent=sent.append, began=began.append)
    assert upload.complete
    assert began == ["/govor/v1/uploads/u1"]
    assert sent[-1] == 5
    _, _, headers, _ = server.heard[0]
    assert headers["upload-metadata"] == "filename " + base64.b64encode("звук.ogg".encode()).decode()
    received = bytearray()
    for method, _, headers, body in server.heard:
        if method == "PATCH":
            start = int(headers["upload-offset"])
            received[start : start + len(body)] = body
    assert received == b"sound"


@pytest.mark.usefixtures("small_pieces")
def test_an_upload_of_an_earlier_life_is_resumed(tmp_path: Path) -> None:
    (tmp_path / "a.ogg").write_bytes(b"sound")
    with flaky(offset(4, 200), offset(5), WHOLE) as server, Client(server.url, retries=QUICK) as client:
        client.upload(tmp_path / "a.ogg", resume="/govor/v1/uploads/u1")
    assert [(method, body) for method, _, _, body in server.heard] == [
        ("HEAD", b""),
        ("PATCH", b"d"),
        ("GET", b""),
    ]


@pytest.mark.usefixtures("small_pieces")
def test_a_file_that_becomes_shorter_is_said(tmp_path: Path) -> None:
    path = tmp_path / "a.ogg"
    path.write_bytes(b"sound")

    def shorten(done: int) -> None:
        path.write_bytes(b"so")

    answers = (BEGUN, offset(2), Answer(HANG_UP))
    with (
        flaky(*answers) as server,
        Client(server.url, retries=QUICK) as client,
        pytest.raises(errors.ClientError, match="became shorter"),
    ):
        client.upload(path, sent=shorten)
