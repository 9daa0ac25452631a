"""Every spelling that SpeechKit's clients use, and everything that is refused."""

import base64
import contextlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from govor.api import lenient_json
from govor.errors import BadRequest
from govor.pb.yandex.cloud.ai.stt.v2 import stt_service_pb2 as stt

Spec = stt.RecognitionSpec


def spec_of(specification: str) -> stt.RecognitionSpec:
    request = stt.LongRunningRecognitionRequest()
    body = f'{{"config": {{"specification": {specification}}}}}'
    assert lenient_json.read(body.encode(), request) == []
    return request.config.specification


@pytest.mark.parametrize(
    ("specification", "field", "expected"),
    [
        ('{"languageCode": "ru-RU"}', "language_code", "ru-RU"),
        ('{"language_code": "ru-RU"}', "language_code", "ru-RU"),
        ('{"languageCode": null}', "language_code", ""),
        ('{"languageCode": ""}', "language_code", ""),
        ('{"literature_text": true}', "literature_text", True),
        ('{"literatureText": true}', "literature_text", True),
        ('{"literatureText": true, "literature_text": true}', "literature_text", True),
        ('{"profanityFilter": "true"}', "profanity_filter", True),
        ('{"profanityFilter": "True"}', "profanity_filter", True),
        ('{"profanityFilter": "FALSE"}', "profanity_filter", False),
        ('{"rawResults": true}', "raw_results", True),
        ('{"rawResult": true}', "raw_results", True),
        ('{"raw_results": "true"}', "raw_results", True),
        ('{"sampleRateHertz": 8000}', "sample_rate_hertz", 8000),
        ('{"sampleRateHertz": "48000"}', "sample_rate_hertz", 48000),
        ('{"sampleRateHertz": 16000.0}', "sample_rate_hertz", 16000),
        ('{"sample_rate_hertz": 1.6e4}', "sample_rate_hertz", 16000),
        ('{"audioChannelCount": "2"}', "audio_channel_count", 2),
        ('{"audioChannelCount": -9223372036854775808}', "audio_channel_count", -(1 << 63)),
        ('{"audioEncoding": "LINEAR16_PCM"}', "audio_encoding", Spec.LINEAR16_PCM),
        ('{"audioEncoding": "ogg_opus"}', "audio_encoding", Spec.OGG_OPUS),
        ('{"audioEncoding": 3}', "audio_encoding", Spec.MP3),
        ('{"audioEncoding": "3"}', "audio_encoding", Spec.MP3),
        ('{"audioEncoding": ""}', "audio_encoding", Spec.AUDIO_ENCODING_UNSPECIFIED),
        ('{"partialResults": true}', "partial_results", True),
        ('{"singleUtterance": true}', "single_utterance", True),
    ],
)
def test_every_spelling_in_the_wild_is_understood(specification: str, field: str, expected: Any) -> None:
    assert getattr(spec_of(specification), field) == expected


