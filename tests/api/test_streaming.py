"""Streams over gRPC, API v2 and v3, with the tiny recogniser: what clients need, in their order."""

import contextlib
import threading
import time
from collections.abc import Iterator, Sequence
from typing import Any

import grpc
import pytest
from google.protobuf.message import Message

from govor.immediate import FOLDER
from govor.pb.yandex.cloud.ai.stt.v2 import stt_service_pb2 as v2
from govor.pb.yandex.cloud.ai.stt.v3 import stt_pb2 as v3
from tests.api.live import TIMEOUT_SECONDS, Live, live
from tests.recognition.test_segments import RATE, pcm, silence, voice

V2 = "/yandex.cloud.ai.stt.v2.SttService/StreamingRecognize"
V3 = "/speechkit.stt.v3.Recognizer/RecognizeStreaming"
TALK = pcm(silence(0.6), voice(1.4, 4_000), silence(1.0), voice(1.2, 2_000), silence(0.9)).tobytes()
TIMEOUT = 6 * TIMEOUT_SECONDS  # the first stream waits for a recogniser to start, on a busy machine

Answers = tuple[list[Any], str, str]  # messages, the code and the text of the status


def converse(
    service: Live, method: str, requests: Sequence[Message | bytes], answer: type[Message], key: str = ""
) -> Answers:
    """One call to its end."""
    bodies = [each if isinstance(each, bytes) else each.SerializeToString() for each in requests]
    found: list[Any] = []
    with grpc.insecure_channel(service.grpc) as channel:
        call: grpc.StreamStreamMultiCallable[bytes, Any] = channel.stream_stream(
            method, response_deserializer=answer.FromString
        )
        metadata = (("authorization", f"Api-Key {key or service.key}"), ("x-client-request-id", "mine"))
        stream = call(iter(bodies), metadata=metadata, timeout=TIMEOUT)
        with contextlib.suppress(grpc.RpcError):  # its code and text are returned
            found += stream
        assert dict(stream.initial_metadata())["x-client-request-id"] == "mine"
        return found, stream.code().name, stream.details() or ""


def config(**spec: Any) -> v2.StreamingRecognitionRequest:
    given = {"audio_encoding": v2.RecognitionSpec.LINEAR16_PCM, "sample_rate_hertz": RATE, **spec}
    return v2.StreamingRecognitionRequest(
        config=v2.RecognitionConfig(specification=v2.RecognitionSpec(**given))
    )


def content(data: bytes, size: int = 3_200) -> Iterator[v2.StreamingRecognitionRequest]:
    for at in range(0, len(data), size):
        yield v2.StreamingRecognitionRequest(audio_content=data[at : at + size])


def options(full_data: bool = False, **changed: Any) -> v3.StreamingRequest:
    modes = v3.RecognitionModelOptions
    model = modes(
        audio_format=v3.AudioFormatOptions(
            raw_audio=v3.RawAudio(
                audio_encoding=v3.RawAudio.LINEAR16_PCM, sample_rate_hertz=RATE, audio_channel_count=1
            )
        ),
        text_normalization=v3.TextNormalizationOptions(
            text_normalization=v3.TextNormalizationOptions.TEXT_NORMALIZATION_ENABLED
        ),
        audio_processing_type=modes.FULL_DATA if full_data else modes.REAL_TIME,
    )
    return v3.StreamingRequest(session_options=v3.StreamingOptions(recognition_model=model, **changed))


def chunks(data: bytes, size: int = 3_200) -> Iterator[v3.StreamingRequest]:
    for at in range(0, len(data), size):
        yield v3.StreamingRequest(chunk=v3.AudioChunk(data=data[at : at + size]))


def kinds(found: Sequence[v3.StreamingResponse]) -> list[str]:
    """The events but for partials, whose number depends on the machine."""
    return [str(each.WhichOneof("Event")) for each in found if not each.HasField("partial")]


UTTERANCE = ["final", "final_refinement", "eou_update"]


