"""Numbers in a row that are no telephone number, code, time or range: each is written by itself."""

from govor.text.russian import groups
from govor.text.russian.context import MEASURES
from govor.text.russian.numbers import Number
from govor.text.russian.quantities import quantity
from govor.text.russian.utterance import Utterance
from govor.text.tokens import Token

# «ноль пять литра» is half a litre: parts are counted in the genitive singular.
SINGULAR_ENDINGS = ("а", "я")
ROW_MIN = 3  # in so long a row even «один» is a number
POINT_MAX = 100  # nobody reads three decimals without "целых"


def point(utterance: Utterance, at: int) -> list[Token] | None:
    """«ноль пять литра» → 0,5 литра."""
    run = utterance.run(at)
    if len(run) != 2 or run[0].value != 0 or not 0 < run[1].value < POINT_MAX:
        return None
    unit = utterance.word(run[1].last + 1)
    if unit not in MEASURES or not unit.endswith(SINGULAR_ENDINGS):
        return None
    return [Token(f"0,{run[1].value}", at, run[1].last)]


def apart(utterance: Utterance, at: int) -> list[Token] | None:
    """Every number of the run by itself; zeros join what follows them; the last one may be a quantity."""
    run = utterance.run(at)
    if not run:
        return None
    # A zero before the last number belongs to it: «двадцать ноль пять» ends in 05.
    zero = len(run) > 1 and run[-2].value == 0 and run[-1].value < groups.GROUP_MAX
    front = run if zero else run[:-1]
    tokens: list[Token] = []
    for group in groups.merged(front):
        tokens += _group(utterance, group, row=len(run) >= ROW_MIN)
    return tokens if zero else tokens + _quantity(utterance, run[-1])


def _quantity(utterance: Utterance, number: Number) -> list[Token]:
    return quantity(utterance, number.first) or utterance.spoken(number.first, number.last)


def _group(utterance: Utterance, group: groups.Group, *, row: bool) -> list[Token]:
    """In a row, or with a leading zero, digits as they were spoken; else a quantity."""
    number = utterance.cardinal(group.first)
    if (
        number is None
        or group.digits.startswith("0")
        or (row and number.last == group.last and not number.scales)
    ):
        return [Token(group.digits, group.first, group.last)]
    return _quantity(utterance, number)
