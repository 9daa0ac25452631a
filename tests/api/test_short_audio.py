"""API v1: a short recording in, its text out, errors in its own shape."""

from typing import Any

import pytest
import requests

from tests.api.live import TIMEOUT_SECONDS, Live, live
from tests.recognition.test_segments import RATE, pcm, silence, voice

PATH = "/speech/v1/stt:recognize"
TALK = pcm(silence(0.6), voice(1.4, 4_000), silence(1.0), voice(1.2, 2_000), silence(0.9)).tobytes()
LPCM = {"format": "lpcm", "sampleRateHertz": str(RATE)}


def post(service: Live, body: bytes, key: str = "", **query: str) -> requests.Response:
    """With the form's content type, as curl's --data-binary sends it."""
    headers = {
        "Authorization": f"Api-Key {key or service.key}",
        "Content-Type": "application/x-www-form-urlencoded",
    }
    return requests.post(
        service.http + PATH, body, params=query, headers=headers, timeout=6 * TIMEOUT_SECONDS
    )


def test_a_recording_is_answered_with_its_text(service: Live) -> None:
    answer = post(service, TALK, **LPCM, lang="ru-RU", topic="general", folderId=service.folder_id)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json")
    assert list(answer.json()) == ["result"]
    assert len(answer.json()["result"].split()) >= 2


def test_silence_is_answered_with_an_empty_text(service: Live) -> None:
    assert post(service, bytes(2 * RATE), **LPCM).json() == {"result": ""}


def test_unknown_parameters_are_ignored_with_a_warning(service: Live) -> None:
    answer = post(service, bytes(2 * RATE), **LPCM, loudness="11", topic="hqa")
    assert answer.status_code == 200
    assert "loudness" in answer.headers["x-govor-warnings"]
    assert "hqa" in answer.headers["x-govor-warnings"]


@pytest.mark.parametrize(
    ("body", "query", "message"),
    [
        (b"RIFF....WAVE", {}, "ogg header has not been found"),
        (b"", {}, "ogg header has not been found"),
        (b"", LPCM, "Invalid audio received"),
        (b"OggS" + bytes(999), {}, "Invalid audio received"),
        (bytes(2 * RATE * 33), LPCM, "audio duration should be less than 30s"),
        (bytes((1 << 20) + 1), LPCM, "audio size should be less than 1048576 bytes"),
        (TALK, {"format": "flac"}, "format must be one of lpcm, oggopus, mp3"),
        (
            TALK,
            {"format": "lpcm", "sampleRateHertz": "44100"},
            "sampleRateHertz must be 8000, 16000 or 48000",
        ),
        (TALK, {**LPCM, "rawResults": "perhaps"}, "rawResults must be true or false"),
        (TALK, {**LPCM, "lang": "xx"}, "unknown language code: xx"),
    ],
)
def test_a_bad_request_has_v1s_error(service: Live, body: bytes, query: dict[str, str], message: str) -> None:
    answer = post(service, body, **query)
    assert answer.status_code == 400
    found: dict[str, Any] = answer.json()
    assert found["error_code"] == "BAD_REQUEST"
    assert found["error_message"].startswith(message)


@pytest.mark.parametrize(
    ("key", "query", "message"),
    [
        ("AQVNnobody", LPCM, "UNAUTHORIZED"),
        ("", {**LPCM, "folderId": "b1gsomebodyelse00000"}, "Specified folder ID 'b1gsomebodyelse00000'"),
    ],
)
def test_a_stranger_has_v1s_error(service: Live, key: str, query: dict[str, str], message: str) -> None:
    answer = post(service, TALK, key, **query)
    assert (answer.status_code, answer.json()["error_code"]) == (401, "UNAUTHORIZED")
    assert answer.json()["error_message"].startswith(message)


def test_too_many_at_once_are_told_to_come_again(tmp_path_factory: pytest.TempPathFactory) -> None:
    with live(tmp_path_factory.mktemp("busy"), short_requests_max=0) as service:
        answer = post(service, TALK, **LPCM)
    assert (answer.status_code, answer.json()["error_code"]) == (429, "TOO_MANY_REQUESTS")
    assert answer.headers["retry-after"]
