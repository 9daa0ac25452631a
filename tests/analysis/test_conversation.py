"""Two speakers in one recording, computed by hand."""

import pytest

from govor.analysis.conversation import conversation
from govor.analysis.intervals import Interval
from govor.records import Chunk, Extras
from tests.api.memory import chunk, word


def spoken(channel: int, *times: tuple[int, int]) -> list[Chunk]:
    return [chunk(channel, "Да", word("да", start, end)) for start, end in times]


FIRST = spoken(1, (1_000, 3_000), (6_000, 7_000))
SECOND = spoken(2, (2_500, 4_000), (6_000, 6_500), (9_000, 9_500))


def test_speech_silence_and_overlap_add_up() -> None:
    of = conversation({1: FIRST, 2: SECOND}, 10_000, Extras())
    assert of.window == Interval(0, 10_000)
    assert (of.speech_ms, of.silence_ms, of.overlap_ms) == (4_500, 5_500, 1_000)
    assert of.speech_ratio + of.silence_ratio == pytest.approx(1)
    assert of.overlap_ratio == pytest.approx(0.1)
    assert (of.overlaps.least, of.overlaps.most) == (500, 500)
    assert (of.silences.least, of.silences.most) == (500, 2_000)


def test_who_begins_while_another_speaks_interrupts() -> None:
    of = conversation({1: FIRST, 2: SECOND}, 10_000, Extras())
    assert of.interruptions == {1: (), 2: (Interval(2_500, 3_000),)}


def test_thresholds_leave_out_what_is_short() -> None:
    asked = Extras(shared_silence_ms=1_500, shared_speech_ms=501)
    of = conversation({1: FIRST, 2: SECOND}, 10_000, asked)
    assert (of.silence_ms, of.overlap_ms) == (4_000, 0)
    assert of.interruptions[2] == ()


@pytest.mark.parametrize("speakers", [{}, {1: FIRST}])
def test_one_speaker_or_none_interrupts_nobody(speakers: dict[int, list[Chunk]]) -> None:
    of = conversation(speakers, 0 if not speakers else 8_000, Extras(quantiles=(0.5,)))
    assert of.overlap_ms == 0
    assert not any(of.interruptions.values())
    assert of.overlaps.quantiles == ((0.5, 0.0),)
