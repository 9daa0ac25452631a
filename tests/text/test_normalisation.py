"""What is spoken and what is written: tables by kind, and what holds for any text."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from govor.errors import BadSetting
from govor.text.normalisation import LANGUAGES, RULES, VERSION, normalised
from govor.text.russian.grammar import TRIGGERS
from govor.text.tokens import Token, joined

RUSSIAN = "ru-RU"
FOLDER = Path(__file__).parent / "pairs"
KINDS = sorted(path.stem for path in FOLDER.glob("*.tsv"))
PLAIN = [
    "дом",
    "в",
    "и",
    "до",
    "с",
    "по",
    "от",
    "минут",
    "рублей",
    "процентов",
    "градусов",
    "мая",
    "года",
    "код",
]
MORE = [
    "телефон",
    "номер",
    "целых",
    "половиной",
    "запятая",
    "точка",
    "утра",
    "этаж",
    "семь",
    "два",
    "пять",
    "Пять",
]
# Text in which numbers, and the words that rules look for, are common.
speech = st.lists(
    st.one_of(
        st.sampled_from(sorted(TRIGGERS)), st.sampled_from(PLAIN + MORE), st.text(min_size=1, max_size=5)
    ),
    max_size=25,
)


def pairs(kind: str) -> list[tuple[str, str]]:
    """Spoken and written; a line without a tab stays as it is."""
    lines = (FOLDER / f"{kind}.tsv").read_text(encoding="utf-8").splitlines()
    return [(spoken, written or spoken) for spoken, _, written in (line.partition("\t") for line in lines)]


def covered(tokens: list[Token]) -> list[int]:
    return [at for token in tokens for at in range(token.first, token.last + 1)]


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_spoken_is_written_as_the_tables_say(kind: str) -> None:
    found = [(spoken, joined(normalised(spoken.split(), RUSSIAN))) for spoken, _ in pairs(kind)]
    wrong = [(mine, theirs) for mine, theirs in zip(found, pairs(kind), strict=True) if mine != theirs]
    assert not wrong


def test_tables_hold_more_than_400_pairs_and_none_twice() -> None:
    spoken = [spoken for kind in KINDS for spoken, _ in pairs(kind)]
    assert len(spoken) > 400
    assert len(spoken) == len(set(spoken))


def test_version_1_writes_what_it_always_wrote() -> None:
    """The tables are version 1: who changes what they say makes a new version and keeps this one."""
    for kind in KINDS:
        for spoken, written in pairs(kind):
            assert joined(normalised(spoken.split(), RUSSIAN, version=1)) == written


def test_unknown_version_of_the_rules_is_refused() -> None:
    with pytest.raises(BadSetting, match="99"):
        normalised(["пять"], RUSSIAN, version=99)
    assert max(RULES) == VERSION


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_written_stays_as_it_is(kind: str) -> None:
    for _, written in pairs(kind):
        assert joined(normalised(written.split(), RUSSIAN)) == written


@given(speech, st.booleans())
def test_words_are_neither_lost_nor_put_in_another_order(words: list[str], phones: bool) -> None:
    tokens = normalised(words, RUSSIAN, phones=phones)
    assert covered(tokens) == list(range(len(words)))
    for token in tokens:
        assert token.text == words[token.first] or any(letter.isdigit() for letter in token.text)


@given(speech)
def test_normalising_twice_changes_nothing(words: list[str]) -> None:
    spoken = " ".join(words).split()
    written = joined(normalised(spoken, RUSSIAN))
    assert joined(normalised(written.split(), RUSSIAN)) == written


@given(speech)
def test_written_numbers_stand_for_the_words_they_came_from(words: list[str]) -> None:
    for token in normalised(words, RUSSIAN):
        if token.first == token.last and token.text != words[token.first]:
            assert words[token.first].lower().replace("ё", "е") in TRIGGERS


@pytest.mark.parametrize(
    ("spoken", "expected"),
    [
        ("позвоните двести двенадцать восемьдесят пять ноль шесть завтра", [("212-85-06", 1, 6)]),
        ("двадцать седьмого октября", [("27", 0, 1)]),
        ("сейчас без пяти минут семь", [("6:55", 1, 4)]),
        ("это две целых пять десятых процента", [("2,5%", 1, 5)]),
        ("два миллиона двести", [("2000200", 0, 2)]),
        ("пять миллионов рублей", [("5", 0, 0)]),
    ],
)
def test_times_of_a_number_are_those_of_all_its_words(
    spoken: str, expected: list[tuple[str, int, int]]
) -> None:
    words = spoken.split()
    found = [(token.text, token.first, token.last) for token in normalised(words, RUSSIAN)]
    assert [each for each in found if each[0] not in words] == expected


def test_groups_of_a_telephone_number_stay_apart_where_it_is_not_wanted() -> None:
    spoken = "плюс семь девятьсот девяносто девять сто двадцать три сорок пять шестьдесят семь"
    words = spoken.split()
    assert joined(normalised(words, RUSSIAN)) == "+7(999)123-45-67"
    assert joined(normalised(words, RUSSIAN, phones=False)) == "плюс 7 999 123 45 67"


@pytest.mark.parametrize("language", ["auto", "kk-KZ", "uz-UZ", "tr-TR", "he-HE", "fi-FI"])
def test_language_without_rules_keeps_its_words(language: str) -> None:
    words = ["пять", "iki", "yüz", "бес"]
    assert normalised(words, language) == [Token(word, at, at) for at, word in enumerate(words)]
    assert language not in LANGUAGES


def test_case_and_yo_do_not_matter() -> None:
    assert joined(normalised(["Двадцать", "ЧЕТЫРЕ"], RUSSIAN)) == "24"
    assert joined(normalised(["в", "трёх", "и", "в", "трех"], RUSSIAN)) == "в 3 и в 3"
