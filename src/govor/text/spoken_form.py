"""Texts made comparable: what is the same when spoken is the same when counted. Pure.

Rule 1: compatibility forms are one (NFKC); case does not count, ё is е, stress marks are gone.
Rule 2: letters, digits and apostrophes within a word make words; everything else separates them.
Rule 3: numbers are not spelled out: "25" and "двадцать пять" differ. Write references as they are spoken.
"""

import re
import unicodedata

STRESS = "\u0301"
WORD = re.compile(r"[^\W_]+(?:['\u2019][^\W_]+)*")


def words(text: str) -> list[str]:
    """The words of a text in the form that is compared."""
    plain = unicodedata.normalize("NFKC", text).replace(STRESS, "").casefold().replace("ё", "е")
    return [word.replace("\u2019", "'") for word in WORD.findall(plain)]
