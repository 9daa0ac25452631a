"""Words that nobody says: normalisation neither fails nor slows down."""

import sys

import pytest

from govor.text.normalisation import normalised
from govor.text.tokens import joined

RUSSIAN = "ru-RU"
COUNT = 400  # times; a fault that grows with the square shows at once
ROWS = {
    "one number": ["пять"],
    "nought": ["ноль"],
    "one": ["один"],
    "tens and ones": ["двадцать", "пять"],
    "falling magnitudes": ["девятьсот", "девяносто", "девять"],
    "scales": ["миллион", "тысяча"],
    "scales that rise": ["тысяча", "миллион", "миллиард"],
    "ordinals": ["двадцатого"],
    "dates that go on": ["пятого", "и"],
    "dots": ["три", "точка"],
    "wholes": ["пять", "целых"],
    "without": ["без", "пяти"],
    "signs": ["минус", "плюс"],
    "from and to": ["от", "нуля", "до"],
    "set phrases": ["раз", "два", "три"],
    "halves": ["половина", "третьего"],
    "telephone": ["телефон", "двести", "двенадцать", "восемьдесят", "пять"],
}


def steps(words: list[str]) -> int:
    """How many Python functions one call enters: time that no other process can disturb."""
    entered = 0

    def count(_frame: object, event: str, _argument: object) -> None:
        nonlocal entered
        entered += event == "call"

    sys.setprofile(count)
    try:
        normalised(words, RUSSIAN)
    finally:
        sys.setprofile(None)
    return entered


@pytest.mark.parametrize("row", ROWS.values(), ids=ROWS)
def test_work_grows_no_faster_than_the_words(row: list[str]) -> None:
    once, four_times = steps(row * (COUNT // 4)), steps(row * COUNT)
    assert four_times < 4.5 * once


@pytest.mark.parametrize("row", ROWS.values(), ids=ROWS)
def test_words_that_repeat_are_all_there(row: list[str]) -> None:
    tokens = normalised(row * COUNT, RUSSIAN)
    covered = [at for token in tokens for at in range(token.first, token.last + 1)]
    assert covered == list(range(len(row) * COUNT))
    assert max(len(token.text) for token in tokens) < 60  # no row of digits without an end


@pytest.mark.parametrize(
    "words",
    [
        [],
        [""],
        ["", "пять", ""],
        ["я" * 1_000_000],
        ["😀", "пять", "😀😀"],
        ["пять\u0301", "П\u044fть", "nять", "пятb"],
        ["пять", "five", "שלוש", "五", "٥", "Ⅴ", "½"],
        ["\0", "пять", "\ud800", "\u202eпять"],
        ["25", "пять", "3-й", "7:40", "%"],
        ["двадцать пять", "пять\tшесть"],
    ],
    ids=lambda words: "words",
)
@pytest.mark.parametrize("language", [RUSSIAN, "en-US"])
def test_any_text_comes_through_in_its_order(words: list[str], language: str) -> None:
    tokens = normalised(words, language)
    assert [at for token in tokens for at in range(token.first, token.last + 1)] == list(range(len(words)))
    for token in tokens:
        if token.first == token.last and not any(letter.isdigit() for letter in token.text):
            assert token.text == words[token.first]


def test_a_megabyte_of_digit_words_is_written() -> None:
    words = ["девятьюстами"] * 40_000  # 25 bytes each
    assert joined(normalised(words, RUSSIAN)) == " ".join(["900"] * 40_000)


def test_long_text_without_a_number_is_not_changed() -> None:
    words = ["слово", "за", "словом"] * 20_000
    assert joined(normalised(words, RUSSIAN)) == " ".join(words)
