"""One cardinal as it is written: whole numbers, thousands and millions, decimals, fractions, percent, signs.

Choices, where SpeechKit's pages show none: digits are not grouped ("25000"), whole millions keep their word
("2 миллиона"), nouns stay as they were spoken but for "%".
"""

import re
from decimal import Decimal

from govor.text.russian.context import MEASURES, NUMBERED, PERCENT, RANKED, TIME_UNITS, words_of
from govor.text.russian.forms import DIRECT, FORMS, INS, ScaleForm
from govor.text.russian.numbers import Number
from govor.text.russian.utterance import Utterance
from govor.text.tokens import Token

MILLION = 10**6
ONE_AND_A_HALF = frozenset({"полтора", "полторы", "полутора"})
WHOLE = words_of("целая целых целой целые целую целыми целым")
AND = frozenset({"и"})
# Denominators that are written as decimals, with the digits they stand for.
DECIMALS = {10**digits: digits for digits in range(1, 7)}
FRACTION_NOUNS = {  # "две трети": nouns of their own beside the ordinals
    3: words_of("треть трети третью третей третям третями третях"),
    4: words_of("четверть четверти четвертью четвертей четвертям четвертями четвертях"),
}
DENOMINATOR_ENDINGS = frozenset({"ая", "ой", "ую", "ых", "ым", "ыми"})
SEPARATORS = {"запятая": ",", "точка": ".", "дробь": "/"}
SIGNS = {"плюс": "+", "минус": "-"}
DEGREES = words_of("градус градуса градусов градусам градусами")
BODY_DEGREES = range(35, 42)
FACTOR_MAX = 10  # of the multiplication table
DECIMAL = re.compile(r"[0-9]+[.,][0-9]+")
PARTS_MAX = 8  # numbers joined by separators: an IP address has four, a version fewer


def quantity(utterance: Utterance, at: int) -> list[Token] | None:
    """The quantity that begins with word `at`; None where there is none."""
    if (amount := exact(utterance, at)) is not None:
        return [_percent(utterance, amount)]
    number = utterance.cardinal(at)
    return None if number is None else _whole(utterance, number)


def exact(utterance: Utterance, at: int) -> Token | None:
    """A quantity that one string of digits writes: 2,5 or 1/2, or 5 before a percent sign."""
    token = _fractional(utterance, at)
    if token is not None:
        return _thousands(utterance, token)
    number = utterance.cardinal(at)
    if number is not None and utterance.word(number.last + 1) in PERCENT and not _millions(number):
        return Token(str(number.value), at, number.last)
    return None


def sign(utterance: Utterance, at: int) -> list[Token] | None:
    """«минус пять градусов» → -5 градусов; only before degrees and percent, elsewhere it is a word."""
    mark = SIGNS.get(utterance.word(at))
    number = utterance.cardinal(at + 1)
    if mark is None or (number is None and utterance.word(at + 1) not in ONE_AND_A_HALF):
        return None
    token = exact(utterance, at + 1)
    if token is None and number is not None and not _millions(number):
        token = Token(str(number.value), at + 1, number.last)
    if token is None or utterance.word(token.last + 1) not in DEGREES | PERCENT:
        return None
    return [_percent(utterance, Token(mark + token.text, at, token.last))]


def _percent(utterance: Utterance, token: Token) -> Token:
    if utterance.word(token.last + 1) in PERCENT:
        return Token(f"{token.text}%", token.first, token.last + 1)
    return token


def _millions(number: Number) -> bool:
    """Whole millions, which are not written in digits only."""
    return number.value >= MILLION and number.value % MILLION == 0


def _whole(utterance: Utterance, number: Number) -> list[Token] | None:
    """A cardinal without fractions; None if it stays words."""
    if number.bare and not _counts_thousand(utterance, number):
        return None
    if _millions(number):
        tokens, first = [], number.first
        for how_many, scale in number.scales:
            tokens += [Token(str(how_many), first, scale - 1)] if how_many else []
            tokens.append(Token(utterance.words[scale], scale, scale))
            first = scale + 1
        return tokens
    if number.first == number.last and _stays_word(utterance, number):
        return None
    return [Token(str(number.value), number.first, number.last)]


def _counts_thousand(utterance: Utterance, number: Number) -> bool:
    """«тысяча рублей» is 1000, «тысячу раз» is many."""
    return number.value == 1000 and utterance.word(number.last + 1) in MEASURES


def _stays_word(utterance: Utterance, number: Number) -> bool:
    """One word that may be no number: один, нуля, семью (accusative of семья), сорока (a bird)."""
    before, after = utterance.word(number.first - 1), utterance.word(number.first + 1)
    if number.value == 1:
        return not _is_one(utterance, number, before, after)
    counted = after in MEASURES or after in TIME_UNITS
    word = utterance.word(number.first)
    if number.value == 0:
        return word != "ноль" and not counted
    if word == "семью":
        return not counted
    if word == "сорока":
        return not (counted or before in ABOUT)
    # "Пятью пять двадцать пять" is the multiplication table.
    following = utterance.cardinal(number.first + 1)
    times = following is not None and following.value <= FACTOR_MAX and bool(following.cases & DIRECT)
    return number.cases == INS and number.value <= FACTOR_MAX and (times or after[:1].isdecimal())


