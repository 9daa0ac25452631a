"""Hot words against all texts on tiny problems; the automaton against plain string search."""

import itertools
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from govor.recognition import hot_words
from govor.recognition.beam import BeamSearch, BeamSettings
from govor.recognition.hot_words import HotWords
from tests.recognition import made
from tests.recognition.test_beam import AB, EVERYTHING, TWO_LETTERS, all_texts, language_score

PHRASES = st.lists(st.sampled_from(["а", "аб", "б а", "ба", "аб аб", "б а б"]), min_size=1, max_size=4)
TEXTS = st.text("аб ", max_size=12).map(lambda text: " ".join(text.split()))


def automaton(phrases: list[str]) -> HotWords:
    """Every word is worth 1."""
    made_of = hot_words.build(phrases, "аб", lambda word: 1.0)
    assert made_of is not None
    return made_of


def worth(hot: HotWords, text: str) -> float:
    """What a text gets, letter by letter."""
    total, node = 0.0, np.array([hot.start])
    for letter in text:
        step, node = (
            hot.worded(node) if letter == " " else hot.lettered(node, np.array(["аб".index(letter) + 1]))
        )
        total += float(step[0])
    return total + float(hot.ended(node, np.array([bool(text)]))[0])


def found(phrases: list[str], text: str) -> float:
    """The same by search: at each end of a word the phrase that is worth most."""
    ends: dict[int, int] = {}
    for phrase in phrases:
        padded = f" {text} "
        for start in range(len(padded)):
            if padded.startswith(f" {phrase} ", start):
                end = start + len(phrase)
                ends[end] = max(ends.get(end, 0), len(phrase.split()))
    return float(sum(ends.values()))


@made.BOUNDED
@given(phrases=PHRASES, text=TEXTS)
def test_a_text_gets_what_its_phrases_are_worth_and_keeps_no_credit(phrases: list[str], text: str) -> None:
    assert worth(automaton(phrases), text) == pytest.approx(found(phrases, text))


@made.BOUNDED
@given(phrases=PHRASES, order=st.randoms(use_true_random=False))
def test_order_of_the_phrases_does_not_matter(phrases: list[str], order: Random) -> None:
    shuffled = list(phrases)
    order.shuffle(shuffled)
    texts = [" ".join(words) for words in itertools.product(["а", "б", "аб", "ба"], repeat=2)]
    assert [worth(automaton(phrases), text) for text in texts] == [
        worth(automaton(shuffled), text) for text in texts
    ]


def test_credit_grows_with_the_letters_and_is_taken_back() -> None:
    hot, seen = automaton(["абба"]), []
    node = np.array([hot.start])
    for letter in "аббб":
        step, node = hot.lettered(node, np.array(["аб".index(letter) + 1]))
        seen.append(float(step[0]))
    assert seen == pytest.approx([0.25, 0.25, 0.25, -0.75])


def test_phrases_that_the_letters_cannot_spell_are_none() -> None:
    assert hot_words.build(["xyz", ""], "аб", lambda word: 1.0) is None


@made.BOUNDED
@given(frames=st.integers(0, 4), seed=st.integers(0, 999), phrases=PHRASES)
def test_an_unlimited_search_adds_the_worth_of_phrases_and_nothing_else(
    frames: int, seed: int, phrases: list[str]
) -> None:
    table = made.random_log_probs(seed, frames, 4, sharpness=2.0)
    search = BeamSearch(TWO_LETTERS, AB, EVERYTHING).expecting(phrases)
    hot = hot_words.build(phrases, AB.alphabet, search.hot_worth)
    assert hot is not None
    best_words = {phrase: sum(search.hot_worth(word) for word in phrase.split()) for phrase in phrases}
    expected = {
        text: nats + language_score(AB, text, EVERYTHING) + sum(earned(best_words, text).values())
        for text, nats in all_texts(table).items()
    }
    best = search.readings([table])[0][0]
    assert best.score >= max(expected.values()) - 1e-3
    if frames <= 3:  # in more, two strangers fit that leave the language in one state
        assert best.score == pytest.approx(max(expected.values()), abs=1e-3)


def earned(worths: dict[str, float], text: str) -> dict[int, float]:
    """For each end of a word the phrase that is worth most."""
    padded, ends = f" {text} ", dict[int, float]()
    for phrase, total in worths.items():
        for start in range(len(padded)):
            if padded.startswith(f" {phrase} ", start):
                ends[start + len(phrase)] = max(ends.get(start + len(phrase), 0.0), total)
    return ends


def test_a_name_in_no_list_is_spelled_when_it_is_expected() -> None:
    search = BeamSearch(made.VOCABULARY, made.language(), BeamSettings())
    unsure = np.logaddexp(made.spoken("мама мыла раму") - 7, made.spoken("мама мила раму"))
    unsure -= np.logaddexp.reduce(unsure, axis=1, keepdims=True)
    assert search.readings([unsure])[0][0].text == "мама мыла раму"
    assert search.expecting(["мила"]).readings([unsure])[0][0].text == "мама мила раму"


def test_expecting_nothing_changes_nothing() -> None:
    search = BeamSearch(made.VOCABULARY, made.language(), BeamSettings())
    table = made.random_log_probs(5, 40, len(made.VOCABULARY.symbols), sharpness=2.0)
    assert search.expecting([]).readings([table]) == search.readings([table])
    assert search.expecting(["latin"]).readings([table]) == search.readings([table])


def test_hot_words_of_one_wave_do_not_depend_on_the_others() -> None:
    search = BeamSearch(made.VOCABULARY, made.language(), BeamSettings()).expecting(["мила", "окно стоит"])
    tables = [made.random_log_probs(seed, 10 + seed, len(made.VOCABULARY.symbols)) for seed in range(3)]
    together = search.readings(tables)
    assert together == [search.readings([table])[0] for table in tables]
