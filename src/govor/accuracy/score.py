"""Word and character error rates of many recordings, with what is known of their precision. Pure."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from govor.accuracy.reliability import Judged
from govor.recognition import word_alignment, word_error_rate
from govor.recognition.word_alignment import Pair
from govor.recognition.word_error_rate import Errors
from govor.records import Word
from govor.text import spoken_form

RESAMPLES = 2_000  # the ends of the interval then move by a few hundredths of its width
SEED = 1337  # the same recordings give the same interval
INTERVAL = (2.5, 97.5)  # percentiles: 95 %


@dataclass(frozen=True, kw_only=True, slots=True)
class Score:
    """One recording: what was said and heard, aligned."""

    path: Path
    seconds: float
    reference: str  # as compared
    heard: str
    pairs: tuple[Pair, ...]
    judged: tuple[Judged, ...]  # every word heard
    words: Errors
    characters: int
    character_edits: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Total:
    """All recordings together; rates are 0..1, above 1 when more was inserted than was said."""

    words: Errors
    rate: float
    interval: tuple[float, float]  # 95 %, bootstrap over recordings
    characters: int
    character_edits: int
    character_rate: float
    character_interval: tuple[float, float]


def score(path: Path, seconds: float, reference: str, heard: Sequence[Word]) -> Score:
    """Compare; TooLarge when the recording is too long to be aligned."""
    said = spoken_form.words(reference)
    pieces = [(piece, word.confidence) for word in heard for piece in spoken_form.words(word.text)]
    got = [piece for piece, _ in pieces]
    pairs = word_alignment.pairs(said, got)
    right = [one == other for one, other in pairs if other is not None]
    said_text, got_text = " ".join(said), " ".join(got)
    return Score(
        path=path,
        seconds=seconds,
        reference=said_text,
        heard=got_text,
        pairs=tuple(pairs),
        judged=tuple(Judged(sure, is_right) for (_, sure), is_right in zip(pieces, right, strict=True)),
        words=word_error_rate.tally(pairs),
        characters=len(said_text),
        character_edits=word_alignment.distance(said_text, got_text),
    )


def total(scores: Sequence[Score]) -> Total:
    """Sums, rates and their intervals; at least one recording."""
    words = Errors(
        substitutions=sum(each.words.substitutions for each in scores),
        insertions=sum(each.words.insertions for each in scores),
        deletions=sum(each.words.deletions for each in scores),
        reference_words=sum(each.words.reference_words for each in scores),
    )
    characters, character_edits = (
        sum(each.characters for each in scores),
        sum(each.character_edits for each in scores),
    )
    return Total(
        words=words,
        rate=words.rate,
        interval=interval([(each.words.edits, each.words.reference_words) for each in scores]),
        characters=characters,
        character_edits=character_edits,
        character_rate=character_edits / max(1, characters),
        character_interval=interval([(each.character_edits, each.characters) for each in scores]),
    )


def interval(counts: Sequence[tuple[int, int]]) -> tuple[float, float]:
    """95 % bootstrap interval of edits over length; recordings are what is drawn."""
    table = np.array(counts, np.int64)
    random = np.random.default_rng(SEED)
    rates = np.empty(RESAMPLES)
    for index in range(RESAMPLES):  # one by one: thousands of recordings would not fit into one table
        drawn = table[random.integers(0, len(table), len(table))].sum(axis=0)
        rates[index] = drawn[0] / max(1, drawn[1])
    low, high = np.percentile(rates, INTERVAL)
    return float(low), float(high)


def confusions(scores: Sequence[Score], count: int) -> list[tuple[Pair, int]]:
    """The `count` most frequent unequal pairs; equals in alphabetical order."""
    tally = Counter(pair for each in scores for pair in each.pairs if pair[0] != pair[1])
    return sorted(tally.items(), key=lambda item: (-item[1], item[0][0] or "", item[0][1] or ""))[:count]


def worst(scores: Sequence[Score], count: int) -> list[Score]:
    """The `count` recordings with most word errors; those without any are left out."""
    wrong = [each for each in scores if each.words.edits]
    return sorted(wrong, key=lambda each: (-each.words.edits, str(each.path)))[:count]
