"""Any bytes in: sound or BadAudio out, in a child that never crashes."""

import contextlib
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from govor.audio import ogg, sandbox, sniff
from govor.errors import BadAudio
from govor.records import AudioEncoding, AudioSpec
from tests.audio import outcomes
from tests.audio.recordings import join, mp3, opus, pages, tone, wav

OPUS_FILES = (
    opus(tone(0.4), b="12k", application="voip"),
    opus(tone(0.4, (440, 600)), b="64k"),
    opus(tone(0.4, [440.0] * 6), b="200k", mapping_family="255"),
    opus(tone(0.3)) + opus(tone(0.3, (500, 600))),
)
FILES = (
    *((AudioEncoding.OGG_OPUS, file) for file in OPUS_FILES),
    (AudioEncoding.MP3, mp3(tone(0.4, (440,), 44_100))),
    (AudioEncoding.MP3, mp3(tone(0.4, (440, 500), 16_000), 16_000)),
    (AudioEncoding.WAV, wav(tone(0.1, (440,), 16_000), 16_000)),
    (AudioEncoding.LINEAR16_PCM, wav(tone(0.1, (440, 550), 8_000), 8_000)),
)
Edit = tuple[float, str, bytes]  # where (0..1), what, with what

EDITS = st.lists(
    st.tuples(
        st.floats(0, 1, exclude_max=True),
        st.sampled_from(["replace", "insert", "remove", "cut"]),
        st.binary(min_size=1, max_size=40),
    ),
    min_size=1,
    max_size=6,
)
SPECS = st.builds(
    AudioSpec,
    encoding=st.sampled_from([encoding for encoding in AudioEncoding if encoding != AudioEncoding.ANY]),
    sample_rate_hz=st.sampled_from([8_000, 16_000, 48_000]),
    channels=st.integers(1, 8),
)
CALM = settings(deadline=None, derandomize=True)  # no clock, and the same examples on every machine


def edited(file: bytes, edits: list[Edit]) -> bytes:
    data = bytearray(file)
    for where, what, content in edits:
        at = int(where * len(data))
        if what == "cut":
            del data[at:]
        else:
            end = at if what == "insert" else at + len(content)
            data[at:end] = b"" if what == "remove" else content
    return bytes(data)


@given(head=st.binary(max_size=300), declared=SPECS)
@settings(CALM, max_examples=300)
def test_any_bytes_are_probed(head: bytes, declared: AudioSpec) -> None:
    with contextlib.suppress(BadAudio):
        assert 1 <= sniff.probe(head, declared).channels <= 8


@given(data=st.binary(max_size=2_000), spec=SPECS)
@settings(CALM, max_examples=40)
def test_any_bytes_are_decoded(data: bytes, spec: AudioSpec) -> None:
    sandbox.run(outcomes.unsniffed, data, spec)


@pytest.mark.parametrize(("encoding", "file"), FILES)
@given(edits=EDITS)
@settings(CALM, max_examples=15)
def test_edited_files_are_decoded(encoding: AudioEncoding, file: bytes, edits: list[Edit]) -> None:
    sandbox.run(outcomes.of_bytes, edited(file, edits), encoding)


@pytest.mark.parametrize("file", OPUS_FILES)
@given(data=st.data())
@settings(CALM, max_examples=15)
def test_lies_under_a_right_checksum_are_decoded(file: bytes, data: st.DataObject) -> None:
    lies = pages(file)
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(lies) - 1))
        lies[at] = data.draw(lie(lies[at]))
    sandbox.run(outcomes.of_bytes, join(lies), AudioEncoding.OGG_OPUS)


def lie(page: ogg.Page) -> st.SearchStrategy[ogg.Page]:
    """The page with one field of it wrong."""
    size = len(page.body)
    granules = st.integers(-(1 << 63), (1 << 63) - 1) | st.integers(-1, 1 << 20)
    return st.one_of(
        granules.map(lambda granule: replace(page, granule=granule)),
        st.integers(0, 7).map(lambda flags: replace(page, flags=flags)),
        st.integers(0, 9).map(lambda sequence: replace(page, sequence=sequence)),
        st.binary(min_size=size, max_size=size).map(lambda body: replace(page, body=body)),
    )
