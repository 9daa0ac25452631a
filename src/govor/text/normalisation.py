"""Inverse text normalisation: numbers that were spoken become numbers as they are written. Pure.

Rule 1: the tokens cover every word once and in order; a written token stands for the words it came from.
Rule 2: what is written can be given back as words, and stays as it is.
Rule 3: a change of what the rules write is a new version; an older one stays in RULES as it was.
"""

from collections.abc import Callable, Sequence

from govor.errors import BadSetting
from govor.text import foreign
from govor.text.russian import grammar
from govor.text.tokens import Token

RUSSIAN = "ru-RU"
VERSION = 1  # of the rules: the newest


def _version_1(words: Sequence[str], language: str, phones: bool) -> list[Token]:
    """November 2026: Russian by our own grammar, five languages by text2num."""
    if language == RUSSIAN:
        return grammar.written(words, phones=phones)
    if language in foreign.LANGUAGES:
        return foreign.written(words, language)
    return [Token(word, at, at) for at, word in enumerate(words)]


RULES: dict[int, Callable[[Sequence[str], str, bool], list[Token]]] = {1: _version_1}
LANGUAGES = frozenset({RUSSIAN, *foreign.LANGUAGES})  # whose numbers are written with digits
assert max(RULES) == VERSION


def normalised(
    words: Sequence[str], language: str, *, phones: bool = True, version: int = VERSION
) -> list[Token]:
    """The words of one utterance as written tokens, which cover every word once and in order.

    `language` is a canonical code ("ru-RU"); "auto" and languages without rules leave the words as they are.
    `phones` writes telephone numbers as 212-85-06; without it their groups stay apart.
    Raises BadSetting when there is no such version of the rules.
    """
    if version not in RULES:
        raise BadSetting(
            f"unknown normalization version: {version}", f"use one of {', '.join(map(str, RULES))}"
        )
    return RULES[version](words, language, phones)
