"""The wire in front of the real thing: a `govor serve` process, its engine, its model, its objects."""

import json
import urllib.error
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from scripts.local_service import LocalService, running
from tests.api.live import SUBMIT

SAMPLES = Path(__file__).parent.parent.parent / "samples"
DONE_SECONDS = 60


@pytest.fixture(scope="module")
def process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalService]:
    """One process for all tests here; that it ends well on SIGTERM is checked when they are done."""
    with running(tmp_path_factory.mktemp("whole")) as service:
        yield service
    assert service.process.returncode == 0


def refused(service: LocalService, document: Any) -> tuple[int, dict[str, Any]]:
    """HTTP status and error of a submission that must fail."""
    body = document if isinstance(document, bytes) else json.dumps(document).encode()
    with pytest.raises(urllib.error.HTTPError) as caught:
        service.call("POST", SUBMIT, body)
    return caught.value.code, json.loads(caught.value.read())


def detail_of(error: dict[str, Any]) -> str:
    """What Govor adds to SpeechKit's text."""
    return str(error["details"][0].get("metadata", {}).get("detail", ""))


def request_for(uri: str, **specification: Any) -> dict[str, Any]:
    return {"config": {"specification": specification}, "audio": {"uri": uri}}


def test_recording_goes_in_and_words_come_out(process: LocalService) -> None:
    submitted = process.submit(process.put(SAMPLES / "call.ogg"))
    assert submitted["done"] is False
    operation = process.wait(submitted["id"], timeout_seconds=DONE_SECONDS)
    chunks = operation["response"]["chunks"]
    assert {chunk["channelTag"] for chunk in chunks} == {"1", "2"}
    starts = [float(c["alternatives"][0]["words"][0]["startTime"].removesuffix("s")) for c in chunks]
    assert starts == sorted(starts)
    assert all(chunk["alternatives"][0]["words"] and chunk["alternatives"][0]["text"] for chunk in chunks)
    assert list(operation) == ["done", "response", "id", "createdAt", "createdBy", "modifiedAt"]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        (
            "talk.webm",
            b"\x1aE\xdf\xa3\x9fB\x86\x81\x01B\xf3\x81\x08B\x82\x84webm" * 9,
        ),
        ("talk.flac", b"fLaC\x00\x00\x00\x22\x10\x00\x10\x00" + bytes(64)),
        ("talk.m4a", b"\x00\x00\x00\x20ftypM4A \x00\x00\x00\x00M4A mp42isom" + bytes(64)),
        ("talk.txt", "это не запись".encode() * 10),
        ("empty.ogg", b""),
        ("zeros.ogg", bytes(5_000)),
        ("random.ogg", bytes((7 * i * i + 13 * i) % 251 for i in range(5_000))),
    ],
)
def test_what_is_no_oggopus_is_refused_before_the_post_is_answered(
    process: LocalService, tmp_path: Path, name: str, content: bytes
) -> None:
    (tmp_path / name).write_bytes(content)
    status, error = refused(process, request_for(process.put(tmp_path / name)))
    assert (status, error["code"], error["message"]) == (400, 3, "Invalid audio received")
    assert detail_of(error)


@pytest.mark.parametrize(
    ("document", "message"),
    [
        (b"{", "the body is not valid JSON"),
        ({}, "audio.uri is required"),
        (request_for("https://storage.yandexcloud.net/samples/missing.ogg"), ""),
        (request_for("http://169.254.169.254/latest/meta-data"), ""),
        (request_for("https://127.0.0.1/x.ogg"), ""),
        (request_for("file:///etc/passwd"), ""),
        (request_for("s3://samples/../../keys.db"), ""),
        (request_for("https://example.org/x.ogg"), ""),
        (request_for("s3://samples/call.ogg", languageCode="tlh"), "unknown language code: tlh"),
        (request_for("s3://samples/call.ogg", languageCode="de-DE"), ""),
        (request_for("s3://samples/call.ogg", audioEncoding="FLAC"), ""),
        (request_for("s3://samples/call.ogg", audioEncoding="LINEAR16_PCM", sampleRateHertz=44_100), ""),
    ],
)
def test_bad_request_is_answered_clearly_at_once(process: LocalService, document: Any, message: str) -> None:
    process.put(SAMPLES / "call.ogg")
    status, error = refused(process, document)
    assert (status, error["code"]) == (400, 3)
    assert message in error["message"]
    assert error["message"]


def test_language_without_a_model_names_the_command_that_brings_one(process: LocalService) -> None:
    uri = process.put(SAMPLES / "call.ogg")
    _, error = refused(process, request_for(uri, languageCode="de-DE"))
    assert "govor models" in error["message"] + detail_of(error)
