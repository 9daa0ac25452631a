"""Our JSON of a message is protobuf's own, but for the form of whole numbers."""

import json
import math
from typing import Any

import pytest
from google.protobuf import empty_pb2, json_format
from google.protobuf.message import Message
from google.rpc import error_details_pb2
from hypothesis import given, settings
from hypothesis import strategies as st

from govor.api import proto_json
from govor.pb.yandex.cloud.ai.stt.v3 import stt_pb2 as pb

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
times = st.integers(-(2**63), 2**63 - 1)
shares = st.floats(allow_nan=False, allow_infinity=False)
words = st.builds(pb.Word, text=texts, start_time_ms=times, end_time_ms=times)
languages = st.builds(pb.LanguageEstimation, language_code=texts, probability=shares)
readings = st.builds(
    pb.Alternative,
    words=st.lists(words, max_size=3),
    text=texts,
    start_time_ms=times,
    confidence=shares,
    languages=st.lists(languages, max_size=2),
)
updates = st.builds(pb.AlternativeUpdate, alternatives=st.lists(readings, max_size=2), channel_tag=texts)
statuses = st.builds(pb.StatusCode, code_type=st.integers(0, 3), message=texts)
events: Any = st.one_of(
    st.builds(pb.StreamingResponse, final=updates, channel_tag=texts),
    st.builds(
        pb.StreamingResponse,
        final_refinement=st.builds(pb.FinalRefinement, final_index=times, normalized_text=updates),
        response_wall_time_ms=times,
    ),
    st.builds(
        pb.StreamingResponse, eou_update=st.builds(pb.EouUpdate, time_ms=times), session_uuid=st.none()
    ),
    st.builds(pb.StreamingResponse, status_code=statuses),
)


def plain(message: Message) -> Any:
    return json_format.MessageToDict(message, always_print_fields_with_no_presence=True)


@settings(deadline=None, max_examples=40)
@given(events)
def test_it_says_what_protobufs_own_json_says(message: pb.StreamingResponse) -> None:
    text = proto_json.write(message)
    assert "\n" not in text.replace("\\n", "")
    assert json.loads(text) == plain(message)


def test_fields_come_in_the_order_of_the_proto_file() -> None:
    message = pb.StreamingResponse(eou_update=pb.EouUpdate(time_ms=7), channel_tag="0")
    message.session_uuid.uuid = "ид"
    assert proto_json.write(message) == (
        '{"sessionUuid":{"uuid":"ид","userRequestId":""},"responseWallTimeMs":"0",'
        '"eouUpdate":{"timeMs":"7"},"channelTag":"0"}'
    )


@pytest.mark.parametrize(
    ("value", "expected"),
    [(0.0, "0"), (1.0, "1"), (-2.0, "-2"), (0.5, "0.5"), (1e300, "1e+300"), (math.nan, '"NaN"'),
     (math.inf, '"Infinity"'), (-math.inf, '"-Infinity"')],
)  # fmt: skip
def test_whole_numbers_have_no_fraction(value: float, expected: str) -> None:
    label = pb.RecognitionClassifierLabel(label="x", confidence=value)
    assert proto_json.write(label) == f'{{"label":"x","confidence":{expected}}}'


def test_other_kinds_of_fields_are_written_too() -> None:
    assert proto_json.write(empty_pb2.Empty()) == "{}"
    request = pb.RecognizeFileRequest(content=b"\x00\xff")
    assert proto_json.write(request) == '{"content":"AP8="}'
    option = pb.SpeechAnalysisOptions(enable_speaker_analysis=True, descriptive_statistics_quantiles=[0.5, 1])
    assert json.loads(proto_json.write(option)) == plain(option)
    assert json.loads(proto_json.write(pb.StatusCode(code_type=pb.WARNING))) == {
        "codeType": "WARNING",
        "message": "",
    }


def test_message_of_another_package_is_no_different() -> None:
    message = error_details_pb2.RequestInfo(request_id="1")
    assert json.loads(proto_json.write(message)) == plain(message)
