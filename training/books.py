"""Sentences of public-domain books, for the language model.

The folders are checkouts of two collections of plain texts, none of them part of this repository:
RusLit (github d0rj/RusLit, commit 4509680) and RussianNovels (github JoannaBy/RussianNovels, commit 0398a12).
Only authors who died before 1937 are read, whose works are in the public domain everywhere.
"""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from training.alphabet import normalised

AUTHORS = """
    Blok Bryusov Chekhov Dostoevsky Dostoyevski Dostoyevsky Durova Gan Gogol Gorky Herzen Krjukov Lermontov
    Nekrasov NKhvoshchinskaya Panaeva Pushkin SKhvoshchinskaya Sologub Tolstoi Tolstoy Tur Turgenev
    Volkonskaya Vovchok Zhukova Zinovieva-Annibal
""".split()  # noqa: SIM905
WORDS_MAX = 60  # a longer "sentence" is a list or lost its full stops
SHARED_WORDS = 5  # as many in a row as in a held-out sentence: it may be the place that was quoted
END = re.compile(r"(?<=[.!?…])[\s\"»)]+(?=[«\"(\-–—]*\s*[А-ЯЁ])")
LATIN_OR_DIGIT = re.compile(r"[a-zA-Z0-9]")
MARKS = re.compile(r"\{\d+\}|\[\d+\]|<[^>]*>")  # page numbers and notes of the collections


def sentences(folders: Iterable[Path], secret: Iterable[str]) -> list[str]:
    """Normalised sentences of all books, each once; none shares SHARED_WORDS in a row with a secret one."""
    hidden = all_runs(secret)
    found: dict[str, None] = {}
    for path in sorted(path for folder in folders for path in books(folder)):
        for text in split(path.read_text(encoding="utf-8", errors="replace")):
            if text not in found and hidden.isdisjoint(runs(text)):
                found[text] = None
    return list(found)


def books(folder: Path) -> Iterator[Path]:
    """Text files of the authors above: AUTHOR/title.txt or AUTHOR_title.txt."""
    for path in folder.rglob("*.txt"):
        if path.parent.name in AUTHORS or path.stem.split("_")[0] in AUTHORS:
            yield path


def split(book: str) -> Iterator[str]:
    """Sentences that can be spelled; paragraphs are lines, dialogue dashes are dropped."""
    for paragraph in MARKS.sub("", book).splitlines():
        for sentence in END.split(paragraph):
            text = None if LATIN_OR_DIGIT.search(sentence) else normalised(sentence)
            if text and 2 <= text.count(" ") + 1 <= WORDS_MAX:
                yield text


def all_runs(texts: Iterable[str]) -> set[str]:
    """The runs of all these texts."""
    return {run for text in texts for run in runs(text)}


def runs(text: str) -> Iterator[str]:
    """Every SHARED_WORDS words in a row; a shorter text whole."""
    words = text.split()
    for start in range(max(1, len(words) - SHARED_WORDS + 1)):
        yield " ".join(words[start : start + SHARED_WORDS])
