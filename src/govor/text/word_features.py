"""A word as rows of an embedding table: itself if it is known, its endings and its beginning. Pure.

The rows of known words come first (row 0 is "unknown"), those of endings and beginnings, found by CRC-32,
after them. Training and the service both use this file.
"""

import zlib
from collections.abc import Mapping

FEATURES = 5  # rows of one word
ENDING_4, ENDING_3, ENDING_2, BEGINNING_3 = 8_192, 4_096, 1_024, 2_048  # rows of each kind
HASHED_ROWS = ENDING_4 + ENDING_3 + ENDING_2 + BEGINNING_3
LETTERS_MAX = 40  # no Russian word is longer; of anything that is, the ends tell enough


def spelled(word: str) -> str:
    """The word as the table knows it: lower case, ё as е, hostile lengths cut."""
    short = word if len(word) <= LETTERS_MAX else word[: LETTERS_MAX // 2] + word[-LETTERS_MAX // 2 :]
    return short.lower().replace("ё", "е")


def crc(text: str) -> int:
    """CRC-32 of the UTF-8 bytes; a lone surrogate, which no text should hold, counts like any letter."""
    return zlib.crc32(text.encode("utf-8", "surrogatepass"))


def rows(word: str, known: Mapping[int, int]) -> tuple[int, ...]:
    """The FEATURES rows of a word that `spelled` gave; `known` is row by CRC-32 of the whole word."""
    first = len(known) + 1
    made = [known.get(crc(word), 0)]
    for ending, size in ((word[-4:], ENDING_4), (word[-3:], ENDING_3), (word[-2:], ENDING_2)):
        made.append(first + crc(ending) % size)
        first += size
    made.append(first + crc("^" + word[:3]) % BEGINNING_3)
    return tuple(made)
