"""What counts as the same word."""

import pytest

from govor.text import spoken_form


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Ёлка, как-нибудь — «потом»!", "елка как нибудь потом"),
        ("за\u0301мок", "замок"),
        ("It's 25 °C", "it's 25 c"),
        ("don’t", "don't"),
        ("№ 5", "no 5"),
        (" … ", ""),
    ],
)
def test_texts_are_compared_by_their_words(text: str, expected: str) -> None:
    assert spoken_form.words(text) == expected.split()
