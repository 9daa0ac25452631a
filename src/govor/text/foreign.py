"""Numbers of other languages, found by text2num; what is written is decided here.

As in Russian, a lone "one", lone ordinals up to ten ("wait a second") and a lone "million" stay words.
Three or more digits spoken one by one are one row of digits; an English century and its years are one number.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import text_to_num

from govor.text.tokens import Token

# SpeechKit also normalises Turkish, Kazakh and Uzbek: no library that is kept reads them, so they stay words.
LANGUAGES = {"en-US": "en", "de-DE": "de", "fr-FR": "fr", "es-ES": "es", "it-IT": "it"}
ORDINAL_WORDS_MAX = 10  # the greatest ordinal that alone stays a word
THOUSAND = 1000
ROW_MIN = 3  # as many single digits are a code or a telephone number
ROW_MAX = 34  # the longest code that is common, an IBAN; a longer row is somebody reading
CENTURIES = range(13, 21)  # thirteen … twenty: the first half of a year


@dataclass(frozen=True, slots=True)
class _Word:
    """A word as text2num takes it."""

    word: str

    def text(self) -> str:
        return self.word.encode(errors="replace").decode()  # half a character would fail in its Rust

    def nt_separated(self, previous: "_Word") -> bool:
        return False

    def not_a_number_part(self) -> bool:
        return False


def written(words: Sequence[str], language: str) -> list[Token]:
    """The words of one utterance with their numbers in digits; `language` is a key of LANGUAGES."""
    found = text_to_num.find_numbers([_Word(word) for word in words], LANGUAGES[language], 0.0)
    tokens: list[Token] = []
    done = at = 0
    while at < len(found):
        row = _row(found, at)
        first, end = found[at].start, found[at + row - 1].end
        if row > 1 and (text := _together(found[at : at + row], language)):
            written_here = [Token(text, first, end - 1)]
        else:
            written_here = [_token(words, each, alone=row == 1) for each in found[at : at + row]]
        tokens += [*_spoken(words, done, first), *written_here]
        done, at = end, at + row
    return tokens + _spoken(words, done, len(words))


def _row(found: Sequence[text_to_num.Occurence], at: int) -> int:
    """How many numbers follow each other without a word between them, from number `at` on."""
    end = at + 1
    while end < len(found) and found[end].start == found[end - 1].end:
        end += 1
    return end - at


def _together(row: Sequence[text_to_num.Occurence], language: str) -> str:
    """Numbers in a row as one; empty where each stands for itself."""
    texts = [each.text for each in row]
    if ROW_MIN <= len(row) <= ROW_MAX and all(len(text) == 1 for text in texts):
        return "" if _counts([int(text) for text in texts]) else "".join(texts)
    two = len(row) == 2 and all(text.isdecimal() and len(text) == 2 for text in texts)
    return "".join(texts) if two and language == "en-US" and int(texts[0]) in CENTURIES else ""


def _counts(values: Sequence[int]) -> bool:
    """Whether somebody counts, up or down."""
    step = values[1] - values[0]
    return step != 0 and list(values) == list(range(values[0], values[-1] + step, step))


def _token(words: Sequence[str], number: text_to_num.Occurence, *, alone: bool) -> Token:
    """A number in digits, or its one word: "one" and "first" if they stand alone, "million" always."""
    small = number.value <= ORDINAL_WORDS_MAX if number.is_ordinal else number.value == 1
    scale = number.value >= THOUSAND and number.text.strip("0") == "1"
    if number.end - number.start == 1 and ((alone and small) or scale):
        return Token(words[number.start], number.start, number.start)
    return Token(number.text, number.start, number.end - 1)


def _spoken(words: Sequence[str], start: int, end: int) -> list[Token]:
    return [Token(words[at], at, at) for at in range(start, end)]
