"""The alignment explains every word of both sides and costs what word_error_rate counts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from govor.errors import TooLarge
from govor.recognition import word_alignment, word_error_rate
from tests.recognition.made import BOUNDED

WORDS = st.lists(st.sampled_from(["да", "нет", "не", "там"]), max_size=8)


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


@BOUNDED
@given(WORDS, WORDS)
def test_alignment_costs_what_the_word_error_rate_counts(said: list[str], heard: list[str]) -> None:
    counted = word_error_rate.count(said, heard)
    edits = counted.substitutions + counted.insertions + counted.deletions
    assert sum(one != other for one, other in word_alignment.pairs(said, heard)) == edits
    assert word_alignment.distance(said, heard) == edits


def test_texts_too_long_to_be_aligned_are_refused() -> None:
    with pytest.raises(TooLarge):
        word_alignment.pairs(["да"] * 6_000, ["да"] * 6_000)
