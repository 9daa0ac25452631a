"""Public-domain prose and phrases of ours as labelled words: what stands after each, and is it a name.

Pure but for `sentences`. A word is lower case with ё as е, as the recogniser writes it.
"""

import lzma
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain, pairwise
from pathlib import Path
from random import Random

from training import grammars

# Lines of sentences.txt.xz; the works stand one after the other.
TEST_LINES = range(5_394)  # Chekhov, of whom nothing else is used
DEV_LINES = range(
    162_500, 166_000
)  # Kryukov: the wording of the phrases and every threshold were settled on him
NONE, COMMA, PERIOD, QUESTION = range(4)
KEPT, NAME, UNKNOWN = (
    0,
    1,
    -1,
)  # capitals: none, one of its own, or one that tells nothing (a sentence begins)
OLD_SPELLING = re.compile(r"[ѣѢіІѳѲ╕]|[а-яА-Я]ъ\b")
TOKEN = re.compile(r"[а-яА-ЯёЁ]+(?:-[а-яА-ЯёЁ]+)*")
HYPHEN_LOST = 0.7  # share of hyphenated words that stand as two: recognisers seldom write hyphens


@dataclass(frozen=True, slots=True)
class Labelled:
    """One word and what a reader of the book sees of it."""

    text: str
    mark: int  # NONE … QUESTION, after the word
    capital: int  # KEPT, NAME or UNKNOWN


def sentences(path: Path) -> list[str]:
    """All sentences; the edition's broken hyphens mended."""
    with lzma.open(path, "rt", encoding="utf-8") as file:
        return [re.sub(r"(?<=[а-яё])#(?=[а-яё])", "-", line).replace("#", " ").strip() for line in file]


def labelled(lines: Iterable[str], random: Random) -> Iterator[list[Labelled]]:
    """Each usable sentence, in order; an empty list stands where lines were left out."""
    fresh = True  # does the next word begin a sentence?
    for line, next_line in pairwise(chain(lines, [""])):
        if OLD_SPELLING.search(line) or re.search(r"[a-zA-Z0-9]", line):
            fresh = True
            yield []
            continue
        words, fresh = words_of(line, fresh, random, next_is_small=next_line[:1].islower())
        yield words


def words_of(line: str, fresh: bool, random: Random, *, next_is_small: bool) -> tuple[list[Labelled], bool]:
    """The words of a line, and whether the next line begins a sentence."""
    found = list(TOKEN.finditer(line))
    made: list[Labelled] = []
    for index, token in enumerate(found):
        last = index + 1 == len(found)
        end = len(line) if last else found[index + 1].start()
        small = next_is_small if last else line[end].islower()
        mark = mark_of(line[token.end() : end], next_is_small=small)
        capital = capital_of(token[0], fresh or index == 0)
        parts = token[0].lower().replace("ё", "е").split("-")
        if len(parts) > 1 and random.random() > HYPHEN_LOST:
            parts = ["-".join(parts)]
        made += [Labelled(part, NONE, capital) for part in parts[:-1]]
        made.append(Labelled(parts[-1], mark, capital))
        fresh = mark in (PERIOD, QUESTION)
    return made, fresh


def mark_of(between: str, *, next_is_small: bool) -> int:
    """What stands between two words, as one of four: who dictates does not say dashes and brackets."""
    if "?" in between:
        return QUESTION
    if re.search(r"[.!…]", between):
        return COMMA if next_is_small else PERIOD
    if ":" in between and not next_is_small:
        return PERIOD
    return COMMA if re.search(r"[,;:]", between) else NONE


def capital_of(word: str, begins: bool) -> int:
    """Whether the word is a name, if its first letter can tell."""
    if begins or (len(word) > 1 and word.isupper()):
        return UNKNOWN
    return NAME if word[0].isupper() else KEPT


def phrases(count: int, seed: int) -> list[str]:
    """Punctuated phrases of calls and business, from phrases.txt with its slots filled."""
    random = Random(seed)
    lines = Path(__file__).with_name("phrases.txt").read_text(encoding="utf-8").splitlines()
    kept = [line for line in lines if line.strip() and not line.startswith("#")]
    return [
        grammars.SLOT.sub(lambda slot: filled(slot[1], random), random.choice(kept)) for _ in range(count)
    ]


def filled(slot: str, random: Random) -> str:
    """What a slot becomes; names with their capitals."""
    if slot in ("man", "woman", "surname", "city"):
        return random.choice(grammars.words(slot)).capitalize()
    if slot == "person":
        first = random.choice(grammars.words(random.choice(("man", "woman"))))
        return f"{first.capitalize()} {random.choice(grammars.words('surname')).capitalize()}"
    return grammars.SLOTS[slot](random)
