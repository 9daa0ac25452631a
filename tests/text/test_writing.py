# ruff: noqa: SIM905  # words read better as text
"""Texts: numbers, literature and profanity are independent switches, and no words are ever lost."""

import re
from itertools import product
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from govor.errors import BadSetting, ModelFailed
from govor.records import TextOptions, Word
from govor.settings import Settings
from govor.text import normalisation
from govor.text.tokens import joined
from govor.text.writing import DEFAULT_WRITER, Writer

RAW, LITERATURE, FILTER = (
    TextOptions(raw_results=True),
    TextOptions(literature_text=True),
    TextOptions(profanity_filter=True),
)
RAW_LITERATURE = TextOptions(raw_results=True, literature_text=True)
ALL = [
    TextOptions(
        raw_results=raw, literature_text=literature, profanity_filter=profanity, phone_formatting=phones
    )
    for raw, literature, profanity, phones in product((False, True), repeat=4)
]
DATE = "встреча двадцать седьмого октября"
PHONE = "мой телефон двести двенадцать восемьдесят пять ноль шесть"


def said(text: str, pause_ms: int = 0, start_ms: int = 0) -> list[Word]:
    """Words of 300 ms with a pause after each."""
    return [
        Word(text=word, start_ms=start, end_ms=start + 300, confidence=0.5)
        for word, start in zip(text.split(), range(start_ms, 1 << 30, 300 + pause_ms), strict=False)
    ]


def line(text: str, options: TextOptions, language: str = "ru-RU") -> str:
    return DEFAULT_WRITER.line(text.split(), options, language)


SWITCHES = [
    ("nothing", DATE, TextOptions(), "Встреча 27 октября"),
    ("raw", DATE, RAW, "Встреча двадцать седьмого октября"),
    ("literature", DATE, LITERATURE, "Встреча 27 октября."),
    ("raw literature", DATE, RAW_LITERATURE, "Встреча двадцать седьмого октября."),
    ("telephone", PHONE, TextOptions(), "Мой телефон 212-85-06"),
    ("telephone as groups", PHONE, TextOptions(phone_formatting=False), "Мой телефон 212 85 06"),
    ("nine", "нажмите девять", TextOptions(), "Нажмите 9"),
    ("profanity stays", "вот бля", TextOptions(), "Вот бля"),
    ("profanity", "вот бля", FILTER, "Вот ***"),
    ("profanity first", "бля девять", FILTER, "*** 9"),
    ("nothing said", "", LITERATURE, ""),
]


@pytest.mark.parametrize(
    ("spoken", "options", "expected"), [row[1:] for row in SWITCHES], ids=[row[0] for row in SWITCHES]
)
def test_each_switch_changes_its_own_part_of_the_text(
    spoken: str, options: TextOptions, expected: str
) -> None:
    assert line(spoken, options) == expected


def test_raw_results_say_nothing_about_literature_and_the_other_way_round() -> None:
    spoken = "он сказал что придет двадцать седьмого октября"
    written, raw = line(spoken, LITERATURE), line(spoken, RAW_LITERATURE)
    assert written == "Он сказал, что придет 27 октября."
    assert raw == "Он сказал, что придет двадцать седьмого октября."


def test_auto_normalises_no_numbers() -> None:
    assert line(DATE, TextOptions(), "auto") == "Встреча двадцать седьмого октября"
    assert line(DATE, LITERATURE, "auto") == "Встреча двадцать седьмого октября."


def test_other_languages_get_a_full_stop_at_each_long_pause() -> None:
    words = [*said("hello there"), *said("how are you", start_ms=2_000)]
    assert DEFAULT_WRITER.text(words, LITERATURE, "en-US") == "Hello there. How are you."
    assert DEFAULT_WRITER.text(words, TextOptions(), "en-US") == "Hello there how are you"


def test_sentence_may_go_on_from_one_utterance_to_the_next() -> None:
    first, second = said("я пришел домой и"), said("лег спать", start_ms=1_300)
    options = LITERATURE
    texts = [joined(tokens) for tokens in DEFAULT_WRITER.tokens([first, second], options, "ru-RU")]
    assert texts == ["Я пришел домой и", "лег спать."]
    alone = [DEFAULT_WRITER.text(words, options, "ru-RU") for words in (first, second)]
    assert alone == ["Я пришел домой и.", "Лег спать."]


def test_without_literature_each_utterance_begins_with_a_capital() -> None:
    utterances = [said("алло"), said("двадцать пять рублей")]
    texts = [joined(tokens) for tokens in DEFAULT_WRITER.tokens(utterances, RAW, "ru-RU")]
    assert texts == ["Алло", "Двадцать пять рублей"]


