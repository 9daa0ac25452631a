"""Statistics of one speaker, computed by hand."""

import pytest

from govor.analysis import speakers
from govor.analysis.intervals import Interval
from govor.analysis.statistics import Statistics, described
from govor.records import Chunk
from tests.api.memory import chunk, word

SAID = (
    chunk(1, "Добрый день", word("добрый", 1_000, 1_500), word("день", 1_600, 2_000)),
    chunk(1, "Да", word("да", 4_000, 4_500)),
)


def test_speech_is_words_and_short_pauses() -> None:
    of = speakers.speech(SAID, pause_ms=0, levels=())
    assert of.window == Interval(1_000, 4_500)
    assert (of.speech_ms, of.silence_ms) == (1_500, 2_000)
    assert of.speech_ratio == pytest.approx(1_500 / 3_500)
    assert of.speech_ratio + of.silence_ratio == pytest.approx(1)
    assert (of.words, of.letters, of.utterances) == (3, 12, 2)


def test_threshold_decides_what_is_a_pause() -> None:
    assert speakers.speech(SAID, pause_ms=50, levels=()).speech_ms == 1_400
    assert speakers.speech(SAID, pause_ms=3_000, levels=()).silence_ms == 0


def test_rates_are_those_of_the_utterances() -> None:
    of = speakers.speech(SAID, pause_ms=0, levels=(0.5,))
    assert of.words_per_second == Statistics(least=2, most=2, mean=2, deviation=0, quantiles=((0.5, 2.0),))
    assert (of.letters_per_second.least, of.letters_per_second.most) == (4, 10)
    assert of.words_per_utterance.mean == 1.5
    assert of.utterance_ms.quantiles == ((0.5, 750.0),)


def test_word_without_length_is_no_reason_to_divide_by_zero() -> None:
    of = speakers.speech((chunk(1, "Э", word("э", 700, 700)),), pause_ms=0, levels=())
    assert (of.speech_ms, of.speech_ratio, of.silence_ratio) == (0, 0.0, 0.0)
    assert of.words_per_second.mean == 1_000


def test_statistics_are_numpys() -> None:
    of = described([1, 2, 3, 10], (0.25, 0.9))
    assert (of.least, of.most, of.mean) == (1, 10, 4)
    assert of.deviation == pytest.approx(3.535, abs=1e-3)
    assert [value for _, value in of.quantiles] == pytest.approx([1.75, 7.9])
    assert described([], (0.5,)) == Statistics(quantiles=((0.5, 0.0),))


def test_letters_are_counted_without_hyphens() -> None:
    assert [speakers.letters_of(text) for text in ("кто-то", "7", "")] == [5, 1, 0]


def test_chunks_may_overlap() -> None:
    twice: tuple[Chunk, ...] = (*SAID, chunk(1, "Да", word("да", 4_200, 4_400)))
    assert speakers.speech(twice, pause_ms=0, levels=()).speech_ms == 1_500