@pytest.mark.parametrize(
    ("specification", "message"),
    [
        ('{"languageCode": 7}', "config.specification.languageCode must be a string, not a number"),
        ('{"languageCode": ["ru-RU"]}', "config.specification.languageCode must be a string, not an array"),
        ('{"languageCode": "\\ud800"}', "config.specification.languageCode holds half of a surrogate pair"),
        ('{"rawResults": 1}', "config.specification.rawResults must be true or false"),
        ('{"rawResults": "yes"}', "config.specification.rawResults must be true or false"),
        ('{"sampleRateHertz": "8 kHz"}', "config.specification.sampleRateHertz must be an integer"),
        ('{"sampleRateHertz": ""}', "config.specification.sampleRateHertz must be an integer"),
        ('{"sampleRateHertz": "8_000"}', "config.specification.sampleRateHertz must be an integer"),
        ('{"sampleRateHertz": true}', "config.specification.sampleRateHertz must be an integer"),
        ('{"sampleRateHertz": 8000.5}', "config.specification.sampleRateHertz must be an integer"),
        ('{"sampleRateHertz": 1e400}', "config.specification.sampleRateHertz must be an integer"),
        (
            '{"sampleRateHertz": 9223372036854775808}',
            "config.specification.sampleRateHertz must be an integer",
        ),
        ('{"audioEncoding": "FLAC"}', "must be one of LINEAR16_PCM, OGG_OPUS, MP3"),
        ('{"audioEncoding": 99}', "must be one of LINEAR16_PCM, OGG_OPUS, MP3"),
        ('{"audioEncoding": false}', "must be one of LINEAR16_PCM, OGG_OPUS, MP3"),
        ('{"audioEncoding": {}}', "must be one of LINEAR16_PCM, OGG_OPUS, MP3"),
        ('{"literatureText": true, "literature_text": false}', "given twice, with different values"),
        ("[]", "config.specification must be an object, not an array"),
        ('"ru-RU"', "config.specification must be an object, not a string"),
    ],
)
def test_wrong_value_is_refused_with_the_path_of_its_field(specification: str, message: str) -> None:
    with pytest.raises(BadRequest) as caught:
        spec_of(specification)
    assert message in caught.value.message


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"", "the body is empty"),
        (b" \n\t", "the body is empty"),
        (b"\xef\xbb\xbf", "the body is empty"),
        (b"{", "not valid JSON"),
        (b"{'config': {}}", "not valid JSON"),
        (b"config=1&audio=2", "not valid JSON"),
        (b"{} {}", "not valid JSON"),
        (b"\xff\xfe{\x00}\x00", "not UTF-8"),
        (b'{"a": "\xc3\x28"}', "not UTF-8"),
        (b'{"a": NaN}', "NaN is not JSON"),
        (b'{"a": -Infinity}', "-Infinity is not JSON"),
        (b'{"a": ' + b"9" * 5_000 + b"}", "not valid JSON"),
        (b'{"audio": {"uri": "a", "uri": "b"}}', "the key uri occurs twice"),
        (b'{"x": ' + b"[" * 200_000, "nested too deeply"),
        (b'{"x":' * 200_000, "nested too deeply"),
        (b"[]", "must be a JSON object, not an array"),
        (b'"text"', "must be a JSON object, not a string"),
        (b"null", "must be a JSON object, not null"),
        (b"true", "must be a JSON object, not a boolean"),
        (b'{"audio": {"uri": "a", "content": "YQ=="}}', "exclude each other"),
        (b'{"audio": {"content": "?"}}', "audio.content is not base64"),
        (b'{"audio": {"content": 5}}', "audio.content must be a string of base64"),
        (b'{"config": 5}', "config must be an object, not a number"),
    ],
)
def test_body_that_is_not_a_request_is_refused(body: bytes, message: str) -> None:
    with pytest.raises(BadRequest) as caught:
        lenient_json.read(body, stt.LongRunningRecognitionRequest())
    assert message in caught.value.message


def test_byte_order_mark_is_tolerated() -> None:
    request = stt.LongRunningRecognitionRequest()
    lenient_json.read(b'\xef\xbb\xbf{"audio": {"uri": "x"}}', request)
    assert request.audio.uri == "x"


def test_unknown_fields_are_reported_by_path_at_every_level() -> None:
    body = b'{"a": 1, "config": {"b": {}, "specification": {"enableSpeakerLabeling": true, "model": ""}}}'
    unknown = lenient_json.read(body, stt.LongRunningRecognitionRequest())
    assert unknown == ["a", "config.b", "config.specification.enableSpeakerLabeling"]


def test_flood_of_unknown_fields_is_reported_in_part() -> None:
    body = b"{" + b",".join(b'"f%d": 0' % number for number in range(10_000)) + b"}"
    unknown = lenient_json.read(body, stt.LongRunningRecognitionRequest())
    assert len(unknown) == lenient_json.UNKNOWN_FIELDS_MAX + 1


@pytest.mark.parametrize("padding", ["=", ""])
@pytest.mark.parametrize("alphabet", [base64.b64encode, base64.urlsafe_b64encode])
def test_inline_bytes_are_base64_in_either_alphabet(alphabet: Any, padding: str) -> None:
    audio = bytes(range(256))
    request = stt.LongRunningRecognitionRequest()
    content = alphabet(audio).decode().rstrip("=") + padding * 2
    lenient_json.fill(request, {"audio": {"content": content}})
    assert request.audio.content == audio


@given(st.text())
def test_a_callers_text_is_shown_in_one_bounded_printable_line(text: str) -> None:
    shown = lenient_json.shown(text)
    assert shown.isprintable()
    assert len(shown) <= lenient_json.SHOWN_CHARS_MAX * len(r"\U0010ffff") + 1
    shown.encode()


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(body: bytes) -> None:
    with contextlib.suppress(BadRequest):
        lenient_json.read(body, stt.LongRunningRecognitionRequest())