def test_v2_answers_each_utterance_with_a_final_chunk(service: Live) -> None:
    found, code, _ = converse(service, V2, [config(), *content(TALK)], v2.StreamingRecognitionResponse)
    assert code == "OK"
    assert [len(answer.chunks) for answer in found] == [1, 1]
    assert all(answer.chunks[0].final and answer.chunks[0].end_of_utterance for answer in found)
    words = [word for answer in found for word in answer.chunks[0].alternatives[0].words]
    assert all(answer.chunks[0].alternatives[0].text for answer in found)
    assert [word.start_time.ToMilliseconds() for word in words] == sorted(
        word.start_time.ToMilliseconds() for word in words
    )


def test_v2_partials_are_chunks_that_are_not_final(service: Live) -> None:
    requests = [config(partial_results=True), *content(TALK)]
    found, _, _ = converse(service, V2, requests, v2.StreamingRecognitionResponse)
    assert [answer.chunks[0].final for answer in found].count(True) == 2
    assert all(answer.chunks[0].alternatives[0].text for answer in found)
    assert found[-1].chunks[0].final


def test_v2_single_utterance_ends_the_stream_after_the_first(service: Live) -> None:
    requests = [config(single_utterance=True), *content(TALK)]
    found, code, _ = converse(service, V2, requests, v2.StreamingRecognitionResponse)
    assert (len(found), code) == (1, "OK")


def test_v2_silence_is_answered_with_nothing(service: Live) -> None:
    requests = [config(), *content(bytes(2 * RATE))]
    assert converse(service, V2, requests, v2.StreamingRecognitionResponse) == ([], "OK", "")


def test_v3_tells_each_utterance_as_final_refinement_and_end(service: Live) -> None:
    found, code, _ = converse(service, V3, [options(), *chunks(TALK)], v3.StreamingResponse)
    assert code == "OK"
    assert kinds(found) == ["status_code", *UTTERANCE, *UTTERANCE, "status_code"]
    assert {each.session_uuid.uuid for each in found} == {found[0].session_uuid.uuid}
    assert all(each.session_uuid.uuid and each.session_uuid.user_request_id == "mine" for each in found)
    assert [each.status_code.code_type for each in (found[0], found[-1])] == [v3.WORKING, v3.CLOSED]
    said = [each for each in found if each.HasField("final")]
    assert [each.audio_cursors.final_index for each in said] == [0, 1]
    assert all(each.channel_tag == "0" and each.final.channel_tag == "0" for each in said)
    refined = [each.final_refinement for each in found if each.HasField("final_refinement")]
    assert [each.final_index for each in refined] == [0, 1]
    ends = [each.eou_update.time_ms for each in found if each.HasField("eou_update")]
    assert ends == [each.audio_cursors.final_time_ms for each in said]
    # An event tells what had been received when it was made; CLOSED tells all of it.
    received = [each.audio_cursors.received_data_ms for each in found]
    assert received == sorted(received)
    assert received[-1] == len(TALK) // 2 * 1000 // RATE


def test_v3_full_data_tells_the_same_once_all_is_there(service: Live) -> None:
    live_events, _, _ = converse(service, V3, [options(), *chunks(TALK)], v3.StreamingResponse)
    found, code, _ = converse(service, V3, [options(full_data=True), *chunks(TALK)], v3.StreamingResponse)
    assert code == "OK"
    assert kinds(found) == kinds(live_events)
    assert texts(found) == texts(live_events)
    assert not [each for each in found if each.HasField("partial")]


def texts(found: Sequence[v3.StreamingResponse]) -> list[str]:
    return [each.final.alternatives[0].text for each in found if each.HasField("final")]


def test_v3_full_data_takes_several_channels(service: Live) -> None:
    stereo = options(full_data=True)
    stereo.session_options.recognition_model.audio_format.raw_audio.audio_channel_count = 2
    sound = b"".join(TALK[at : at + 2] + b"\0\0" for at in range(0, len(TALK), 2))
    found, code, _ = converse(service, V3, [stereo, *chunks(sound)], v3.StreamingResponse)
    assert code == "OK"
    finals = [each for each in found if each.HasField("final")]
    assert [each.channel_tag for each in finals] == ["0", "0", "1"]
    assert [bool(each.final.alternatives[0].text) for each in finals] == [True, True, False]


