"""One utterance while it is being written: its words, the numbers among them, and their neighbours."""

from collections.abc import Sequence

from govor.text.russian import idioms
from govor.text.russian.forms import FORMS, fold
from govor.text.russian.numbers import Number, Ordinal, read
from govor.text.tokens import Token

IDIOM = "\0"  # stands for a word of a set phrase: no rule knows it


class Utterance:
    """Words by index; asking beyond either end is allowed and finds nothing. Every number is read once."""

    def __init__(self, words: Sequence[str], *, phones: bool = True) -> None:
        self.words = words
        self.phones = phones
        self.folded = [fold(word) for word in words]
        self._numbers: dict[int, Number | Ordinal | None] = {}
        self._runs: dict[int, tuple[Number, ...]] = {}

    def hide_idioms(self, at: int) -> None:
        """Let no rule see the set phrase whose first number word is `at`, if there is one."""
        if (span := idioms.span(self.folded, at)) is not None:
            self.folded[span[0] : span[1]] = [IDIOM] * (span[1] - span[0])

    def word(self, at: int) -> str:
        """The folded word; empty beyond the ends."""
        return self.folded[at] if 0 <= at < len(self.folded) else ""

    def before(self, at: int, words: int) -> Sequence[str]:
        """Up to so many folded words before word `at`."""
        return self.folded[max(0, at - words) : at]

    def number(self, at: int) -> Number | Ordinal | None:
        """The number that begins with word `at`."""
        if self.word(at) not in FORMS:
            return None
        if at not in self._numbers:
            self._numbers[at] = read(self.folded, at)
        return self._numbers[at]

    def cardinal(self, at: int) -> Number | None:
        """The cardinal that begins with word `at`."""
        number = self.number(at)
        return number if isinstance(number, Number) else None

    def ordinal(self, at: int) -> Ordinal | None:
        """The ordinal that begins with word `at`."""
        number = self.number(at)
        return number if isinstance(number, Ordinal) else None

    def run(self, at: int) -> tuple[Number, ...]:
        """The cardinals that follow each other from word `at` on, with nothing between them."""
        if at not in self._runs:
            found, end = [], at
            while (number := self.cardinal(end)) is not None:
                found.append(number)
                end = number.last + 1
            self._runs[at] = tuple(found)
        return self._runs[at]

    def spoken(self, first: int, last: int) -> list[Token]:
        """Words as they were spoken, a token each."""
        return [Token(self.words[at], at, at) for at in range(first, last + 1)]
