"""Dictionary classifiers."""

import pytest

from govor.analysis import classifiers
from govor.errors import BadRequest, Unimplemented
from govor.records import Word
from tests.api.memory import word


def said(text: str) -> list[Word]:
    return [word(each, 100 * at, 100 * at + 90) for at, each in enumerate(text.split())]


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("formal_greeting", "алло здравствуйте слушаю вас", ["здравствуйте"]),
        ("formal_greeting", "добрый день вас приветствует банк", ["добрый день", "вас приветствует"]),
        ("formal_greeting", "день был добрый", []),
        ("informal_greeting", "привет как дела", ["привет", "как дела"]),
        ("informal_greeting", "приветствую", []),
        ("formal_farewell", "спасибо за звонок до свидания", ["спасибо за звонок", "до свидания"]),
        ("informal_farewell", "ну пока пока созвонимся", ["пока пока", "созвонимся"]),
        ("insult", "сам дурак и козел", ["дурак", "козел"]),
        ("insult", "придурки закройте рот", ["придурки", "закройте рот"]),
        ("insult", "добрый человек", []),
        ("profanity", "это пиздец и мандарин", ["пиздец"]),
        ("answerphone", "оставьте ваше сообщение после звукового сигнала",
         ["оставьте ваше сообщение", "после звукового сигнала"]),
        ("answerphone", "", []),
    ],
)  # fmt: skip
def test_phrases_are_found_where_they_are(name: str, text: str, expected: list[str]) -> None:
    assert [each.text for each in classifiers.highlights(name, said(text))] == expected


def test_highlight_has_the_times_of_its_words() -> None:
    (found,) = classifiers.highlights("formal_farewell", said("ну до свидания"))
    assert (found.start_ms, found.end_ms) == (100, 290)


@pytest.mark.parametrize("name", [each for each in classifiers.NAMES if each != classifiers.PROFANITY])
def test_every_phrase_of_a_classifier_is_found_by_it(name: str) -> None:
    phrases = list(classifiers.lines(name))
    assert len(phrases) > 9
    for phrase in phrases:
        text = " ".join(phrase).replace("*", "а")
        assert classifiers.highlights(name, said(text))[0].text == text


@pytest.mark.parametrize(
    ("name", "language", "error"),
    [
        ("gender", "ru-RU", Unimplemented),
        ("negative", "ru-RU", Unimplemented),
        ("sarcasm", "ru-RU", BadRequest),
        ("", "ru-RU", BadRequest),
        ("insult", "en-US", Unimplemented),
    ],
)
def test_what_a_dictionary_cannot_tell_is_refused(name: str, language: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        classifiers.check(name, language)


@pytest.mark.parametrize("name", classifiers.NAMES)
@pytest.mark.parametrize("language", ["ru-RU", "auto"])
def test_every_classifier_of_ours_is_accepted(name: str, language: str) -> None:
    classifiers.check(name, language)