WRITTEN = [
    (["Москве,", "холодно."], "В Москве, холодно."),
    (["Москве!", "холодно"], "В Москве. Холодно"),
    (["iPhone", "стоит", "США?"], "В iPhone стоит США?"),
    (["кто-то…", "да"], "В кто-то. Да"),
]


@pytest.mark.parametrize(("forms", "expected"), WRITTEN)
def test_what_a_recogniser_itself_wrote_is_believed(forms: list[str], expected: str) -> None:
    forms = ["В", *forms]
    words = [
        Word(text=re.sub(r"\W+$", "", form).lower() or form, start_ms=0, end_ms=1, confidence=1, written=form)
        for form in forms
    ]
    assert DEFAULT_WRITER.text(words, RAW_LITERATURE, "ru-RU") == expected


def test_full_stop_of_an_abbreviation_also_ends_the_sentence() -> None:
    for options in ALL:
        assert ".." not in line("это стоит пятьсот рублей пятьдесят копеек", options)


VOCABULARY = (
    "ноль пять двадцать сто тысяча первого октября рублей в он что бля хуй процентов минус ёж".split()
)
WORDS = st.lists(st.sampled_from(VOCABULARY) | st.text(alphabet="абвё-", min_size=1, max_size=5), max_size=30)


@given(WORDS, st.sampled_from(ALL), st.sampled_from(["ru-RU", "auto", "en-US", "kk-KZ"]))
@settings(max_examples=150, deadline=None)
def test_tokens_cover_every_word_once_and_in_order(
    words: list[str], options: TextOptions, language: str
) -> None:
    spoken = said(" ".join(words), pause_ms=100)
    (tokens,) = DEFAULT_WRITER.tokens([spoken], options, language)
    covered = [at for token in tokens for at in range(token.first, token.last + 1)]
    assert covered == list(range(len(spoken)))


@given(WORDS, st.booleans())
@settings(max_examples=150, deadline=None)
def test_raw_words_are_all_there_but_for_marks_and_capitals(words: list[str], literature: bool) -> None:
    options = TextOptions(raw_results=True, literature_text=literature)
    shown = DEFAULT_WRITER.line(words, options, "ru-RU")
    assert [word.rstrip(",.?").lower() for word in shown.split()] == [word.lower() for word in words]


@given(WORDS)
@settings(max_examples=150, deadline=None)
def test_literature_adds_marks_and_capitals_and_nothing_else(words: list[str]) -> None:
    plain = DEFAULT_WRITER.line(words, TextOptions(), "ru-RU")
    written = DEFAULT_WRITER.line(words, LITERATURE, "ru-RU")
    letters = [re.sub("[,.?]+( |$)", r"\1", text).lower() for text in (plain, written)]
    assert letters[0] == letters[1]


@given(WORDS, st.sampled_from(ALL))
@settings(max_examples=150, deadline=None)
def test_filter_leaves_no_obscene_word(words: list[str], options: TextOptions) -> None:
    if options.profanity_filter:
        shown = DEFAULT_WRITER.line(words, options, "ru-RU").lower()
        assert not {"бля", "хуй"} & set(re.findall("[а-яё]+", shown))


@pytest.mark.parametrize("options", ALL, ids=str)
@pytest.mark.parametrize(
    "words",
    [["а" * 1_000_000], ["пять"] * 3_000, ["😀", "hello", "мир", "\ud800", "١٢٣", "5"] * 500, ["-"], []],
    ids=["no space", "digits", "mixed", "hyphen", "empty"],
)
def test_hostile_text_is_only_text(words: list[str], options: TextOptions) -> None:
    shown = DEFAULT_WRITER.line(words, options, "ru-RU")
    assert bool(shown) == bool(words)


def test_settings_choose_the_mask_the_list_the_model_and_the_rules(tmp_path: Path) -> None:
    (tmp_path / "list.txt").write_text("черт\n!бля\n", encoding="utf-8")
    made = Writer.of(
        Settings(
            profanity_mask="first",
            profanity_list=str(tmp_path / "list.txt"),
            normalization=1,
        )
    )
    assert made.line("черт бля хуй".split(), FILTER, "ru-RU") == "Ч*** бля х**"
    assert made.rules == 1
    with pytest.raises(ModelFailed):
        Writer.of(Settings(punctuation_ru="none"))
    assert Writer.of(Settings()).rules == normalisation.VERSION


def test_version_of_the_rules_is_told_where_they_apply() -> None:
    assert DEFAULT_WRITER.rules_for(TextOptions(), "ru-RU") == normalisation.VERSION
    assert DEFAULT_WRITER.rules_for(RAW, "ru-RU") == 0
    assert DEFAULT_WRITER.rules_for(TextOptions(), "auto") == 0


def test_rules_that_never_were_are_a_wrong_setting() -> None:
    with pytest.raises(BadSetting):
        Writer.of(Settings(normalization=99))
