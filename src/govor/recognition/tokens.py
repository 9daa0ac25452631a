"""From a model's tokens to words with times and confidences. No I/O.

A token is a letter or a piece of a word as it is written; one that begins with a space begins a word.
Models tell when a token begins, never when it ends. So a word ends where the next one begins, or, if that
is later, as long after its last token's beginning as tokens of this wave usually follow each other.
Models that tell no times at all get an estimate: each word has its share of the speech by its letters.
"""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from govor.records import Word

TOKEN_MS_MIN = 40  # the shortest frame of the models there are
TOKEN_MS_MAX = 300  # a slow syllable; a longer gap is a pause
TOKEN_MS_USUAL = 80  # for a wave with a single token


@dataclass(frozen=True, slots=True)
class Token:
    """A symbol as the model gave it; `log_probability` is natural, <= 0."""

    text: str
    start_ms: int
    log_probability: float


@dataclass(frozen=True, slots=True)
class Said:
    """A word as the model wrote it, with its tokens' times and probabilities."""

    written: str
    starts_ms: tuple[int, ...]
    log_probabilities: tuple[float, ...]

    @property
    def confidence(self) -> float:
        """The geometric mean of the tokens' probabilities, 0..1, rounded to a thousandth."""
        return round(float(np.exp(min(0.0, float(np.mean(self.log_probabilities))))), 3)


def words(tokens: Sequence[Token], wave_ms: int, *, writes: bool) -> tuple[Word, ...]:
    """Timed tokens of a wave → its words; `writes`: the model punctuates and puts capitals."""
    said = grouped(tokens)
    last_ms = usual_gap_ms(tokens)
    made: list[Word] = []
    for index, one in enumerate(said):
        start_ms = max(one.starts_ms[0], made[-1].end_ms if made else 0)
        next_ms = said[index + 1].starts_ms[0] if index + 1 < len(said) else wave_ms
        end_ms = min(one.starts_ms[-1] + last_ms, max(next_ms, start_ms))
        made.append(
            word(one.written, start_ms, max(end_ms, start_ms + TOKEN_MS_MIN), one.confidence, writes=writes)
        )
    return tuple(made)


def spread(tokens: Sequence[Token], begin_ms: int, end_ms: int, *, writes: bool) -> tuple[Word, ...]:
    """Tokens without times → words that share the speech between `begin_ms` and `end_ms` by their letters."""
    said = grouped(tokens)
    letters = np.cumsum([0, *(len(one.written) + 1 for one in said)])
    edges = begin_ms + (letters * max(0, end_ms - begin_ms) / max(1, letters[-1])).astype(int)
    return tuple(
        word(one.written, int(first), int(max(last, first + 1)), one.confidence, writes=writes)
        for one, first, last in zip(said, edges[:-1], edges[1:], strict=True)
    )


def grouped(tokens: Sequence[Token]) -> list[Said]:
    """Tokens → words; what has no letter or digit (a dash of its own) is written with the word before it."""
    found: list[Said] = []
    begins = True
    for token in tokens:
        begins |= token.text[:1].isspace()
        text = token.text.strip()
        if not text or is_mark_of_the_model(text):
            continue
        if begins and (bare(text) or not found):
            found.append(Said(text, (token.start_ms,), (token.log_probability,)))
        else:
            last = found[-1]
            found[-1] = Said(
                last.written + (" " if begins else "") + text,
                (*last.starts_ms, token.start_ms) if bare(text) else last.starts_ms,
                (*last.log_probabilities, token.log_probability),
            )
        begins = False
    return [one for one in found if bare(one.written)]


def word(written: str, start_ms: int, end_ms: int, confidence: float, *, writes: bool) -> Word:
    """A Word: spoken form in `text`, and what the model wrote, if it writes."""
    return Word(
        text=bare(written).lower() if writes else written,
        start_ms=start_ms,
        end_ms=end_ms,
        confidence=confidence,
        written=written if writes else "",
    )


def bare(text: str) -> str:
    """Without punctuation around it: `«Москве,»` → `Москве`; marks inside a word (`кто-то`, `3,5`) stay."""
    first, last = 0, len(text)
    while first < last and not is_letter(text[first]):
        first += 1
    while first < last and not is_letter(text[last - 1]) and text[last - 1] not in "%°":
        last -= 1
    return text[first:last]


def is_letter(character: str) -> bool:
    """A letter, digit, or a sign that is read aloud."""
    return unicodedata.category(character)[0] in "LNM" or character in "%№$€₽£+°"


def is_mark_of_the_model(text: str) -> bool:
    """`<unk>`, `<|ru|>`, `<0xD0>`: symbols that are not said."""
    return text.startswith("<") and text.endswith(">")


def usual_gap_ms(tokens: Sequence[Token]) -> int:
    """How long tokens of this wave last: the median distance between neighbours that are not apart."""
    gaps = np.diff([token.start_ms for token in tokens])
    close = gaps[(gaps > 0) & (gaps <= TOKEN_MS_MAX)]
    return int(np.clip(np.median(close), TOKEN_MS_MIN, TOKEN_MS_MAX)) if len(close) else TOKEN_MS_USUAL
