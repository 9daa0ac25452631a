"""The written form of operations: golden answers, and what no answer may break."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from govor.api import v2_json, wire_errors
from govor.api.auth import LOCAL
from govor.api.v2_json import Style
from govor.records import Chunk, Failure, Operation, Transcript, Word
from tests.api import memory

GOLDEN = Path(__file__).parent / "golden"
DEFAULT = Style()


def operation(**changed: Any) -> Operation:
    given: dict[str, Any] = {
        "id": "e0300000000000000000",
        "created_at": memory.CREATED_AT,
        "created_by": LOCAL.subject_id,
        "folder_id": LOCAL.folder_id,
        "modified_at": memory.DONE_AT,
        "done": True,
    }
    return Operation(**(given | changed))


def written(made: Operation, style: Style = DEFAULT) -> str:
    return v2_json.write_operation(made, wire_errors.failure_document(made.failure), style).decode()


@pytest.mark.parametrize(
    ("name", "made", "style"),
    [
        ("running", operation(done=False, modified_at=memory.CREATED_AT), DEFAULT),
        ("mono", operation(transcript=memory.MONO), DEFAULT),
        ("mono_true_confidence", operation(transcript=memory.MONO), Style(true_confidence=True)),
        ("stereo", operation(transcript=memory.STEREO), DEFAULT),
        ("silent", operation(transcript=memory.SILENT), DEFAULT),
        ("silent_always_chunks", operation(transcript=memory.SILENT), Style(always_chunks=True)),
        ("failed", operation(failure=memory.FAILED), DEFAULT),
        ("cancelled", operation(failure=memory.CANCELLED), DEFAULT),
    ],
)
def test_answer_is_the_golden_one_to_the_byte(name: str, made: Operation, style: Style) -> None:
    assert written(made, style) == (GOLDEN / f"{name}.json").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("ms", "expected"),
    [
        (0, "0s"),
        (20, "0.020s"),
        (999, "0.999s"),
        (1_000, "1s"),
        (48_543, "48.543s"),
        (14_400_000, "14400s"),
        (14_400_001, "14400.001s"),
    ],
)
def test_duration_has_no_or_three_decimals(ms: int, expected: str) -> None:
    assert v2_json.duration(ms) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [(1.0, "1"), (0.9996, "1"), (0.87654, "0.877"), (0.5, "0.5"), (0.0, "0"), (0.0004, "0")],
)
def test_true_confidence_has_up_to_three_digits(value: float, expected: str) -> None:
    assert v2_json.confidence(value, Style(true_confidence=True)) == expected


def test_time_of_day_is_utc_in_whole_seconds() -> None:
    assert v2_json.timestamp(1_724_326_762) == "2024-08-22T11:39:22Z"


def test_description_stands_between_id_and_creation() -> None:
    keys = list(json.loads(written(operation(description="note", transcript=memory.SILENT))))
    assert keys == ["done", "response", "id", "description", "createdAt", "createdBy", "modifiedAt"]


words = st.builds(
    Word,
    text=st.text(min_size=1).filter(lambda text: text.isprintable()),
    start_ms=st.integers(0, 10**8),
    end_ms=st.integers(0, 10**8),
    confidence=st.floats(0, 1),
)
chunks = st.builds(
    Chunk,
    channel=st.integers(1, 8),
    words=st.lists(words, min_size=1, max_size=3).map(tuple),
    text=st.text().filter(lambda text: text.encode("utf-8", "ignore").decode() == text),
    confidence=st.floats(0, 1),
)
transcripts = st.builds(Transcript, chunks=st.lists(chunks, max_size=3).map(tuple))


@given(transcripts, st.booleans(), st.booleans())
def test_hand_written_json_is_what_json_dumps_would_write(
    transcript: Transcript, always_chunks: bool, true_confidence: bool
) -> None:
    style = Style(always_chunks=always_chunks, true_confidence=true_confidence)
    text = written(operation(transcript=transcript), style)
    assert text == json.dumps(json.loads(text, parse_float=Raw), ensure_ascii=False, indent=1)


class Raw(float):
    """A float that json.dumps writes as it was read."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text

    def __repr__(self) -> str:
        return self.text


@given(st.builds(Failure, code=st.integers(0, 16), message=st.text(), detail=st.text()))
def test_error_is_what_json_dumps_would_write(failure: Failure) -> None:
    text = written(operation(failure=failure))
    assert text == json.dumps(json.loads(text), ensure_ascii=False, indent=1)
    assert set(json.loads(text)["error"]) == {"code", "message", "details"}


def test_one_field_stands_on_each_line_so_that_grep_can_read_it() -> None:
    for line in written(operation(transcript=memory.STEREO)).splitlines():
        assert line.count('": ') <= 1


def test_version_of_the_rules_is_told_only_if_asked_for() -> None:
    made = operation(transcript=replace(memory.MONO, rules=1))
    assert "metadata" not in written(made)
    told = json.loads(written(made, Style(metadata=True)))
    assert told.pop("metadata") == {
        "@type": "type.googleapis.com/google.protobuf.Struct",
        "value": {"normalizationVersion": 1},
    }
    assert told == json.loads(written(made))
    assert "metadata" not in written(operation(), Style(metadata=True))
