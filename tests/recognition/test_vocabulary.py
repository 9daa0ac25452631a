"""vocab.txt in and text out."""

import pytest

from govor.errors import ModelFailed
from govor.recognition import vocabulary

TEXT = "▁ 0\nа 1\nб 2\n<blk> 3\n"


def test_symbols_are_read_in_order() -> None:
    read = vocabulary.parse(TEXT)
    assert (read.symbols, read.space, read.blank) == (("▁", "а", "б", "<blk>"), 0, 3)


@pytest.mark.parametrize(
    "text",
    ["", "▁ 0\nа 2\n<blk> 1\n", "▁ 0\nа\n<blk> 2\n", "а 0\n<blk> 1\n", "▁ 0\nа 1\n", "▁ 0 0\n<blk> 1\n"],
)
def test_a_damaged_vocabulary_is_the_models_fault(text: str) -> None:
    with pytest.raises(ModelFailed, match="vocabulary is corrupt"):
        vocabulary.parse(text)


@pytest.mark.parametrize(
    ("ids", "text"),
    [([], ""), ([1, 2], "аб"), ([0, 1, 0, 0, 2, 0], "а б"), ([0], "")],
)
def test_spaces_are_single_and_only_between_words(ids: list[int], text: str) -> None:
    assert vocabulary.parse(TEXT).text(ids) == text


def test_words_know_where_their_symbols_are() -> None:
    assert vocabulary.parse(TEXT).words([0, 1, 0, 0, 2, 1, 0]) == [("а", [1]), ("ба", [4, 5])]


def test_pieces_of_words_may_begin_with_the_space() -> None:
    pieces = vocabulary.parse("<blk> 0\n▁ 1\n▁да 2\nть 3\n")
    assert pieces.words([2, 3, 1, 3, 2]) == [("дать", [0, 1]), ("ть", [3]), ("да", [4])]
