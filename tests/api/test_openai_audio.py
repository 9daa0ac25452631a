"""OpenAI's own client, and others made for it, get transcripts from us."""

import io
from collections.abc import Iterator
from typing import Any

import openai
import pytest
import requests

from tests.api.live import TIMEOUT_SECONDS, Live, live
from tests.audio import recordings
from tests.recognition.test_segments import RATE, pcm, silence, voice

TALK = recordings.wav(
    pcm(silence(0.6), voice(1.4, 4_000), silence(1.0), voice(1.2, 2_000), silence(0.9))[None], RATE
)
TIMEOUT = 6 * TIMEOUT_SECONDS


@pytest.fixture
def client(service: Live) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(
        api_key=service.key, base_url=f"{service.http}/v1", timeout=TIMEOUT, max_retries=0
    ) as made:
        yield made


def transcribe(client: openai.OpenAI, **options: Any) -> Any:
    given = {"model": "whisper-1", "file": ("talk.wav", TALK), **options}
    return client.audio.transcriptions.create(**given)


def test_the_text_of_a_file(client: openai.OpenAI) -> None:
    answer = transcribe(client, language="ru", prompt="whatever", temperature=0)
    assert len(answer.text.split()) >= 2


def test_the_model_named_does_not_matter(client: openai.OpenAI) -> None:
    texts = {transcribe(client, model=name).text for name in ("whisper-1", "gpt-4o-transcribe", "general:rc")}
    assert len(texts) == 1


def test_a_verbose_answer_has_segments_and_words(client: openai.OpenAI) -> None:
    plain = transcribe(client, response_format="verbose_json")
    assert (plain.language, plain.duration) == ("russian", pytest.approx(5.1))
    assert plain.words is None
    assert [segment.id for segment in plain.segments] == [0, 1]
    assert all(segment.start < segment.end and segment.text for segment in plain.segments)
    assert plain.text == " ".join(segment.text for segment in plain.segments)
    both = transcribe(client, response_format="verbose_json", timestamp_granularities=["word", "segment"])
    assert both.words[0].start == both.segments[0].start
    words = transcribe(client, response_format="verbose_json", timestamp_granularities=["word"])
    assert words.words == both.words
    assert words.segments is None


def test_subtitles_and_plain_text(client: openai.OpenAI) -> None:
    text = transcribe(client, response_format="text")
    assert text.strip() == transcribe(client).text
    assert transcribe(client, response_format="srt").startswith("1\n00:00:0")
    assert transcribe(client, response_format="vtt").startswith("WEBVTT\n\n00:00:0")


def test_models_can_be_listed(client: openai.OpenAI) -> None:
    names = [model.id for model in client.models.list()]
    assert "whisper-1" in names
    assert client.models.retrieve("whisper-1").object == "model"
    with pytest.raises(openai.NotFoundError):
        client.models.retrieve("dall-e-3")


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"file": ("notes.txt", "это не запись".encode() * 10)}, "Invalid audio received"),
        ({"file": ("talk.webm", b"\x1aE\xdf\xa3" + b"webm" * 99)}, "WebM"),
        ({"response_format": "xml"}, "response_format must be one of"),
        ({"language": "klingon"}, "unknown language code"),
        ({"timestamp_granularities": ["letter"], "response_format": "verbose_json"}, "segment or word"),
    ],
)
def test_what_is_wrong_is_an_error_the_client_knows(
    client: openai.OpenAI, options: dict[str, Any], says: str
) -> None:
    with pytest.raises(openai.BadRequestError) as caught:
        transcribe(client, **options)
    assert says in str(caught.value)
    assert caught.value.body["type"] == "invalid_request_error"  # type: ignore[index]  # a dictionary here


def test_a_stranger_is_unauthenticated(service: Live) -> None:
    with (
        openai.OpenAI(api_key="sk-nobody", base_url=f"{service.http}/v1", max_retries=0) as client,
        pytest.raises(openai.AuthenticationError) as caught,
    ):
        transcribe(client)
    assert caught.value.code == "invalid_api_key"


def test_a_file_over_the_limit_is_refused(tmp_path_factory: pytest.TempPathFactory) -> None:
    with live(tmp_path_factory.mktemp("small"), openai_bytes_max=1_000) as service:
        for size, status in ((TALK, 400), (TALK * 30, 413)):
            answer = requests.post(
                f"{service.http}/v1/audio/transcriptions",
                files={"file": ("talk.wav", io.BytesIO(size))},
                headers=service.authorization,
                timeout=TIMEOUT,
            )
            assert answer.status_code == status
            assert set(answer.json()["error"]) == {"message", "type", "param", "code"}


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"{}", "application/json"),
        (b"", "multipart/form-data"),
        (b"--x\r\nnonsense", "multipart/form-data; boundary=x"),
        (
            b'--x\r\nContent-Disposition: form-data; name="file"\r\n\r\ntext\r\n--x--',
            "multipart/form-data; boundary=x",
        ),
    ],
)
def test_a_body_that_is_no_form_with_a_file_is_refused(service: Live, body: bytes, kind: str) -> None:
    headers = {**service.authorization, "Content-Type": kind}
    url = f"{service.http}/v1/audio/transcriptions"
    answer = requests.post(url, body, headers=headers, timeout=TIMEOUT)
    assert answer.status_code == 400
    assert answer.json()["error"]["type"] == "invalid_request_error"
