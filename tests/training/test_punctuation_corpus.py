"""Books as labelled words: which mark stands where, what is a name, what is kept from training."""

from random import Random

import pytest

from training.punctuation import corpus
from training.punctuation.corpus import COMMA, KEPT, NAME, NONE, PERIOD, QUESTION, UNKNOWN

MARKS = [
    ("Он пришел, и мы сели.", [NONE, COMMA, NONE, NONE, PERIOD]),
    ("Куда? -- спросил он.", [QUESTION, NONE, PERIOD]),
    ("Да! -- сказал он.", [COMMA, NONE, PERIOD]),
    ("Да! Иди сюда!", [PERIOD, NONE, PERIOD]),
    ("Он сказал: Иди.", [NONE, PERIOD, PERIOD]),
    ("Знаю: не придет; пусть.", [COMMA, NONE, COMMA, PERIOD]),
    ("Москва -- город (большой).", [NONE, NONE, PERIOD]),
    ("Я... не знаю...", [COMMA, NONE, PERIOD]),
]


@pytest.mark.parametrize(("line", "marks"), MARKS)
def test_marks_are_what_who_dictates_would_say(line: str, marks: list[int]) -> None:
    (words,) = corpus.labelled([line], Random(1))
    assert [word.mark for word in words] == marks


def test_words_are_as_a_recogniser_writes_them() -> None:
    (words,) = corpus.labelled(["Ещё Пётр — «друг»!"], Random(1))
    assert [word.text for word in words] == ["еще", "петр", "друг"]
    assert [word.capital for word in words] == [UNKNOWN, NAME, KEPT]


def test_hyphenated_word_stands_as_one_or_as_two() -> None:
    seen = {
        " ".join(word.text for word in words)
        for seed in range(20)
        for words in corpus.labelled(["кто-то"], Random(seed))
    }
    assert seen == {"кто-то", "кто то"}


def test_exclamation_goes_on_in_the_next_line_if_that_begins_small() -> None:
    first, second = corpus.labelled(["Иди сюда!", "сказал он."], Random(1))
    assert [word.mark for word in first] == [NONE, COMMA]
    assert [word.capital for word in second] == [UNKNOWN, KEPT]


@pytest.mark.parametrize("line", ["Онъ пришелъ.", "Въ лѣсу.", "Глава 5.", "Hello."])
def test_old_spelling_digits_and_foreign_letters_are_left_out(line: str) -> None:
    assert list(corpus.labelled([line], Random(1))) == [[]]


def test_books_of_the_test_are_no_others() -> None:
    assert not set(corpus.TEST_LINES) & set(corpus.DEV_LINES)


def test_phrases_have_their_slots_filled_and_are_the_same_again() -> None:
    lines = corpus.phrases(500, seed=1)
    assert lines == corpus.phrases(500, seed=1)
    assert len(set(lines)) > 200
    assert not [line for line in lines if "{" in line or line.startswith("#")]
    for words in corpus.labelled(lines, Random(1)):
        assert words[-1].mark in (PERIOD, QUESTION)
