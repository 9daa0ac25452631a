"""Hot words as people write them."""

import pytest

from govor.errors import BadRequest
from govor.recognition import phrases
from govor.storage import hot_words


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("Говор", "говор"),
        ("  ООО «Ромашка»! ", "ооо ромашка"),
        ("Ростов-на-Дону", "ростов на дону"),
        ("Ёж", "еж"),
    ],
)
def test_phrases_are_spelled_as_words_are_recognised(written: str, expected: str) -> None:
    assert phrases.canonical(written) == expected
    assert phrases.canonical(expected) == expected


@pytest.mark.parametrize("written", ["", " —", "дом 5", "а" * 101])
def test_what_cannot_be_recognised_is_refused(written: str) -> None:
    with pytest.raises(BadRequest):
        phrases.canonical(written)


def test_lists_are_joined_without_repetition_and_bounded() -> None:
    assert phrases.collected(["б", "а"], ["а", "в"]) == ("б", "а", "в")
    with pytest.raises(BadRequest):
        phrases.collected(str(number) for number in range(phrases.PHRASES_MAX + 1))


def test_the_table_holds_every_phrase_that_is_taken() -> None:
    assert hot_words.CHARS_MAX >= phrases.PHRASE_CHARS_MAX
