"""`literature_text`: which marks and capitals stand on recognised words.

Rule 1: what a recogniser itself wrote ("Москве,") is believed.
Rule 2: Russian words go through the embedded model, with the pauses between them.
Rule 3: every other language has pauses only: a long one ends a sentence.
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise

from govor.records import Word
from govor.text import punctuation_file
from govor.text.punctuation import ENDS, MARKS, Punctuator, Styled

RUSSIAN, AUTO = "ru-RU", "auto"
SENTENCE_PAUSE_MS = 700  # of languages without a model: most pauses between read sentences are longer
CYRILLIC = re.compile("[а-яё]", re.IGNORECASE)
MARK_OF = {"!": ".", "…": ".", ";": ",", ":": ","} | {mark: mark for mark in MARKS if mark}
AFTER = re.compile(r"[\W_]+$")


def styled(words: Sequence[Word], language: str, model: str) -> list[Styled]:
    """Marks and capitals of one speaker's words, in order. Raises ModelFailed.

    `auto` is taken for Russian where the words are Cyrillic.
    """
    if any(word.written for word in words):
        return as_written(words)
    pauses = [max(0, after.start_ms - before.end_ms) for before, after in pairwise(words)]
    if language == RUSSIAN or (language == AUTO and any(CYRILLIC.search(word.text) for word in words)):
        timed = any(pauses)  # else they come from text, or from a recogniser that knows no pauses
        return punctuator(model).styled([word.text for word in words], pauses if timed else None)
    return by_pauses(pauses, len(words))


@lru_cache(maxsize=2)
def punctuator(model: str) -> Punctuator:
    """The model of this name, read once."""
    return Punctuator(punctuation_file.read(punctuation_file.folder_of(model)))


def as_written(words: Sequence[Word]) -> list[Styled]:
    """The marks and capitals of the recogniser's own spelling."""
    marks = [MARK_OF.get(word.written[len(bare(word)) :].strip()[:1], "") for word in words]
    begins = [True, *(mark in ENDS for mark in marks[:-1])]
    return [
        Styled(mark, begin or word.written[:1].isupper())
        for word, mark, begin in zip(words, marks, begins, strict=True)
    ]


def bare(word: Word) -> str:
    """The recogniser's own spelling, if it gave one, without what stands after the word."""
    return AFTER.sub("", word.written) or word.text


def by_pauses(pauses_ms: Sequence[int], words: int) -> list[Styled]:
    """A full stop at each long pause and at the end."""
    ends = [pause >= SENTENCE_PAUSE_MS for pause in pauses_ms] + [True] * bool(words)
    begins = [True, *ends[:-1]]
    return [Styled("." if end else "", begin) for end, begin in zip(ends, begins, strict=False)]