def test_v3_ends_come_from_outside_when_that_is_asked_for(service: Live) -> None:
    outside = v3.EouClassifierOptions(external_classifier=v3.ExternalEouClassifier())
    eou = v3.StreamingRequest(eou=v3.Eou())
    half = 2 * 3 * RATE
    requests = [options(eou_classifier=outside), *chunks(TALK[:half]), eou, *chunks(TALK[half:]), eou]
    found, _, _ = converse(service, V3, requests, v3.StreamingResponse)
    assert kinds(found) == ["status_code", *UTTERANCE, *UTTERANCE, "status_code"]
    assert next(each.eou_update.time_ms for each in found if each.HasField("eou_update")) == 3_000


def test_v3_silence_chunks_take_their_time(service: Live) -> None:
    silent = v3.StreamingRequest(silence_chunk=v3.SilenceChunk(duration_ms=5_000))
    for full_data in (False, True):
        requests = [options(full_data), silent, *chunks(TALK)]
        found, _, _ = converse(service, V3, requests, v3.StreamingResponse)
        first = next(each.final.alternatives[0] for each in found if each.HasField("final"))
        assert first.words[0].start_time_ms > 5_000


def test_v3_silence_alone_is_a_final_without_text(service: Live) -> None:
    found, _, _ = converse(service, V3, [options(), *chunks(bytes(2 * RATE))], v3.StreamingResponse)
    assert kinds(found) == ["status_code", *UTTERANCE, "status_code"]
    assert texts(found) == [""]


@pytest.mark.parametrize(
    ("classifier", "utterances"),
    [
        (v3.DefaultEouClassifier(type=v3.DefaultEouClassifier.HIGH), 2),
        (v3.DefaultEouClassifier(max_pause_between_words_hint_ms=2_000), 1),
    ],
)
def test_v3_the_classifier_says_which_pause_ends_an_utterance(
    service: Live, classifier: v3.DefaultEouClassifier, utterances: int
) -> None:
    chosen = v3.EouClassifierOptions(default_classifier=classifier)
    found, _, _ = converse(service, V3, [options(eou_classifier=chosen), *chunks(TALK)], v3.StreamingResponse)
    assert kinds(found).count("eou_update") == utterances


def test_v3_what_a_stream_cannot_do_is_a_warning(service: Live) -> None:
    labels = v3.SpeakerLabelingOptions(speaker_labeling=v3.SpeakerLabelingOptions.SPEAKER_LABELING_ENABLED)
    found, code, _ = converse(service, V3, [options(speaker_labeling=labels)], v3.StreamingResponse)
    assert code == "OK"
    warning = next(each.status_code for each in found if each.status_code.code_type == v3.WARNING)
    assert "speakerLabeling" in warning.message


@pytest.mark.parametrize(
    ("method", "requests", "code", "text"),
    [
        (V2, [], "INVALID_ARGUMENT", "the first message must be config"),
        (V2, list(content(b"ab")), "INVALID_ARGUMENT", "the first message must be config"),
        (V2, [config(), config()], "INVALID_ARGUMENT", "every message after the first must be audio_content"),
        (V2, [config(sample_rate_hertz=44_100)], "INVALID_ARGUMENT", "sampleRateHertz"),
        (V2, [config(audio_channel_count=2)], "INVALID_ARGUMENT", "audioChannelCount must be 1"),
        (V2, [config(language_code="xx")], "INVALID_ARGUMENT", "unknown language code"),
        (V2, [b"\xff\xff"], "INVALID_ARGUMENT", "cannot be parsed"),
        (
            V2,
            [config(audio_encoding=2), *content(b"RIFF" * 999)],
            "INVALID_ARGUMENT",
            "Invalid audio received",
        ),
        (V3, [], "INVALID_ARGUMENT", "the first message must be session_options"),
        (V3, list(chunks(b"ab")), "INVALID_ARGUMENT", "the first message must be session_options"),
        (V3, [options(), options()], "INVALID_ARGUMENT", "every message after the first must be"),
        (V3, [options(), v3.StreamingRequest()], "INVALID_ARGUMENT", "every message after the first must be"),
        (
            V3,
            [options(), v3.StreamingRequest(silence_chunk=v3.SilenceChunk(duration_ms=-1))],
            "INVALID_ARGUMENT",
            "silenceChunk.durationMs must not be negative",
        ),
        (
            V3,
            [options(), v3.StreamingRequest(silence_chunk=v3.SilenceChunk(duration_ms=400_000))],
            "OUT_OF_RANGE",
            "OutOfRange: Exceeded maximum allowed stream duration",
        ),
    ],
)
def test_what_is_wrong_is_the_status_of_the_stream(
    service: Live, method: str, requests: list[Any], code: str, text: str
) -> None:
    answer = v2.StreamingRecognitionResponse if method == V2 else v3.StreamingResponse
    _, found, details = converse(service, method, requests, answer)
    assert (found, text in details) == (code, True), details


