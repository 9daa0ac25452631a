"""The 34 symbols of the recogniser and the text they can spell. No I/O.

Id 0 is `▁`, the space between words; then а..я without ё, which is written е; the last is the CTC blank.
"""

import re

SPACE, BLANK = "▁", "<blk>"
LETTERS = "".join(chr(code) for code in range(ord("а"), ord("я") + 1))
SYMBOLS = [SPACE, *LETTERS, BLANK]
BLANK_ID = len(SYMBOLS) - 1
assert len(SYMBOLS) == 34  # the width of log_probs

ID = {symbol: index for index, symbol in enumerate(SYMBOLS)} | {" ": 0}
BREAKS = re.compile(r"[\s\-–—…,.;:!?()\"'«»„“”*_/\[\]<>‹›’`]+")
SPELLABLE = re.compile(r"[а-я]+(?: [а-я]+)*")


def normalised(text: str) -> str | None:
    """Lower case, ё → е, no punctuation; None where digits or foreign letters are left, or nothing."""
    plain = BREAKS.sub(" ", text.lower().replace("ё", "е").replace("\u0301", "").replace("+", "")).strip()
    return plain if SPELLABLE.fullmatch(plain) else None


def encode(text: str) -> list[int]:
    """Normalised text → ids."""
    return [ID[symbol] for symbol in text]


def decode_greedy(ids: list[int]) -> str:
    """Best id of every frame → text: repeats merged, blanks dropped."""
    kept = [i for i, before in zip(ids, [-1, *ids[:-1]], strict=True) if i not in (before, BLANK_ID)]
    return " ".join("".join(SYMBOLS[i] for i in kept).replace(SPACE, " ").split())


def vocabulary() -> str:
    """The text of vocab.txt: one `symbol id` a line, as onnx-asr's GigaAM models have it."""
    return "".join(f"{symbol} {index}\n" for index, symbol in enumerate(SYMBOLS))
