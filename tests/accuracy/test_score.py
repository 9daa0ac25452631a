"""Rates, intervals, confusions, calibration."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from govor.accuracy import reliability
from govor.accuracy.reliability import Judged
from govor.accuracy.score import Score, confusions, interval, score, total, worst
from govor.records import Word
from tests.recognition.made import BOUNDED


def heard(text: str, confidence: float = 0.9) -> list[Word]:
    """Words one after the other."""
    return [
        Word(text=word, start_ms=100 * place, end_ms=100 * place + 90, confidence=confidence)
        for place, word in enumerate(text.split())
    ]


def scored(said: str, got: str, name: str = "a.ogg") -> Score:
    return score(Path(name), 1.0, said, heard(got))


def test_case_punctuation_and_yo_are_no_errors() -> None:
    counted = scored("Ёж — это зверь.", "еж это зверь").words
    assert counted.edits == 0
    assert counted.reference_words == 3


def test_every_heard_word_is_judged_by_the_alignment() -> None:
    judged = scored("мама мыла раму", "мама рыла").judged
    assert [word.right for word in judged] == [True, False]


def test_rates_are_of_all_words_together_and_not_the_mean_of_the_recordings() -> None:
    summed = total([scored("да", "нет"), scored("мама мыла раму у окна", "мама мыла раму у окна")])
    assert summed.rate == pytest.approx(1 / 6)
    assert summed.character_rate == pytest.approx(3 / (2 + 21))


def test_words_on_silence_are_insertions() -> None:
    summed = total([scored("", "да")])
    assert (summed.words.insertions, summed.words.reference_words, summed.rate) == (1, 0, 1.0)


@BOUNDED
@given(st.lists(st.tuples(st.integers(0, 5), st.integers(1, 9)), min_size=1, max_size=12))
def test_interval_holds_between_the_best_and_the_worst_recording(counts: list[tuple[int, int]]) -> None:
    low, high = interval(counts)
    rates = [edit / words for edit, words in counts]
    assert min(rates) - 1e-9 <= low <= high <= max(rates) + 1e-9


def test_interval_narrows_with_the_number_of_recordings() -> None:
    few, many = interval([(1, 4), (3, 4)] * 5), interval([(1, 4), (3, 4)] * 200)
    assert many[1] - many[0] < (few[1] - few[0]) / 3


def test_interval_is_the_same_every_time() -> None:
    assert interval([(1, 4), (3, 7), (0, 2)]) == interval([(1, 4), (3, 7), (0, 2)])


def test_confusions_are_counted_over_recordings() -> None:
    scores = [scored("кот спит", "код спит"), scored("кот ест рыбу", "код ест")]
    assert confusions(scores, 9) == [(("кот", "код"), 2), (("рыбу", None), 1)]


def test_the_worst_recordings_come_first_and_right_ones_not_at_all() -> None:
    scores = [scored("да", "да", "a"), scored("да нет", "а", "b"), scored("да", "нет", "c")]
    assert [each.path.name for each in worst(scores, 9)] == ["b", "c"]


@pytest.mark.parametrize(
    ("judged", "expected"),
    [
        ([], 0.0),
        ([Judged(1.0, True)] * 4, 0.0),
        ([Judged(1.0, False)] * 4, 1.0),
        ([Judged(0.75, True)] * 3 + [Judged(0.75, False)], 0.0),
        ([Judged(0.9, True), Judged(0.9, False)] + [Judged(0.1, False)] * 2, (2 * 0.4 + 2 * 0.1) / 4),
    ],
)
def test_calibration_error_is_the_distance_from_confidence_to_truth(
    judged: list[Judged], expected: float
) -> None:
    assert reliability.expected_calibration_error(judged) == pytest.approx(expected)


@BOUNDED
@given(st.lists(st.builds(Judged, st.floats(0, 1), st.booleans()), max_size=50))
def test_every_word_falls_into_one_bin(judged: list[Judged]) -> None:
    parts = reliability.bins(judged)
    assert sum(part.words for part in parts) == len(judged)
    assert all(part.low - 1e-9 <= part.confidence <= part.high + 1e-9 for part in parts if part.words)
