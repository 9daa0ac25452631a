"""Dates, years and other ordinals: «двадцать седьмого октября» → 27 октября, «третий этаж» → 3-й этаж.

Alone, первый … десятый stay words ("первый раз"); from одиннадцатый on they are written 11-й.
"""

from govor.text.russian.context import DECADES, MONTHS, RANKED, YEARS, words_of
from govor.text.russian.numbers import PLURAL_ENDINGS, Ordinal
from govor.text.russian.utterance import Utterance
from govor.text.tokens import Token

DAYS = 31
MONTHS_IN_YEAR = 12
DAY_ENDINGS = frozenset({"ого", "ому", "ым", "ом", "ое"})  # of the neuter: «второй май» is no date
BETWEEN = words_of("по до и на или")
WORDS_MAX = 10  # the greatest ordinal that alone stays a word
ROUND = frozenset({100, 1000, 10**4, 10**5, 10**6, 10**9})  # сотый, тысячный … раз: rather "many"
YEAR_MIN, YEAR_MAX = 1000, 2999  # what is a year without saying so
SHORT_YEAR_MIN = 11  # «в девяносто пятом году» is a year of a century, «в пятом году» is counted


def date(utterance: Utterance, at: int) -> list[Token] | None:
    """A day and its month, with the year if it follows."""
    day = utterance.ordinal(at)
    if day is None or not _is_day(day):
        return None
    if utterance.word(day.last + 1) in MONTHS:
        return [_digits(day), *_month_and_year(utterance, day.last + 1)]
    return _between(utterance, day) or _numeric(utterance, day)


def year(utterance: Utterance, at: int) -> list[Token] | None:
    """«две тысячи двадцать шестого года» → 2026 года; after a month even without "года"."""
    number = utterance.ordinal(at)
    if number is None:
        return None
    after_month = utterance.word(at - 1) in MONTHS
    after = utterance.word(number.last + 1)
    said = after in YEARS or (after in DECADES and number.ending not in PLURAL_ENDINGS)
    if number.value >= YEAR_MIN and number.value <= YEAR_MAX and (said or after_month):
        return [_digits(number)]
    if after_month and said and number.value >= SHORT_YEAR_MIN:
        return [_digits(number)]
    return _years_between(utterance, number)


def ordinal(utterance: Utterance, at: int) -> list[Token] | None:
    """Any other ordinal: digits and suffix, or None where it stays a word."""
    number = utterance.ordinal(at)
    if number is None:
        return None
    after = utterance.word(number.last + 1)
    alone = number.first == number.last
    if alone and (number.value <= WORDS_MAX or number.value in ROUND) and after not in RANKED:
        return None
    return [Token(f"{number.value}-{number.suffix}", number.first, number.last)]


def _is_day(number: Ordinal) -> bool:
    return 0 < number.value <= DAYS and number.ending in DAY_ENDINGS


def _digits(number: Ordinal) -> Token:
    return Token(str(number.value), number.first, number.last)


def _month_and_year(utterance: Utterance, at: int) -> list[Token]:
    """The month as it was spoken, and a year after it."""
    month = Token(utterance.words[at], at, at)
    return [month, *(year(utterance, at + 1) or [])]


def _between(utterance: Utterance, day: Ordinal) -> list[Token] | None:
    """«с первого по пятое мая» → с 1 по 5 мая."""
    middle = day.last + 1
    other = utterance.ordinal(middle + 1)
    if utterance.word(middle) not in BETWEEN or other is None or not _is_day(other):
        return None
    if utterance.word(other.last + 1) not in MONTHS:
        return None
    return [_digits(day), *utterance.spoken(middle, middle)]


def _numeric(utterance: Utterance, day: Ordinal) -> list[Token] | None:
    """«двадцать пятого ноль третьего две тысячи двадцать первого» → 25.03.2021."""
    zero = utterance.word(day.last + 1) in {"ноль", "нуль"}
    month = utterance.ordinal(day.last + 1 + zero)
    if (
        month is None
        or not _is_day(month)
        or month.value > MONTHS_IN_YEAR
        or zero != (month.value < WORDS_MAX)
    ):
        return None
    text, last = f"{day.value:02d}.{month.value:02d}", month.last
    ended = utterance.number(last + 1)
    if ended is not None and YEAR_MIN <= ended.value <= YEAR_MAX:
        text, last = f"{text}.{ended.value}", ended.last
    elif not zero:
        return None  # «двадцатое двенадцатое» alone may be anything
    return [Token(text, day.first, last)]


def _years_between(utterance: Utterance, number: Ordinal) -> list[Token] | None:
    """«с тысяча девятьсот сорок первого по тысяча девятьсот сорок пятый год» → с 1941 по 1945 год."""
    other = utterance.ordinal(number.last + 2)
    if utterance.word(number.last + 1) not in BETWEEN or other is None:
        return None
    if not (YEAR_MIN <= number.value <= YEAR_MAX and YEAR_MIN <= other.value <= YEAR_MAX):
        return None
    return [_digits(number)] if utterance.word(other.last + 1) in YEARS | DECADES else None