ABOUT = words_of("до от с со к ко из около более менее свыше больше меньше порядка после в о на из-за без")


def _is_one(utterance: Utterance, number: Number, before: str, after: str) -> bool:
    """«один» is a number alone, before a unit, after what is numbered, in «один час десять минут»."""
    if "ни" in utterance.before(number.first, 2):
        return False  # «ни одного рубля», «ни на один градус»
    if after in MEASURES:
        return True
    if utterance.word(number.first) != "один":
        return False
    minutes = utterance.cardinal(number.first + 2) if after == "час" else None
    timed = minutes is not None and utterance.word(minutes.last + 1).startswith("минут")
    return timed or before in NUMBERED or len(utterance.words) == 1


def _fractional(utterance: Utterance, at: int) -> Token | None:
    """A number that is not whole, or one put together by "запятая", "точка", "дробь"."""
    if utterance.word(at) in ONE_AND_A_HALF:
        return Token("1,5", at, at)
    number = utterance.cardinal(at)
    if number is None or number.bare:
        return None
    for rule in (_half, _decimal, _separated, _fraction):
        if (token := rule(utterance, number)) is not None:
            return token
    return None


def _thousands(utterance: Utterance, token: Token) -> Token:
    """«две с половиной тысячи» → 2500; millions keep their word."""
    scale = FORMS.get(utterance.word(token.last + 1))
    decimal = DECIMAL.fullmatch(token.text)  # not an address like 10.0.0.1, nor 1 2/3
    if decimal is None or not isinstance(scale, ScaleForm) or scale.value != 1000:
        return token
    value = Decimal(token.text.replace(",", ".")) * 1000
    return Token(str(int(value)), token.first, token.last + 1) if value == int(value) else token


def _half(utterance: Utterance, number: Number) -> Token | None:
    """«семь с половиной» → 7,5."""
    end = number.last + 1
    if utterance.word(end) == "с" and utterance.word(end + 1) == "половиной":
        return Token(f"{number.value},5", number.first, end + 1)
    return None


def _decimal(utterance: Utterance, number: Number) -> Token | None:
    """«две целых [и] двадцать пять сотых» → 2,25; «три и пять десятых» → 3,5."""
    end = number.last + 1
    whole = utterance.word(end) in WHOLE
    at = end + 1 if whole else end
    if utterance.word(at) == "и":
        at += 1
    elif not whole:
        return None
    numerator = utterance.cardinal(at)
    if numerator is None:
        return None
    denominator = _denominator(utterance, numerator)
    if denominator is None:
        spelled = (whole and at == end + 1) or _is_temperature(number, numerator)
        return Token(f"{number.value},{numerator.value}", number.first, numerator.last) if spelled else None
    value, last = denominator
    if value in DECIMALS and numerator.value < value:
        return Token(f"{number.value},{numerator.value:0{DECIMALS[value]}d}", number.first, last)
    if whole and numerator.value < value:
        return Token(f"{number.value} {numerator.value}/{value}", number.first, last)
    return None


def _is_temperature(number: Number, numerator: Number) -> bool:
    """«тридцать шесть и шесть» is that of a body."""
    return number.value in BODY_DEGREES and numerator.value < 10 and bool(numerator.cases & DIRECT)


def _separated(utterance: Utterance, number: Number) -> Token | None:
    """«три запятая четырнадцать» → 3,14; «версия два точка ноль» → 2.0; «дом пять дробь два» → 5/2."""
    text, last = str(number.value), number.last
    for _ in range(PARTS_MAX):
        mark = SEPARATORS.get(utterance.word(last + 1))
        digits, zeros_end = "", last + 2
        while utterance.word(zeros_end) in {"ноль", "нуль"} and len(digits) < PARTS_MAX:
            digits, zeros_end = digits + "0", zeros_end + 1
        part = utterance.cardinal(zeros_end)
        if mark is None or (part is None and not digits):
            break
        if part is not None and part.value < MILLION:
            digits, zeros_end = digits + str(part.value), part.last + 1
        if not digits:
            break
        text, last = text + mark + digits, zeros_end - 1
    return Token(text, number.first, last) if last > number.last else None


def _fraction(utterance: Utterance, number: Number) -> Token | None:
    """«две трети» → 2/3, «пять десятых» → 0,5; not «пять шестых классов», nor "three second courses"."""
    denominator = _denominator(utterance, number)
    if denominator is None or not 0 < number.value < denominator[0]:
        return None
    value, last = denominator
    if value in DECIMALS:
        return Token(f"0,{number.value:0{DECIMALS[value]}d}", number.first, last)
    return Token(f"{number.value}/{value}", number.first, last)


def _denominator(utterance: Utterance, numerator: Number) -> tuple[int, int] | None:
    """What stands under the line after `numerator`, and its last word."""
    at = numerator.last + 1
    for value, nouns in FRACTION_NOUNS.items():
        if utterance.word(at) in nouns:
            return value, at
    ordinal = utterance.ordinal(at)
    if ordinal is None or ordinal.value < 2 or ordinal.ending not in DENOMINATOR_ENDINGS:
        return None
    if utterance.word(ordinal.last + 1) in RANKED:
        return None
    if ordinal.ending in {"ая", "ой", "ую"} and utterance.word(numerator.last) not in ONES:
        return None
    return ordinal.value, ordinal.last


ONES = words_of("одна одной одну")
