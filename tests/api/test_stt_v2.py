"""A request message becomes a task."""

from typing import Any

import pytest

from govor.api import lenient_json, stt_v2
from govor.api.auth import LOCAL
from govor.api.call import Call, CallIds
from govor.errors import BadRequest
from govor.pb.yandex.cloud.ai.stt.v2 import stt_service_pb2 as stt
from govor.records import AudioEncoding, AudioSpec, Task, TextOptions

URI = "https://storage.yandexcloud.net/bucket/speech.ogg"
LPCM = AudioEncoding.LINEAR16_PCM


def call(*, strict: bool = False) -> Call:
    return Call(ids=CallIds.new(None), caller=LOCAL, strict=strict)


def request(specification: dict[str, Any], audio: Any = None) -> stt.LongRunningRecognitionRequest:
    message = stt.LongRunningRecognitionRequest()
    document = {"config": {"specification": specification}, "audio": {"uri": URI} if audio is None else audio}
    lenient_json.fill(message, document)
    return message


@pytest.mark.parametrize(
    ("specification", "expected"),
    [
        ({}, Task(uri=URI)),
        ({"languageCode": "ru-RU"}, Task(uri=URI)),
        ({"languageCode": "RU_ru"}, Task(uri=URI)),
        ({"languageCode": "en-us"}, Task(uri=URI, language="en-US")),
        ({"languageCode": "auto"}, Task(uri=URI, language="auto")),
        ({"model": "general:rc"}, Task(uri=URI, model="general:rc")),
        ({"model": "deferred-general"}, Task(uri=URI, model="deferred-general")),
        ({"audioEncoding": "MP3"}, Task(uri=URI, audio=AudioSpec(encoding=AudioEncoding.MP3))),
        # Containers know their own rate and channels; what clients say about them is not believed.
        ({"audioEncoding": "OGG_OPUS", "sampleRateHertz": 44_100, "audioChannelCount": 9}, Task(uri=URI)),
        ({"audioEncoding": "LINEAR16_PCM"}, Task(uri=URI, audio=AudioSpec(encoding=LPCM))),
        (
            {"audioEncoding": "LINEAR16_PCM", "sampleRateHertz": "8000", "audioChannelCount": "2"},
            Task(uri=URI, audio=AudioSpec(encoding=LPCM, sample_rate_hz=8_000, channels=2)),
        ),
        ({"rawResults": True}, Task(uri=URI, text=TextOptions(raw_results=True))),
        ({"literature_text": True}, Task(uri=URI, text=TextOptions(literature_text=True))),
        ({"profanityFilter": "true"}, Task(uri=URI, text=TextOptions(profanity_filter=True))),
        ({"partialResults": True, "singleUtterance": True}, Task(uri=URI)),
    ],
)
def test_request_becomes_a_task(specification: dict[str, Any], expected: Task) -> None:
    made = call()
    assert stt_v2.read_task(request(specification), made) == expected
    assert made.warnings == []


@pytest.mark.parametrize(
    ("specification", "audio", "message"),
    [
        ({}, {}, "audio.uri is required"),
        ({}, {"uri": ""}, "audio.uri is required"),
        ({}, {"uri": None}, "audio.uri is required"),
        ({}, {"content": "T2dnUw=="}, "audio.content is not supported by API v2, only audio.uri"),
        ({"languageCode": "xx-XX"}, None, "unknown language code: xx-XX"),
        ({"audioEncoding": "LINEAR16_PCM", "sampleRateHertz": 44_100}, None, "must be 8000, 16000 or 48000"),
        ({"audioEncoding": "LINEAR16_PCM", "sampleRateHertz": -1}, None, "must be 8000, 16000 or 48000"),
        ({"audioEncoding": "LINEAR16_PCM", "audioChannelCount": -1}, None, "must be from 1 to 8"),
        ({"audioEncoding": "LINEAR16_PCM", "audioChannelCount": 48_000}, None, "must be from 1 to 8"),
    ],
)
def test_request_that_makes_no_task_is_refused(
    specification: dict[str, Any], audio: Any, message: str
) -> None:
    with pytest.raises(BadRequest) as caught:
        stt_v2.read_task(request(specification, audio), call())
    assert message in caught.value.message


def test_inline_audio_is_answered_with_the_way_to_upload_it() -> None:
    with pytest.raises(BadRequest) as caught:
        stt_v2.read_task(request({}, {"content": "T2dnUw=="}), call())
    assert "PUT /objects/BUCKET/KEY" in caught.value.detail


def test_encoding_that_only_grpc_can_send_is_refused() -> None:
    message = request({})
    message.config.specification.audio_encoding = 77  # type: ignore[assignment]
    with pytest.raises(BadRequest, match="audioEncoding must be one of"):
        stt_v2.read_task(message, call())


@pytest.mark.parametrize("model", ["hqa", "general:v2", "модель"])
def test_model_that_is_gone_is_replaced_with_a_warning(model: str) -> None:
    made = call()
    assert stt_v2.read_task(request({"model": model}), made).model == "general"
    assert made.warnings == [f"unknown model {model}: general is used instead"]


def test_model_that_is_gone_is_refused_in_strict_mode() -> None:
    with pytest.raises(BadRequest, match="unknown model hqa"):
        stt_v2.read_task(request({"model": "hqa"}), call(strict=True))
