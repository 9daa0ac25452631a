"""Plain text and subtitles of a transcript."""

import itertools
import re
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from govor.exports import plain, subtitles
from govor.records import Chunk, Transcript, Word


def chunk(channel: int, text: str, *, start_ms: int, word_ms: int = 400) -> Chunk:
    words = tuple(
        Word(text=each, start_ms=start_ms + i * word_ms, end_ms=start_ms + (i + 1) * word_ms, confidence=1.0)
        for i, each in enumerate(text.split())
    )
    return Chunk(channel=channel, words=words, text=text.capitalize(), confidence=1.0)


MONO = Transcript(chunks=(chunk(1, "добрый день", start_ms=1_000), chunk(1, "слушаю", start_ms=3_723_456)))
STEREO = Transcript(chunks=(chunk(1, "алло", start_ms=0), chunk(2, "да", start_ms=900)), channels=2)


def test_plain_text_has_a_line_for_each_utterance() -> None:
    assert plain.write(MONO) == "Добрый день\nСлушаю\n"


def test_channels_are_told_apart_when_there_are_two() -> None:
    assert plain.write(STEREO) == "1: Алло\n2: Да\n"


def test_silence_gives_an_empty_text() -> None:
    assert plain.write(Transcript()) == ""


def test_srt_is_numbered_and_uses_commas() -> None:
    assert subtitles.write_srt(MONO) == (
        "1\n00:00:01,000 --> 00:00:01,800\nДобрый день\n\n2\n01:02:03,456 --> 01:02:03,856\nСлушаю\n\n"
    )


def test_vtt_has_its_header_and_uses_points() -> None:
    assert subtitles.write_vtt(STEREO) == (
        "WEBVTT\n\n00:00:00.000 --> 00:00:00.400\n1: Алло\n\n00:00:00.900 --> 00:00:01.300\n2: Да\n\n"
    )


@given(st.lists(st.text(alphabet="абвгд", min_size=1, max_size=30), min_size=1, max_size=60))
def test_long_utterances_become_cues_that_fit_and_lose_no_word(words: list[str]) -> None:
    cues = list(subtitles.cues(Transcript(chunks=(chunk(1, " ".join(words), start_ms=0),))))
    assert re.findall(r"\w+", " ".join(cue.text for cue in cues).lower()) == words
    for cue in cues:
        assert len(cue.text) <= subtitles.CUE_CHARACTERS_MAX
        assert cue.end_ms - cue.start_ms <= subtitles.CUE_MS_MAX
    assert all(a.end_ms <= b.start_ms for a, b in itertools.pairwise(cues))


def test_long_utterance_is_shown_as_it_was_written() -> None:
    spoken = chunk(1, " ".join(["двадцать пять рублей"] * 12), start_ms=0)
    pieces = tuple(
        Word(text="25 руб.", start_ms=1200 * i, end_ms=1200 * (i + 1), confidence=1.0) for i in range(12)
    )
    shown = list(subtitles.cues(Transcript(chunks=(replace(spoken, pieces=pieces),))))
    assert " ".join(cue.text for cue in shown) == " ".join(["25 руб."] * 12)
    assert len(shown) > 1
    assert (shown[0].start_ms, shown[-1].end_ms) == (0, 14_400)
