"""The parts of the training recipe that make texts; they need nothing but Python."""

from pathlib import Path
from random import Random

import pytest

from training import books, grammars, hunspell
from training.alphabet import BLANK_ID, SYMBOLS, decode_greedy, encode, normalised, vocabulary
from training.numbers_spoken import cardinal, counted, ordinal


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Ёж, ёлка — и всё!", "еж елка и все"),
        ("кто-то", "кто то"),
        ("в 5 часов", None),
        ("по-english", None),
        ("  ", None),
    ],
)
def test_texts_are_normalised_or_refused(text: str, expected: str | None) -> None:
    assert normalised(text) == expected


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (0, "ноль"),
        (11, "одиннадцать"),
        (21, "двадцать один"),
        (100, "сто"),
        (1001, "одна тысяча один"),
        (2022, "две тысячи двадцать два"),
        (5_000_000, "пять миллионов"),
        (812_314_019, "восемьсот двенадцать миллионов триста четырнадцать тысяч девятнадцать"),
    ],
)
def test_numbers_are_said(number: int, words: str) -> None:
    assert cardinal(number) == words


@pytest.mark.parametrize(
    ("number", "ending", "words"),
    [
        (3, "ого", "третьего"),
        (25, "ое", "двадцать пятое"),
        (1999, "ого", "тысяча девятьсот девяносто девятого"),
        (2000, "ый", "двухтысячный"),
        (2026, "ом", "две тысячи двадцать шестом"),
        (1980, "ый", "тысяча девятьсот восьмидесятый"),
    ],
)
def test_ordinals_are_said(number: int, ending: str, words: str) -> None:
    assert ordinal(number, ending) == words


def test_nouns_follow_their_numbers() -> None:
    assert counted(21, grammars.ROUBLES) == "двадцать один рубль"
    assert counted(12, grammars.ROUBLES) == "двенадцать рублей"
    assert counted(2, grammars.KOPECKS, feminine=True) == "две копейки"


def test_every_sentence_of_the_grammars_can_be_spelled() -> None:
    random = Random(7)
    for text in (grammars.sentence(random) for _ in range(3000)):
        assert normalised(text) == text


def test_word_forms_come_from_suffix_rules(tmp_path: Path) -> None:
    (tmp_path / "ru.aff").write_text("SET UTF-8\nSFX H Y 2\nSFX H а ы [^кгх]а\nSFX H 0 м а\n", "utf-8")
    (tmp_path / "ru.dic").write_text("3\nрека/H\nТАСС\nёлка/H\n", "utf-8")
    assert list(hunspell.paradigms(tmp_path / "ru.dic")) == [{"река", "рекам"}, {"елка", "елкам"}]


def test_the_vocabulary_has_the_layout_of_onnx_asr() -> None:
    lines = vocabulary().splitlines()
    assert (lines[0], lines[1], lines[-1]) == ("▁ 0", "а 1", f"<blk> {BLANK_ID}")
    assert len(SYMBOLS) == 34


def test_greedy_decoding_merges_repeats() -> None:
    а, б, space = encode("аб ")
    assert decode_greedy([а, а, BLANK_ID, а, space, б, BLANK_ID]) == "аа б"


def test_books_give_sentences_of_known_authors_and_keep_held_out_ones_away(tmp_path: Path) -> None:
    (tmp_path / "Chekhov").mkdir()
    book = "   -- Ну, вот! -- сказал он. Был вечер{12} и шёл дождь. Она приехала в 1890 году.\n"
    (tmp_path / "Chekhov" / "Ещё.txt").write_text(
        book + "Старый сад стоял за большим белым домом, и все молчали.\n"
    )
    (tmp_path / "Somebody_Novel.txt").write_text("Этого автора мы не знаем.")
    assert books.sentences([tmp_path], []) == [
        "ну вот сказал он",
        "был вечер и шел дождь",
        "старый сад стоял за большим белым домом и все молчали",
    ]
    held_out = ["сад стоял за большим белым забором"]
    assert "старый сад стоял за большим белым домом и все молчали" not in books.sentences(
        [tmp_path], held_out
    )
