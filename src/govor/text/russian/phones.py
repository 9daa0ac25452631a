"""Telephone numbers and codes among numbers spoken one after the other.

The groups are those of the numbering plan: 5 digits 1-22-33 … 7 digits 212-85-06, 10 digits 913-983-56-01,
11 digits 8(913)983-56-01. SpeechKit's pages show 212-85-06 and 7(999)123-45-67.
"""

from collections.abc import Sequence
from itertools import accumulate, pairwise

from govor.text.russian import groups
from govor.text.russian.context import CODE, COUNTED, COUNTED_ENDINGS, NOT_COUNTED, PHONE
from govor.text.russian.forms import FORMS
from govor.text.russian.numbers import Number
from govor.text.russian.utterance import Utterance
from govor.text.tokens import Token

LAYOUTS = {5: (1, 2, 2), 6: (2, 2, 2), 7: (3, 2, 2), 10: (3, 3, 2, 2)}
COUNTRY_DIGITS = {11: 1, 12: 3}  # +7 (999) …, +375 (29) …
ENDS_CONTEXT = frozenset({"в", "во", "к", "до"})  # «код пришёл в семь сорок»
CONTEXT_WORDS = 3  # how far before a number "телефон" or "код" speaks of it
# A longer row of digits is no code but somebody counting or reading; card numbers have 16, IBANs 34.
CODE_DIGITS_MAX = 34
CARD_DIGITS = 16
NUMBER = frozenset({"номер", "номера", "номеру", "номером", "номере"})  # anything's: a telephone's as well
GROUPS_MIN = 3  # fewer are a time of day, a range, or two numbers


def phone(utterance: Utterance, at: int) -> list[Token] | None:
    """The run that begins with word `at`, if it is a telephone number; "плюс" before it belongs to it."""
    plus = utterance.word(at) == "плюс"
    run = utterance.run(at + plus)
    if not utterance.phones or len(run) < 2 or _counts(utterance, run) or not groups.short(run):
        return None
    digits = "".join(str(number.value) for number in run)
    if plus:
        text = _international(digits, run)
    elif near(utterance, at, PHONE) or _looks_like_a_phone(utterance, run, digits):
        text = _layout(digits)
    else:
        text = None
    return None if text is None else [Token(text, at, run[-1].last)]


def code(utterance: Utterance, at: int) -> list[Token] | None:
    """The run that begins with word `at` as one row of digits: «код ноль шесть двенадцать» → 0612."""
    run = utterance.run(at)
    if len(run) < 2 or not groups.short(run) or _counts(utterance, run):
        return None
    digits = "".join(str(number.value) for number in run)
    if len(digits) > CODE_DIGITS_MAX:
        return None
    single = len(run) >= GROUPS_MIN and groups.digits_only(run) and not groups.progression(run)
    if not single and not near(utterance, at, CODE):
        return None
    if len(digits) == CARD_DIGITS:
        digits = " ".join(digits[start : start + 4] for start in range(0, CARD_DIGITS, 4))
    return [Token(digits, at, run[-1].last)]


def near(utterance: Utterance, at: int, words: frozenset[str]) -> bool:
    """Whether one of `words` stands shortly before word `at`, with no other number or "в" between."""
    for word in reversed(utterance.before(at, CONTEXT_WORDS)):
        if word in words:
            return True
        if word in FORMS or word in ENDS_CONTEXT or word[:1].isdecimal():
            break
    return False


def counted(word: str) -> bool:
    """Whether a folded word is probably what the number before it counts."""
    return word in COUNTED or (word.endswith(COUNTED_ENDINGS) and len(word) > 3 and word not in NOT_COUNTED)


def _counts(utterance: Utterance, run: Sequence[Number]) -> bool:
    return counted(utterance.word(run[-1].last + 1))


def _looks_like_a_phone(utterance: Utterance, run: Sequence[Number], digits: str) -> bool:
    """Without a word that says so: as many digits as a telephone number, spoken in its groups."""
    if len(run) < GROUPS_MIN or groups.progression(run) or near(utterance, run[0].first, CODE - NUMBER):
        return False
    if groups.digits_only(run) and len(digits) < 7:
        return False  # rather a code
    ends = set(accumulate(len(str(number.value)) for number in run))
    if len(digits) == 11:
        return digits[0] in "78" and {1, 4} <= ends
    if len(digits) == 10:
        return digits[0] == "9" and 3 in ends
    return len(digits) in LAYOUTS and set(accumulate(LAYOUTS[len(digits)])) <= ends


def _layout(digits: str) -> str | None:
    if len(digits) == 11 and digits[0] in "78":
        return _with_country(digits, 1)
    if len(digits) not in LAYOUTS:
        return None
    ends = (0, *accumulate(LAYOUTS[len(digits)]))
    return "-".join(digits[start:end] for start, end in pairwise(ends))


def _international(digits: str, run: Sequence[Number]) -> str | None:
    if len(run) < GROUPS_MIN or len(digits) not in COUNTRY_DIGITS:
        return None
    return "+" + _with_country(digits, COUNTRY_DIGITS[len(digits)])


def _with_country(digits: str, country: int) -> str:
    area = len(digits) - country - 7
    rest = digits[country + area :]
    return f"{digits[:country]}({digits[country : country + area]}){rest[:3]}-{rest[3:5]}-{rest[5:]}"
