"""`profanityFilter`: which words are masked with asterisks in `text`.

Rule 1: a word is judged whole: a root stands at its beginning or behind prefixes ("на-", "разъ-"), so that
        «страхуй», «употреблять» and «мандарин» stay as they are. Hyphenated parts are judged one by one.
Rule 2: the list holds the obscene roots of Russian and the crudest insults; milder ones are up to the owner.
Rule 3: what the owner allows or lists comes before our list.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from govor.errors import BadSetting

Mask = Literal["all", "first"]

PREFIXES = (
    "без|бес|вз|взо|воз|вс|вы|до|за|из|изо|ис|на|надо|не|недо|ни|об|обо|о|от|ото|пере|по|под|подо|полу|при|"
    "про|раз|разо|рас|со|с|у|кое|все|псевдо|супер"
)
FIRST_PARTS = (  # those that end in a vowel: after a consonant the root has a hard sign before it
    "вы|до|за|на|не|недо|ни|о|пере|по|при|про|у|изо|ото|подо|разо|долбо|дерьмо|мозго|мудо|косо|ското|трахо"
)
ROOTS = (
    rf"(?:{PREFIXES}){{0,3}}ху(?:[йеюя]\w*|и|и[лмнтчшщ]\w*)",
    r"\w*пизд\w*",
    rf"(?:{PREFIXES}){{0,3}}пезд(?:[аыуе]|[юе]\w+|о[йюв]\w*|ит\w*|ят\w*)",
    rf"(?:{FIRST_PARTS}){{0,3}}(?:е|йо)б\w*",
    r"\w*ъ(?:е|йо)б\w*",
    rf"(?:{FIRST_PARTS}|раз|об)?бля(?:[дт]\w*)?",
    rf"(?:{PREFIXES}){{0,3}}муд(?:а[кцч]\w*|ил\w*|о[зхе]\w*|[еи]|ям|ями|ях|ня\w*)",
    r"манд(?:а|ы|е|у|ой|авош\w*|юк\w*)",
    rf"(?:{PREFIXES}){{0,3}}залуп\w*",
    r"(?:пид[оа]р|пидр|педрил)\w*",
    r"г[ао]ндон\w*",
    rf"(?:{PREFIXES}){{0,3}}дроч\w*",
    r"шлю[хш]\w*",
    r"сук(?:а|и|е|у|ой|ам|ами|ах)|сучар\w*",
    rf"(?:{PREFIXES}){{0,3}}хер(?:[ауеыи]|ом|ам|ами|ах|н[яеию]\w*|ов\w*|ач\w*|ан\w*|е[лтн]\w*|ищ\w*|ь)?",
)
# Words of other roots that the patterns would take; tests/text/test_profanity.py looks through a dictionary.
INNOCENT = re.compile(r"\w*[сз]ухую|дрочен(?:[аыуе]|о[йю]\w?)|похер(?:[ие]\w+|ь)")
PATTERN = re.compile("|".join(f"(?:{root})" for root in ROOTS))
# A longer run of letters is no word, and patterns that begin anywhere would read it many times over.
LETTERS_MAX = 40
LIST_CHARACTERS_MAX = 1 << 20  # a list of words that is longer is some other file


@dataclass(frozen=True, slots=True)
class Listed:
    """The owner's own words: `masked` and `allowed`, each a pattern for a whole word."""

    masked: re.Pattern[str]
    allowed: re.Pattern[str]


NEVER = re.compile(r"(?!)")
NOTHING = Listed(NEVER, NEVER)


@dataclass(frozen=True, kw_only=True, slots=True)
class Profanity:
    """What is masked and how: `all` letters, or all but the `first`."""

    mask: Mask = "all"
    listed: Listed = NOTHING
    _judged: dict[str, str] = field(default_factory=dict, compare=False)

    JUDGED_MAX = 100_000  # words whose outcome is kept; then the memory of them begins anew

    def masked(self, words: Sequence[str]) -> list[str]:
        """The words, in order, with asterisks for the letters of those that are profane."""
        return [self._shown(word) for word in words]

    def _shown(self, word: str) -> str:
        shown = self._judged.get(word)
        if shown is None:
            shown = asterisks(word, self.mask) if self.profane(word) else word
            if len(self._judged) >= self.JUDGED_MAX:
                self._judged.clear()
            if len(word) <= LETTERS_MAX:
                self._judged[word] = shown
        return shown

    def profane(self, word: str) -> bool:
        """Whether a word, or a part of it between hyphens, is to be masked."""
        whole = word.lower().replace("ё", "е")
        return any(self._part(part) for part in {whole, *whole.split("-")} if 1 < len(part) <= LETTERS_MAX)

    def _part(self, part: str) -> bool:
        if self.listed.allowed.fullmatch(part):
            return False
        if self.listed.masked.fullmatch(part):
            return True
        return bool(PATTERN.fullmatch(part)) and not INNOCENT.fullmatch(part)


DEFAULT = Profanity()


def asterisks(word: str, mask: Mask) -> str:
    """As many asterisks as there are letters; hyphens stay, and with `first` the first letter."""
    kept = 1 if mask == "first" else 0
    return word[:kept] + re.sub(r"[^-]", "*", word[kept:])


def listed(path: Path) -> Listed:
    """Read the owner's list. Raises BadSetting: it cannot be read, or is no list of words."""
    try:
        with path.expanduser().open(encoding="utf-8") as file:
            text = file.read(LIST_CHARACTERS_MAX + 1)
    except (OSError, UnicodeDecodeError) as error:
        raise BadSetting(f"the list of profanity {path} cannot be read", str(error)) from error
    if len(text) > LIST_CHARACTERS_MAX:
        raise BadSetting(
            f"the list of profanity {path} is too long", f"it may have {LIST_CHARACTERS_MAX} letters"
        )
    return parsed(text)


def parsed(text: str) -> Listed:
    """A word a line; `*` stands for any letters, `!` before a word allows it, `#` begins a remark."""
    lines = [line.split("#")[0].strip().lower().replace("ё", "е") for line in text.splitlines()]
    words = [line for line in lines if line.strip("!* ")]
    return Listed(
        masked=union([word for word in words if not word.startswith("!")]),
        allowed=union([word[1:].strip() for word in words if word.startswith("!")]),
    )


def union(words: Sequence[str]) -> re.Pattern[str]:
    """One pattern for all words."""
    if not words:
        return NEVER
    return re.compile("|".join(re.sub(r"(?:\\\*)+", r"\\w*", re.escape(word)) for word in words))
