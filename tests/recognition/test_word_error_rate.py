"""Word error rate: the counts along the cheapest alignment."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from govor.recognition.word_error_rate import count

WORDS = st.lists(st.sampled_from("абвг"), max_size=8)


@pytest.mark.parametrize(
    ("reference", "hypothesis", "substitutions", "insertions", "deletions"),
    [
        ("а б в", "а б в", 0, 0, 0),
        ("а б в", "а г в", 1, 0, 0),
        ("а б в", "а б", 0, 0, 1),
        ("а б", "а в б", 0, 1, 0),
        ("а б в", "", 0, 0, 3),
        ("", "а", 0, 1, 0),
        ("а б в г", "б в г а", 0, 1, 1),
    ],
)
def test_counts(reference: str, hypothesis: str, substitutions: int, insertions: int, deletions: int) -> None:
    errors = count(reference.split(), hypothesis.split())
    assert (errors.substitutions, errors.insertions, errors.deletions) == (
        substitutions,
        insertions,
        deletions,
    )


@given(WORDS, WORDS)
def test_counts_explain_the_difference_in_length(reference: list[str], hypothesis: list[str]) -> None:
    errors = count(reference, hypothesis)
    assert len(reference) - errors.deletions + errors.insertions == len(hypothesis)


@given(WORDS, WORDS)
def test_nothing_is_wrong_only_between_equals(reference: list[str], hypothesis: list[str]) -> None:
    assert (count(reference, hypothesis).rate == 0) == (reference == hypothesis)


def test_rate_is_errors_over_the_words_that_were_said() -> None:
    assert count(["а", "б", "в", "г"], ["а", "б", "г"]).rate == 0.25
