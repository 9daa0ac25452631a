"""A piece of written text, and the spoken words it came from."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Token:
    """One written token. It stands for words `first` to `last`, both included, of the utterance.

    The tokens of an utterance cover its words once each and in order, so a token lasts from the start of
    word `first` to the end of word `last`. `text` may hold spaces ("1234 5678").
    """

    text: str
    first: int
    last: int


def joined(tokens: Iterable[Token]) -> str:
    """The tokens as one line."""
    return " ".join(token.text for token in tokens)
