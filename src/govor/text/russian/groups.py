"""Numbers spoken one after the other, as groups of digits: «ноль шесть» is the group 06."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from govor.text.russian.numbers import Number

ZEROS_MAX = 8  # leading zeros of one group; more are a row of them
STEPS = frozenset({1, 2, 5, 10, 100})  # that people count by
GROUP_MAX = 1000  # nobody says "one thousand two hundred" inside a telephone number


@dataclass(frozen=True, slots=True)
class Group:
    """Digits as spoken, leading zeros kept; words `first` to `last`."""

    digits: str
    first: int
    last: int
    cases: int

    @property
    def value(self) -> int:
        """The digits as a number."""
        return int(self.digits)


def merged(run: Sequence[Number]) -> list[Group]:
    """The groups of a run: zeros join what follows them, «ноль ноль семь» is 007."""
    if not run:
        return []
    groups: list[Group] = []
    zeros, first = "", -1
    for number in run:
        if number.value == 0 and len(zeros) < ZEROS_MAX:
            first = first if zeros else number.first
            zeros += "0"
            continue
        digits = str(number.value)
        if zeros and (number.value >= GROUP_MAX or number.value == 0):
            groups.append(Group(zeros, first, number.first - 1, number.cases))
            zeros = ""
        groups.append(Group(zeros + digits, first if zeros else number.first, number.last, number.cases))
        zeros = ""
    if zeros:
        groups.append(Group(zeros, first, run[-1].last, run[-1].cases))
    return groups


def progression(run: Sequence[Number]) -> bool:
    """Whether somebody counts: «один два три», «десять двадцать тридцать», «три два один»."""
    step = run[1].value - run[0].value
    return abs(step) in STEPS and all(after.value - number.value == step for number, after in pairwise(run))


def digits_only(run: Sequence[Number]) -> bool:
    """Whether every number is a single digit."""
    return all(number.value < 10 for number in run)


def short(run: Sequence[Number]) -> bool:
    """Whether every number may be a group of digits."""
    return all(number.value < GROUP_MAX and not number.scales for number in run)
