"""The header with hot words, as clients can write it."""

from collections.abc import Iterator
from urllib.parse import quote

import pytest

from govor.api import hot_words
from govor.errors import BadRequest
from govor.pb.yandex.cloud.ai.stt.v2 import stt_service_pb2 as stt
from tests.api.live import Live, live, request_for

URI = "https://storage.yandexcloud.net/bucket/speech.ogg"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("", ()),
        (quote("Говор") + "," + quote("Нижний Новгород"), ("говор", "нижний новгород")),
        (quote("Говор, Анапа,,говор"), ("говор", "анапа")),
        ("Говор".encode().decode("latin-1"), ("говор",)),  # raw UTF-8, as curl sends it
        ("plain, ascii", ("plain", "ascii")),
    ],
)
def test_header_holds_phrases(value: str, expected: tuple[str, ...]) -> None:
    assert hot_words.of({"x-govor-hot-words": value}) == expected


@pytest.mark.parametrize("value", ["%ff%fe", "%D0%B0" * 101, "a1", "\u0430"])
def test_header_that_cannot_be_read_is_refused(value: str) -> None:
    with pytest.raises(BadRequest):
        hot_words.of({"x-govor-hot-words": value})


def test_no_header_means_no_hot_words() -> None:
    assert hot_words.of({}) == ()


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """A service of its own."""
    with live(tmp_path_factory.mktemp("data")) as running:
        yield running


def test_hot_words_travel_with_a_request_through_either_door(service: Live) -> None:
    header = quote("Нижний Новгород") + "," + quote("Говор")
    over_rest = service.post(request_for(URI), x_govor_hot_words=header).json()["id"]
    message = stt.LongRunningRecognitionRequest(audio=stt.RecognitionAudio(uri=URI))
    over_grpc = service.rpc_submit(message, x_govor_hot_words=header).message.id
    without = service.post(request_for(URI)).json()["id"]
    tasks = service.operations.tasks
    assert tasks[over_rest].hot_words == tasks[over_grpc].hot_words == ("нижний новгород", "говор")
    assert tasks[without].hot_words == ()


def test_hot_words_that_cannot_be_read_are_refused_through_either_door(service: Live) -> None:
    assert service.post(request_for(URI), x_govor_hot_words="%ff").status_code == 400
    message = stt.LongRunningRecognitionRequest(audio=stt.RecognitionAudio(uri=URI))
    assert service.rpc_submit(message, x_govor_hot_words="%ff").code == "INVALID_ARGUMENT"
