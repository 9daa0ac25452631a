"""Numbers → words in every case (num2words) → numbers: whatever grammar can spell, we read."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from num2words import num2words

from govor.text.normalisation import normalised
from govor.text.russian.forms import fold
from govor.text.russian.numbers import Number, Ordinal, read
from govor.text.tokens import joined

CASES = {
    "n": "nominative",
    "g": "genitive",
    "d": "dative",
    "a": "accusative",
    "i": "instrumental",
    "p": "prepositional",
}
SCALES = {"миллион": 10**6, "миллиард": 10**9, "триллион": 10**12}
cases = st.sampled_from(sorted(CASES))
genders = st.sampled_from("mfn")
# Numbers of every length, and round ones, which a uniform choice would hardly meet.
values = st.one_of(
    st.integers(0, 10**12),
    st.integers(0, 10**4),
    st.builds(lambda head, zeros: head * 10**zeros, st.integers(1, 999), st.integers(0, 9)),
)


def spelled(value: int, case: str, gender: str = "m", kind: str = "cardinal") -> list[str]:
    return str(num2words(value, lang="ru", case=case, gender=gender, to=kind)).split()


def value_of(written: str) -> int:
    """What stands written, as a number: "2 миллиарда 300 миллионов"."""
    total, digits = 0, 1
    for word in written.split():
        if word.isdecimal():
            total, digits = total + int(word), int(word)
        else:
            scale = next(value for stem, value in SCALES.items() if word.startswith(stem))
            total += digits * (scale - 1) if total else scale
    return total


@given(values, cases, genders)
def test_cardinal_in_any_case_is_read_whole(value: int, case: str, gender: str) -> None:
    words = [fold(word) for word in spelled(value, case, gender)]
    number = read(words, 0)
    assert isinstance(number, Number)
    assert (number.value, number.last) == (value, len(words) - 1)


@given(st.integers(1, 9_999), cases, genders)  # num2words errs above
def test_ordinal_in_any_case_is_read_whole(value: int, case: str, gender: str) -> None:
    words = [fold(word) for word in spelled(value, case, gender, "ordinal")]
    number = read(words, 0)
    assert isinstance(number, Ordinal)
    assert (number.value, number.last) == (value, len(words) - 1)


@given(values.filter(lambda value: value > 1), cases, genders)
def test_cardinal_that_is_written_is_the_one_that_was_spoken(value: int, case: str, gender: str) -> None:
    words = spelled(value, case, gender)
    if words in (["семью"], ["сорока"]) or words[0].startswith(("тысяч", "миллион", "миллиард", "триллион")):
        return  # alone they are other words, see pairs/words.tsv
    assert value_of(joined(normalised(words, "ru-RU"))) == value


@given(st.integers(11, 9_999), st.sampled_from("mfn"), cases)
def test_ordinal_above_ten_is_written_with_its_suffix(value: int, gender: str, case: str) -> None:
    words = spelled(value, case, gender, "ordinal")
    text = joined(normalised(words, "ru-RU"))
    if value in (100, 1000):
        assert text == " ".join(words)
        return
    digits, suffix = text.split("-")
    assert int(digits) == value
    assert fold(words[-1]).endswith(suffix)


@pytest.mark.parametrize(
    "value", [10**exponent + extra for exponent in range(13, 16) for extra in (0, 1, 10**6)]
)
def test_numbers_up_to_a_quadrillion_are_read(value: int) -> None:
    words = [fold(word) for word in spelled(value, "n")]
    number = read(words, 0)
    assert isinstance(number, Number)
    assert number.value == value


def test_two_numbers_that_do_not_fit_together_are_two() -> None:
    for text, values in {
        "двадцать десять": [20, 10],
        "двадцати пять": [20, 5],
        "пять двадцать": [5, 20],
        "сто двести": [100, 200],
        "пять пять": [5, 5],
        "тысяча миллион": [1000, 10**6],
    }.items():
        words, at, found = text.split(), 0, []
        while at < len(words):
            number = read(words, at)
            assert isinstance(number, Number)
            found.append(number.value)
            at = number.last + 1
        assert found == values


def test_any_number_words_are_read_without_going_round_in_circles() -> None:
    rng = random.Random(1)
    words = [word for value in (1, 7, 12, 40, 100, 350, 1_000, 2_000, 10**6) for word in spelled(value, "n")]
    for _ in range(200):
        row = rng.choices(words, k=12)
        tokens = normalised(row, "ru-RU")
        assert [at for token in tokens for at in range(token.first, token.last + 1)] == list(range(12))
