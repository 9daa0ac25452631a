"""Records as the engine keeps them."""

from hypothesis import given, settings
from hypothesis import strategies as st

from govor.engine.serializer import JsonSerializer
from govor.pipeline import stored
from govor.records import (
    AudioEncoding,
    AudioSpec,
    Chunk,
    Classifier,
    Extras,
    Instruction,
    Summary,
    Task,
    TextOptions,
    Transcript,
    Trigger,
    Word,
)

texts = st.text(st.characters(blacklist_categories=["Cs"]), max_size=12)
numbers = st.integers(0, 10**8)
shares = st.integers(0, 1000).map(lambda thousandths: thousandths / 1000)
words = st.builds(Word, text=texts, start_ms=numbers, end_ms=numbers, confidence=shares)
many = st.lists(words, max_size=4).map(tuple)
chunks = st.builds(Chunk, channel=st.integers(1, 8), words=many, text=texts, confidence=shares)
levels = st.lists(shares, max_size=3).map(tuple)
classifiers = st.builds(
    Classifier, name=texts, triggers=st.lists(st.sampled_from(Trigger), max_size=2).map(tuple)
)
instructions = st.builds(Instruction, text=texts, json_object=st.booleans(), json_schema=texts)
extras = st.builds(
    Extras,
    label_speakers=st.booleans(),
    classifiers=st.lists(classifiers, max_size=2).map(tuple),
    quantiles=levels,
    silence_ms=numbers,
    instructions=st.lists(instructions, max_size=2).map(tuple),
    instructed_model=texts,
)
summaries = st.builds(
    Summary, answers=st.lists(texts, max_size=2).map(tuple), input_tokens=numbers, failure=texts
)
transcripts = st.builds(
    Transcript,
    chunks=st.lists(chunks, max_size=4).map(tuple),
    audio_ms=numbers,
    channels=numbers,
    extras=extras,
    summary=st.none() | summaries,
)
specs = st.builds(
    AudioSpec, encoding=st.sampled_from(AudioEncoding), sample_rate_hz=numbers, channels=st.integers(0, 9)
)
options = st.builds(
    TextOptions, raw_results=st.booleans(), literature_text=st.booleans(), profanity_filter=st.booleans()
)


def through_the_database(value: object) -> object:
    return JsonSerializer().deserialize(JsonSerializer().serialize(value))


@settings(deadline=None, max_examples=50)
@given(
    st.builds(
        Task, uri=texts, audio=specs, language=texts, model=texts, text=options, api=numbers, extras=extras
    )
)
def test_a_task_comes_back(task: Task) -> None:
    assert stored.read_task(through_the_database(stored.write_task(task))) == task  # type: ignore[arg-type]


@settings(deadline=None, max_examples=50)
@given(transcripts)
def test_a_transcript_comes_back(transcript: Transcript) -> None:
    written = through_the_database(stored.write_transcript(transcript))
    assert stored.read_transcript(written) == transcript  # type: ignore[arg-type]


@settings(deadline=None, max_examples=50)
@given(st.lists(st.tuples(st.integers(1, 8), many), max_size=5))
def test_what_was_heard_comes_back(heard: list[tuple[int, tuple[Word, ...]]]) -> None:
    assert stored.read_heard(str(through_the_database(stored.write_heard(heard)))) == heard
