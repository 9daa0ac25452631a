"""Each defect that real clients of API v2 were seen to stumble over, looked for in our answers.

Measured with other people's clients against a stand-in; the names are theirs.
"""

import json
from typing import Any

import pytest
import requests

from govor.pb.yandex.cloud.ai.stt.v2 import stt_service_pb2 as stt
from tests.api import memory
from tests.api.live import SUBMIT, TIMEOUT_SECONDS, Live, request_for

URI = "https://storage.yandexcloud.net/calls/stereo.ogg"


@pytest.fixture
def result(service: Live) -> requests.Response:
    """A finished two-channel call."""
    service.operations.outcomes[URI] = memory.STEREO
    return service.finished(URI)


@pytest.fixture
def chunks(result: requests.Response) -> list[dict[str, Any]]:
    return list(result.json()["response"]["chunks"])


def test_done_is_there_while_false(service: Live) -> None:
    """docs_requests_v2, docs_curl_v2, speechkitty_pypi, yc_batch_v2."""
    submitted = service.post(request_for("s3://never/done")).json()
    polled = service.get(f"/operations/{submitted['id']}").json()
    assert submitted["done"] is False
    assert polled["done"] is False


def test_channel_tag_is_a_string_from_1(chunks: list[dict[str, Any]]) -> None:
    """tikhonp_long_v2, yc_batch_v2: a number, or "0", loses the text."""
    assert [chunk["channelTag"] for chunk in chunks] == ["1", "2", "1"]


def test_every_alternative_has_words_and_every_chunk_one_alternative(chunks: list[dict[str, Any]]) -> None:
    """speechkitty_pypi, speechkitty_head: words[0] and words[-1] are read unseen; others join texts."""
    assert all(len(chunk["alternatives"]) == 1 for chunk in chunks)
    assert all(chunk["alternatives"][0]["words"] for chunk in chunks)


def test_times_are_strings_ending_in_s(chunks: list[dict[str, Any]]) -> None:
    """speechkitty_pypi, speechkitty_head."""
    for chunk in chunks:
        for word in chunk["alternatives"][0]["words"]:
            assert float(word["startTime"].removesuffix("s")) <= float(word["endTime"].removesuffix("s"))
            assert word["startTime"].endswith("s")


def test_json_has_one_field_a_line(service: Live, result: requests.Response) -> None:
    """docs_curl_v2+grep."""
    for text in (result.text, service.post(request_for(URI)).text):
        assert all(line.count('": ') <= 1 for line in text.splitlines())
        assert len(text.splitlines()) > len(json.loads(text))


def test_content_type_of_answers_is_json(service: Live, result: requests.Response) -> None:
    """speechkitty_head: aiohttp insists."""
    assert result.headers["content-type"] == "application/json"
    assert service.post(request_for(URI)).headers["content-type"] == "application/json"
    assert service.post("{").headers["content-type"] == "application/json"


def test_content_type_of_requests_does_not_matter(service: Live) -> None:
    """docs_curl_v2."""
    assert service.post(request_for(URI), Content_Type="application/x-www-form-urlencoded").ok


def test_int64_may_be_a_string(service: Live) -> None:
    """tikhonp_long_v2 ("8000" beside a numeric channel count), yc_batch_v2 ("48000")."""
    specification = {"audioEncoding": "LINEAR16_PCM", "sampleRateHertz": "8000", "audioChannelCount": 1}
    assert service.post(request_for(URI, **specification)).ok


def test_audio_encoding_may_be_left_out(service: Live) -> None:
    """docs_curl_v2, speechkitty_pypi, speechkitty_head."""
    operation_id = service.submit(URI)
    assert service.operations.tasks[operation_id].audio.encoding == "OGG_OPUS"


def test_submit_answers_200_and_not_201(service: Live) -> None:
    """ulaevich_v3rest, and whoever else compares with 200."""
    assert service.post(request_for(URI)).status_code == 200


def test_snake_case_stands_beside_camel_case(service: Live) -> None:
    """popstas_v2: deferred-general, literature_text."""
    answer = service.post(request_for(URI, model="deferred-general", literature_text=True, rawResults=False))
    task = service.operations.tasks[answer.json()["id"]]
    assert task.model == "deferred-general"
    assert task.text.literature_text


def test_language_code_may_be_empty_or_null(service: Live) -> None:
    """speechkitty_head sends "", speechkitty_pypi null."""
    for language in ("", None):
        answer = service.post(request_for(URI, languageCode=language))
        assert service.operations.tasks[answer.json()["id"]].language == "ru-RU"


def test_scheme_is_compared_without_case(service: Live) -> None:
    """docs_curl_v3: "Api-key" on every GET."""
    operation_id = service.submit()
    answer = requests.get(
        f"{service.http}/operations/{operation_id}",
        headers={"Authorization": f"Api-key {service.key}"},
        timeout=TIMEOUT_SECONDS,
    )
    assert answer.ok


def test_type_of_the_response_is_the_one_the_sdk_unpacks(service: Live, result: requests.Response) -> None:
    """yandexcloud_v2: a wrong Any type is silently an empty result."""
    operation = service.rpc_operation("Get", result.json()["id"]).message
    assert operation.response.Is(stt.LongRunningRecognitionResponse.DESCRIPTOR)
    assert result.json()["response"]["@type"] == operation.response.type_url


def test_presigned_link_keeps_its_query(service: Live) -> None:
    """tikhonp_long_v2, yc_batch_v2."""
    link = f"{URI}?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Signature=0&X-Amz-Expires=3600"
    assert service.operations.tasks[service.submit(link)].uri == link


def test_error_has_a_message_at_the_top(service: Live) -> None:
    """popstas_v2 shows body.message."""
    answer = requests.post(service.http + SUBMIT, "{}", timeout=TIMEOUT_SECONDS)
    assert answer.json()["message"]


def test_fields_of_v3_do_not_fail_a_request_of_v2(service: Live) -> None:
    """Public clients send them to v2."""
    fields = {"enableSpeakerLabeling": True, "maxSpeakerCount": 2, "hasTimestamps": "true"}
    assert service.post(request_for(URI, **fields)).status_code == 200
