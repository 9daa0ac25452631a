"""Word forms from a Hunspell dictionary with suffix rules only, as Debian's hunspell-ru is.

That dictionary is Alexander I. Lebedev's, under a BSD-like licence; MODEL_CARD.md carries the notice.
"""

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from training.alphabet import normalised


@dataclass(frozen=True, slots=True)
class Suffix:
    """One SFX line: where `condition` holds, `cut` at the end becomes `put`."""

    cut: str
    put: str
    condition: re.Pattern[str]

    def form(self, word: str) -> str | None:
        if not word.endswith(self.cut) or not self.condition.search(word):
            return None
        return word[: len(word) - len(self.cut)] + self.put


def suffixes(affixes: Path) -> dict[str, list[Suffix]]:
    """The rules of every flag; a flag is one character."""
    rules: dict[str, list[Suffix]] = defaultdict(list)
    for line in affixes.read_text("utf-8").splitlines():
        fields = line.split()
        if len(fields) >= 5 and fields[0] == "SFX":
            cut, put = ("" if part == "0" else part for part in fields[2:4])
            rules[fields[1]].append(Suffix(cut, put, re.compile(fields[4] + "$")))
    return rules


def paradigms(dictionary: Path) -> Iterator[set[str]]:
    """All forms of every entry, normalised; abbreviations and names of one letter are left out."""
    rules = suffixes(dictionary.with_suffix(".aff"))
    for line in dictionary.read_text("utf-8").splitlines()[1:]:
        word, _, flags = line.partition("/")
        if word.isupper() or len(word) < 2:
            continue
        forms = {word} | {form for flag in flags for rule in rules[flag] if (form := rule.form(word))}
        plain = {text for text in map(normalised, forms) if text and " " not in text}
        if plain:
            yield plain
