"""The header with hot words, as clients can write it."""

from urllib.parse import quote

import pytest

from govor.api import hot_words
from govor.errors import BadRequest


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("", ()),
        (quote("Говор") + "," + quote("Нижний Новгород"), ("говор", "нижний новгород")),
        (quote("Говор, Анапа,,говор"), ("говор", "анапа")),
        ("Говор".encode().decode("latin-1"), ("говор",)),  # raw UTF-8, as curl sends it
        ("plain, ascii", ("plain", "ascii")),
    ],
)
def test_header_holds_phrases(value: str, expected: tuple[str, ...]) -> None:
    assert hot_words.of({"x-govor-hot-words": value}) == expected


@pytest.mark.parametrize("value", ["%ff%fe", "%D0%B0" * 101, "a1", "\u0430"])
def test_header_that_cannot_be_read_is_refused(value: str) -> None:
    with pytest.raises(BadRequest):
        hot_words.of({"x-govor-hot-words": value})


def test_no_header_means_no_hot_words() -> None:
    assert hot_words.of({}) == ()
