"""Marks, capitals and masks come onto written tokens. Pure."""

from collections.abc import Sequence

from govor.text.punctuation import Styled
from govor.text.tokens import Token


def composed(
    words: Sequence[str], shown: Sequence[str], tokens: Sequence[Token], styled: Sequence[Styled]
) -> list[Token]:
    """One utterance as a reader sees it.

    `shown` are the words as they may be seen (masked or not), `tokens` cover the words in order. A token that
    is its word unchanged is shown as `shown` says; what normalisation wrote stays as it is but for a capital
    at the beginning. A token carries its last word's mark: marks within a number are none.
    """
    made = []
    for token in tokens:
        same = token.first == token.last and token.text == words[token.first]
        text = shown[token.first] if same else token.text
        if styled[token.first].capital:
            text = capitalised(text)
        made.append(Token(marked(text, styled[token.last].mark), token.first, token.last))
    return made


def capitalised(text: str) -> str:
    """The first letter a capital; what does not begin with a letter stays as it is."""
    return text[:1].upper() + text[1:]


def marked(text: str, mark: str) -> str:
    """The mark after the text; the full stop of an abbreviation ("руб.") also ends a sentence."""
    return text if mark == "." and text.endswith(".") else text + mark
