"""The alignment explains every word of both sides, and none is cheaper."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from govor.errors import TooLarge
from govor.recognition import word_alignment, word_error_rate
from tests.recognition.made import BOUNDED

WORDS = st.lists(st.sampled_from(["да", "нет", "не", "там"]), max_size=8)
FEW = st.lists(st.sampled_from(["да", "нет", "не", "там"]), max_size=5)


@pytest.mark.parametrize(
    ("said", "heard", "expected"),
    [
        ("", "", []),
        ("да", "", [("да", None)]),
        ("", "да", [(None, "да")]),
        ("мама мыла раму", "мама раму", [("мама", "мама"), ("мыла", None), ("раму", "раму")]),
        ("он не там", "они там", [("он", None), ("не", "они"), ("там", "там")]),
    ],
)
def test_words_that_belong_together_stand_together(
    said: str, heard: str, expected: list[tuple[str | None, str | None]]
) -> None:
    assert word_alignment.pairs(said.split(), heard.split()) == expected


@BOUNDED
@given(WORDS, WORDS)
def test_every_word_of_both_sides_comes_once_and_in_order(said: list[str], heard: list[str]) -> None:
    pairs = word_alignment.pairs(said, heard)
    assert [one for one, _ in pairs if one is not None] == said
    assert [other for _, other in pairs if other is not None] == heard


def cheapest(said: tuple[str, ...], heard: tuple[str, ...]) -> int:
    """Levenshtein's distance as its definition has it: too slow for more than a few words."""
    if not said or not heard:
        return len(said) + len(heard)
    if said[0] == heard[0]:
        return cheapest(said[1:], heard[1:])
    return 1 + min(cheapest(said[1:], heard), cheapest(said, heard[1:]), cheapest(said[1:], heard[1:]))


@BOUNDED
@given(FEW, FEW)
def test_no_alignment_is_cheaper(said: list[str], heard: list[str]) -> None:
    least = cheapest(tuple(said), tuple(heard))
    assert sum(one != other for one, other in word_alignment.pairs(said, heard)) == least
    assert word_alignment.distance(said, heard) == least
    assert word_error_rate.count(said, heard).edits == least


def test_texts_too_long_to_be_aligned_are_refused() -> None:
    with pytest.raises(TooLarge):
        word_alignment.pairs(["да"] * 6_000, ["да"] * 6_000)
