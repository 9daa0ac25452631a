"""The symbols of a CTC model, in the file format of onnx-asr: one `symbol id` a line. No I/O."""

from collections.abc import Sequence
from dataclasses import dataclass

from govor.errors import ModelFailed

SPACE = "▁"
BLANK = "<blk>"


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Symbols by id; the rest are letters (or pieces of words) as they are written."""

    symbols: tuple[str, ...]

    @property
    def blank(self) -> int:
        """The id that means "no symbol here"."""
        return self.symbols.index(BLANK)

    @property
    def space(self) -> int:
        """The id of the space between words."""
        return self.symbols.index(SPACE)

    def text(self, ids: Sequence[int]) -> str:
        """Ids without blanks → text with single spaces."""
        return " ".join("".join(self.symbols[i] for i in ids).replace(SPACE, " ").split())

    def words(self, ids: Sequence[int]) -> list[tuple[str, list[int]]]:
        """Ids without blanks → each word with the positions of its ids; a space may begin a longer symbol."""
        words: list[tuple[str, list[int]]] = []
        begins = True
        for position, symbol in enumerate(self.symbols[i] for i in ids):
            begins |= symbol.startswith(SPACE)
            if not (letters := symbol.removeprefix(SPACE)):
                continue
            if begins:
                words.append(("", []))
            text, positions = words[-1]
            words[-1] = (text + letters, [*positions, position])
            begins = False
        return words


def parse(text: str) -> Vocabulary:
    """Read vocab.txt; ModelFailed when ids are not 0, 1, 2 … or the blank or the space is missing."""
    rows = [line.split(" ") for line in text.splitlines() if line]
    if [row[1:] for row in rows] != [[str(i)] for i in range(len(rows))]:
        raise ModelFailed("the vocabulary is corrupt", "expected lines `symbol id` with ids 0, 1, 2 …")
    symbols = tuple(row[0] for row in rows)
    missing = [mark for mark in (BLANK, SPACE) if not any(symbol.startswith(mark) for symbol in symbols)]
    if missing:  # pieces of words may all begin with the space instead of having it alone
        raise ModelFailed("the vocabulary is corrupt", f"no {' and no '.join(missing)} in it")
    return Vocabulary(symbols)
