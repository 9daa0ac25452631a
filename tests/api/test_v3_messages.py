"""A transcript as events: their order, their times, their texts."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import groupby
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from govor.api import proto_json, v3_messages
from govor.api.v2_json import Style
from govor.pb.yandex.cloud.ai.stt.v3 import stt_pb2 as pb
from govor.records import Chunk, Classifier, Extras, Operation, Summary, Transcript, Trigger
from tests.api import memory
from tests.api.memory import chunk, word

GOLDEN = Path(__file__).parent / "golden"
EVERYTHING = Extras(
    classifiers=(
        Classifier(name="formal_greeting", triggers=(Trigger.ON_FINAL, Trigger.ON_UTTERANCE)),
        Classifier(name="insult", triggers=(Trigger.ON_UTTERANCE,)),
    ),
    analyse_speakers=True,
    analyse_conversation=True,
    quantiles=(0.5,),
)
SUMMARY = Summary(answers=("Про книгу.", '{"тема": "книга"}'), input_tokens=120, output_tokens=9)


def operation(transcript: Transcript) -> Operation:
    return Operation(
        id="f8dd7jsm8qr0fvn2m7k1",
        created_at=memory.CREATED_AT,
        created_by="ajealice000000000000",
        folder_id="b1galice000000000000",
        modified_at=memory.DONE_AT,
        done=True,
        api=3,
        transcript=transcript,
    )


def events(transcript: Transcript, *, true_confidence: bool = False) -> list[pb.StreamingResponse]:
    return list(v3_messages.events(operation(transcript), Style(true_confidence=true_confidence)))


@pytest.mark.parametrize(
    ("name", "transcript"),
    [
        ("v3_mono", memory.MONO),
        ("v3_raw", replace(memory.MONO, extras=Extras(normalised=False))),
        ("v3_stereo", memory.STEREO),
        ("v3_silent", memory.SILENT),
        ("v3_everything", replace(memory.STEREO, extras=EVERYTHING, summary=SUMMARY)),
    ],
)
def test_events_are_the_golden_ones_to_the_byte(name: str, transcript: Transcript) -> None:
    lines = "".join(f"{proto_json.write(event)}\n" for event in events(transcript))
    assert lines == (GOLDEN / f"{name}.ndjson").read_text(encoding="utf-8")


@st.composite
def transcripts(draw: st.DrawFn) -> Transcript:
    """Any chunks in order of time, on some channels of a recording that may end early."""
    channels = draw(st.integers(1, 3))
    starts = sorted(draw(st.lists(st.integers(0, 9_000), max_size=8)))
    made: list[Chunk] = []
    for start in starts:
        length = draw(st.integers(0, 2_000))
        spoken = word("слово", start, start + length, 0.5)
        made.append(chunk(draw(st.integers(1, channels)), "Слово", spoken))
    extras = draw(st.sampled_from([Extras(), EVERYTHING, Extras(normalised=False)]))
    return Transcript(chunks=tuple(made), audio_ms=10_000, channels=channels, extras=extras)


def kinds(row: list[pb.StreamingResponse]) -> list[str]:
    return [str(event.WhichOneof("Event")) for event in row]


@settings(deadline=None, max_examples=40)
@given(transcripts())
def test_final_refinement_and_end_follow_each_other_in_every_utterance(transcript: Transcript) -> None:
    texts = {"final", "final_refinement", "eou_update"}
    row = [event for event in events(transcript) if event.WhichOneof("Event") in texts]
    assert kinds(row) == ["final", "final_refinement", "eou_update"] * (len(row) // 3)
    for one, two, three in zip(row[::3], row[1::3], row[2::3], strict=True):
        assert one.channel_tag == two.channel_tag == three.channel_tag != ""
        assert one.audio_cursors.final_index == two.final_refinement.final_index
        assert three.eou_update.time_ms == three.audio_cursors.eou_time_ms == one.audio_cursors.final_time_ms
    finals = [event.audio_cursors.final_index for event in row[::3]]
    assert finals == list(range(len(finals)))


@settings(deadline=None, max_examples=40)
@given(transcripts())
def test_every_event_names_its_session_and_its_channel(transcript: Transcript) -> None:
    row = events(transcript)
    assert {event.session_uuid.uuid for event in row} == {v3_messages.uuid_of("f8dd7jsm8qr0fvn2m7k1")}
    assert all(event.channel_tag.isdecimal() for event in row)
    assert {event.audio_cursors.received_data_ms for event in row} == {10_000}


@settings(deadline=None, max_examples=40)
@given(transcripts())
def test_every_channel_has_a_final_and_frames_do_not_overlap(transcript: Transcript) -> None:
    finals = [event for event in events(transcript) if event.WhichOneof("Event") == "final"]
    tags = {event.channel_tag for event in finals}
    assert tags == {str(channel) for channel in range(transcript.channels)}
    for event in finals:
        (reading,) = event.final.alternatives
        assert reading.start_time_ms <= reading.end_time_ms
        for each in reading.words:
            assert reading.start_time_ms <= each.start_time_ms <= each.end_time_ms <= reading.end_time_ms


def readings(transcript: Transcript) -> Iterator[tuple[str, str]]:
    """Final and refined text of each utterance."""
    for event in events(transcript):
        if event.WhichOneof("Event") == "final":
            before = event.final.alternatives[0].text
        elif event.WhichOneof("Event") == "final_refinement":
            yield before, event.final_refinement.normalized_text.alternatives[0].text


def test_final_is_what_was_heard_and_its_refinement_what_is_written() -> None:
    assert list(readings(memory.MONO)) == [
        ("добрый день", "Добрый день"),
        ("встреча двадцать седьмого октября", "Встреча 27 октября"),
    ]


def test_without_normalisation_both_are_what_was_heard() -> None:
    row = list(readings(replace(memory.MONO, extras=Extras(normalised=False))))
    assert all(raw == refined for raw, refined in row)
    assert len(row) == 2


def test_silence_is_an_empty_final_on_each_channel() -> None:
    row = events(replace(memory.SILENT, channels=2))
    assert kinds(row) == ["final", "final_refinement", "eou_update"] * 2
    assert [event.final.alternatives[0].text for event in row[::3]] == ["", ""]
    assert [event.channel_tag for event in row[::3]] == ["0", "1"]
    assert row[0].final.alternatives[0].end_time_ms == memory.SILENT.audio_ms


def test_confidence_is_0_unless_the_truth_is_wanted() -> None:
    first = events(memory.STEREO)[0].final.alternatives[0]
    truly = events(memory.STEREO, true_confidence=True)[0].final.alternatives[0]
    assert (first.confidence, truly.confidence) == (0, 0.9)


def test_channel_tags_are_zero_based() -> None:
    tags = [event.channel_tag for event in events(memory.STEREO)]
    assert [tag for tag, _ in groupby(tags)] == ["0", "1", "0"]


def test_what_is_asked_for_beside_the_words_follows_what_it_is_about() -> None:
    row = kinds(events(replace(memory.STEREO, extras=EVERYTHING, summary=SUMMARY)))
    one = ["final", "classifier_update", "final_refinement", "eou_update"]
    after = ["classifier_update", "classifier_update", "speaker_analysis"]
    ends = ["speaker_analysis", "speaker_analysis", "conversation_analysis", "summarization"]
    assert row == (one + after) * 3 + ends


def test_summary_that_failed_is_a_warning_behind_the_words() -> None:
    row = events(replace(memory.MONO, summary=Summary(failure="the language model's server failed")))
    assert row[-1].status_code.code_type == pb.WARNING
    assert row[-1].status_code.message == "the language model's server failed"
    assert len(row) == 7


def test_silence_has_no_statistics() -> None:
    row = kinds(events(replace(memory.SILENT, extras=EVERYTHING)))
    assert row == ["final", "final_refinement", "eou_update"]
