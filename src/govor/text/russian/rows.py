"""Numbers in a row that are no telephone number, code, time or range: each is written by itself."""

from govor.text.russian import clock, groups
from govor.text.russian.context import MEASURES
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
    last = clock.minutes_of(utterance, run[-1].first)
    # A zero before the last number belongs to it: «двадцать ноль пять» ends in 05.
    zero = len(run) > 1 and run[-2].value == 0 and run[-1].value < groups.GROUP_MAX and last is None
    tokens: list[Token] = []
    for group in groups.merged(run if zero else run[:-1]):
        if group.digits.startswith("0"):
            tokens.append(Token(group.digits, group.first, group.last))
        else:
            tokens += _quantity(utterance, group.first, in_a_row=len(run))
    if zero:
        return tokens
    return tokens + (last or _quantity(utterance, run[-1].first, in_a_row=len(run)))


def _quantity(utterance: Utterance, at: int, *, in_a_row: int) -> list[Token]:
    """The quantity at word `at`; what alone would stay a word is a number among numbers."""
    if (tokens := quantity(utterance, at)) is not None:
        return tokens
    number = utterance.cardinal(at)
    assert number is not None, "a run holds cardinals only"
    if (number.value == groups.GROUP_MAX and in_a_row > 1) or (not number.scales and in_a_row >= ROW_MIN):
        return [Token(str(number.value), number.first, number.last)]
    return utterance.spoken(number.first, number.last)