@pytest.mark.parametrize("limits", [{"stream_bytes_max": 10_000}, {"stream_seconds_max": 1}])
def test_a_stream_that_is_too_long_is_out_of_range(
    tmp_path_factory: pytest.TempPathFactory, limits: dict[str, Any]
) -> None:
    with live(tmp_path_factory.mktemp("limits"), **limits) as service:
        _, code, text = converse(service, V2, [config(), *content(TALK)], v2.StreamingRecognitionResponse)
    assert code == "OUT_OF_RANGE"
    assert text.startswith("OutOfRange: Exceeded maximum allowed stream")


@pytest.mark.parametrize("method", [V2, V3])
def test_a_stranger_is_refused_before_anything_is_heard(service: Live, method: str) -> None:
    found, code, text = converse(service, method, [b""], v3.StreamingResponse, key="AQVNnobody")
    assert (found, code, text) == ([], "UNAUTHENTICATED", "UNAUTHORIZED")


def test_a_stream_without_messages_is_ended(tmp_path_factory: pytest.TempPathFactory) -> None:
    over = threading.Event()

    def one_then_nothing() -> Iterator[bytes]:
        yield config().SerializeToString()
        over.wait(TIMEOUT)

    with (
        live(tmp_path_factory.mktemp("idle"), stream_idle_seconds=0.2) as service,
        grpc.insecure_channel(service.grpc) as channel,
    ):
        call: grpc.StreamStreamMultiCallable[bytes, bytes] = channel.stream_stream(V2)
        metadata = (("authorization", f"Api-Key {service.key}"),)
        with pytest.raises(grpc.RpcError) as caught:
            list(call(one_then_nothing(), metadata=metadata, timeout=TIMEOUT))
        over.set()
    error: Any = caught.value
    assert (error.code(), error.details()) == (grpc.StatusCode.DEADLINE_EXCEEDED, "The stream is idle")


def test_a_caller_who_hangs_up_leaves_nothing_behind(service: Live) -> None:
    gone = threading.Event()

    def endless() -> Iterator[bytes]:
        yield config(partial_results=True).SerializeToString()
        while not gone.wait(0.02):
            yield v2.StreamingRecognitionRequest(audio_content=TALK[: 2 * RATE]).SerializeToString()

    with grpc.insecure_channel(service.grpc) as channel:
        call: grpc.StreamStreamMultiCallable[bytes, bytes] = channel.stream_stream(V2)
        metadata = (("authorization", f"Api-Key {service.key}"),)
        stream = call(endless(), metadata=metadata, timeout=TIMEOUT)
        assert next(stream)
        assert list((service.data_dir / FOLDER).iterdir())
        stream.cancel()
        gone.set()
    for _ in range(600):
        if not list((service.data_dir / FOLDER).iterdir()):
            return
        time.sleep(0.05)
    pytest.fail("files of the stream are left")


def test_what_v2_ignores_is_said_at_the_end(service: Live) -> None:
    with grpc.insecure_channel(service.grpc) as channel:
        call: grpc.StreamStreamMultiCallable[bytes, bytes] = channel.stream_stream(V2)
        metadata = (("authorization", f"Api-Key {service.key}"),)
        stream = call(iter([config(model="hqa").SerializeToString()]), metadata=metadata, timeout=TIMEOUT)
        assert list(stream) == []
        assert "hqa" in str(dict(stream.trailing_metadata() or ())["x-govor-warnings"])


def test_streams_beyond_the_number_allowed_are_told_to_come_again(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    with live(tmp_path_factory.mktemp("full"), streams_max=0) as service:
        found, code, _ = converse(service, V2, [config()], v2.StreamingRecognitionResponse)
    assert (found, code) == ([], "RESOURCE_EXHAUSTED")
