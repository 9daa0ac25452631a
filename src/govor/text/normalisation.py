"""Inverse text normalisation: numbers that were spoken become numbers as they are written. Pure."""

from collections.abc import Sequence

from govor.text.tokens import Token

VERSION = 1  # of the rules; a change of what they write is a new version


def normalised(
    words: Sequence[str], language: str, *, phones: bool = True, version: int = VERSION
) -> list[Token]:
    """The words of one utterance as written tokens, which cover every word once and in order.

    `language` is a canonical code ("ru-RU"); "auto" and languages without rules leave the words as they are.
    `phones` writes telephone numbers as 212-85-06; without it their groups stay apart.
    """
    return [Token(word, at, at) for at, word in enumerate(words)]
