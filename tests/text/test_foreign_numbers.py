"""Numbers of the languages that text2num reads: what is written, and what stays words."""

import pytest

from govor.text.foreign import LANGUAGES
from govor.text.normalisation import normalised
from govor.text.tokens import joined

PAIRS = {
    "en-US": {
        "press nine": "press 9",
        "wait a second": "wait a second",
        "one of them": "one of them",
        "twenty five apples": "25 apples",
        "the twenty first of may": "the 21st of may",
        "the first time": "the first time",
        "nineteen ninety five": "1995",
        "fifteen hundred": "1500",
        "three point five percent": "3.5 percent",
        "five million people": "5000000 people",
        "two point five million": "2.5 million",
        "a million reasons": "a million reasons",
        "call five five five one two four seven": "call 5551247",
        "one two three four": "1 2 3 4",
        "one hundred and five": "105",
    },
    "de-DE": {
        "drücken sie neun": "drücken sie 9",
        "ein haus": "ein haus",
        "fünfundzwanzig äpfel": "25 äpfel",
        "zweitausendsechsundzwanzig": "2026",
        "der erste mai": "der erste mai",
    },
    "fr-FR": {
        "appuyez sur neuf": "appuyez sur 9",
        "un homme": "un homme",
        "quatre vingt dix neuf euros": "99 euros",
        "deux mille vingt six": "2026",
        "la première fois": "la première fois",
    },
    "es-ES": {
        "pulse nueve": "pulse 9",
        "una vez": "una vez",
        "veintiuno": "21",
        "dos mil veintiséis": "2026",
    },
    "it-IT": {
        "prema nove": "prema 9",
        "una volta": "una volta",
        "ventuno": "21",
        "duemilaventisei": "2026",
    },
}
assert set(PAIRS) == set(LANGUAGES)


@pytest.mark.parametrize("language", PAIRS)
def test_numbers_of_a_language_are_written_with_digits(language: str) -> None:
    found = {spoken: joined(normalised(spoken.split(), language)) for spoken in PAIRS[language]}
    assert found == PAIRS[language]


def test_words_of_a_foreign_number_are_all_covered() -> None:
    words = ["call", "at", "twenty", "five", "past", "nine", "thousand", "and", "one"]
    tokens = normalised(words, "en-US")
    assert [at for token in tokens for at in range(token.first, token.last + 1)] == list(range(len(words)))
