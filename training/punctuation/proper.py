"""Names of people and places from a Hunspell dictionary: lower case, ё as е, and nothing but names.

The dictionary is Alexander I. Lebedev's (Debian's hunspell-ru), under a BSD-like licence; LICENSE.hunspell-ru
beside the model carries its notice.
"""

from collections import defaultdict
from pathlib import Path

from training import hunspell


def names(dictionary: Path) -> set[str]:
    """Forms of the entries with a capital that are no forms of any other entry."""
    rules = hunspell.suffixes(dictionary.with_suffix(".aff"))
    proper, common = set[str](), set[str]()
    for line in dictionary.read_text("utf-8").splitlines()[1:]:
        word, _, flags = line.partition("/")
        if word.isupper() or len(word) < 3:
            continue
        forms = {word} | {form for flag in flags for rule in rules[flag] if (form := rule.form(word))}
        (proper if word[0].isupper() else common).update(form.lower().replace("ё", "е") for form in forms)
    return {word for word in proper - common if word.isalpha()}


def by_ending(forms: set[str]) -> dict[str, list[str]]:
    """The forms by their last two letters, so that one can stand in for another."""
    found = defaultdict(list)
    for form in sorted(forms):
        found[form[-2:]].append(form)
    return found
