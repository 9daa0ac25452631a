"""Every spelling SpeechKit takes, and no other."""

import pytest

from govor.errors import BadRequest
from govor.recognition import languages


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (None, "ru-RU"),
        ("", "ru-RU"),
        ("  ", "ru-RU"),
        ("ru-RU", "ru-RU"),
        ("ru_ru", "ru-RU"),
        ("RU-ru", "ru-RU"),
        ("AUTO", "auto"),
        ("he-IL", "he-HE"),
        ("he_he", "he-HE"),
        ("kk-KK", "kk-KZ"),
        ("KK_kz", "kk-KZ"),
        ("pt-BR", "pt-BR"),
        ("uz-uz", "uz-UZ"),
    ],
)
def test_a_code_has_one_canonical_spelling(given: str | None, expected: str) -> None:
    assert languages.canonical(given) == expected


@pytest.mark.parametrize("code", languages.CODES)
def test_canonical_spellings_stay(code: str) -> None:
    assert languages.canonical(code) == code


@pytest.mark.parametrize("code", ["ru", "en", "xx-XX", "ru-RU,en-US", "русский", "ru--RU"])
def test_an_unknown_code_is_the_callers_fault_and_named(code: str) -> None:
    with pytest.raises(BadRequest, match="unknown language code") as caught:
        languages.canonical(code)
    assert code in caught.value.message
    assert "ru-RU" in caught.value.detail
