"""Classifiers of API v3 that a dictionary can be: which phrases of a kind were said, and when. Pure.

Rule 1: a classifier is a list of phrases (phrases.txt); an utterance is of its kind if it holds one of them.
Rule 2: the confidence is 1 or 0: a dictionary has no other.
Rule 3: gender and mood cannot be told from a list of words; who asks for them is told so.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources

from govor.errors import BadRequest, Unimplemented
from govor.recognition import languages
from govor.records import Word
from govor.text import profanity

Phrase = tuple[str, ...]

PROFANITY = "profanity"  # the words that `profanityFilter` masks
NAMES = (
    "formal_greeting",
    "informal_greeting",
    "formal_farewell",
    "informal_farewell",
    "insult",
    PROFANITY,
    "answerphone",
)
NOT_OURS = ("gender", "negative")  # SpeechKit has models for them
RUSSIAN = (languages.DEFAULT, languages.AUTO)
STEM = "*"


@dataclass(frozen=True, slots=True)
class Highlight:
    """A phrase where it was said."""

    text: str
    start_ms: int
    end_ms: int


def check(name: str, language: str) -> None:
    """BadRequest for a name that SpeechKit has not either, Unimplemented for what we cannot tell."""
    if name in NOT_OURS:
        raise Unimplemented(f"the classifier {name} is not served", f"these are: {', '.join(NAMES)}")
    if name not in NAMES:
        raise BadRequest(
            "recognitionClassifier.classifiers names an unknown classifier", f"use one of {', '.join(NAMES)}"
        )
    if language not in RUSSIAN:
        raise Unimplemented(f"the classifier {name} knows Russian only", f"the recording is in {language}")


def highlights(name: str, words: Sequence[Word]) -> list[Highlight]:
    """The phrases of a classifier among these words, in order; longer ones first, and no word twice."""
    if name == PROFANITY:
        return [Highlight(w.text, w.start_ms, w.end_ms) for w in words if profanity.DEFAULT.profane(w.text)]
    spoken = [word.text.replace("ё", "е") for word in words]
    found: list[Highlight] = []
    at = 0
    while at < len(words):
        length = longest(phrases(name), spoken, at)
        if length:
            said = words[at : at + length]
            text = " ".join(word.text for word in said)
            found.append(Highlight(text, said[0].start_ms, said[-1].end_ms))
        at += max(1, length)
    return found


def longest(known: dict[str, list[Phrase]], spoken: Sequence[str], at: int) -> int:
    """Words of the longest phrase that begins at a word; 0 for none."""
    candidates = (*known.get(spoken[at], ()), *known.get(STEM, ()))
    fits = (len(phrase) for phrase in candidates if matches(phrase, spoken[at : at + len(phrase)]))
    return max(fits, default=0)


def matches(phrase: Phrase, spoken: Sequence[str]) -> bool:
    """Whether these words are the phrase."""
    return len(phrase) == len(spoken) and all(
        word.startswith(each[:-1]) if each.endswith(STEM) else word == each
        for each, word in zip(phrase, spoken, strict=True)
    )


@cache
def phrases(name: str) -> dict[str, list[Phrase]]:
    """A classifier's phrases by their first word; those that begin with a stem under STEM."""
    by_first: dict[str, list[Phrase]] = {}
    for phrase in lines(name):
        first = STEM if phrase[0].endswith(STEM) else phrase[0]
        by_first.setdefault(first, []).append(phrase)
    return by_first


def lines(name: str) -> Iterator[Phrase]:
    """The lines of one section of phrases.txt."""
    section = ""
    text = resources.files(__package__).joinpath("phrases.txt").read_text(encoding="utf-8")
    for line in text.splitlines():
        if line.startswith("["):
            section = line.strip("[]")
        elif line and not line.startswith("#") and section == name:
            yield tuple(line.replace("ё", "е").split())
