"""The search against all texts on tiny problems; its promises on larger ones."""

import itertools
from collections import defaultdict

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from govor.recognition.beam import BeamSearch, BeamSettings
from govor.recognition.language_file import Language
from govor.recognition.language_model import END, NATS, START
from govor.recognition.vocabulary import BLANK, SPACE, Vocabulary
from tests.recognition import made

Numbers = NDArray[np.int64]
EVERYTHING = BeamSettings(
    hypotheses=10_000, range_nats=1e9, symbol_range_nats=1e9, blank_skip=1.0, blank_penalty=0.0
)
TWO_LETTERS = Vocabulary((SPACE, "а", "б", BLANK))
AB = made.language(("а б", "аб", "б а", "аб аб", "а", "б") * 3, extra=("бб",))
NUMBERS = {"а": 3, "аб": 4, "б": 5}  # ids in the order of the sorted counted words
RARE = "бб"
LONGEST_UNMERGED = 3  # frames; in more, two strangers fit that leave the language in one state


def word_nats(
    language: Language, word: str, state: NDArray[np.int64]
) -> tuple[float, NDArray[np.int64], bool]:
    """log p(word), the state after it, whether it is a stranger."""
    known = NUMBERS.get(word, 0)
    nats, after = language.model.score(state, np.array([known]))
    total = float(nats[0])
    if word == RARE:
        total += float(NATS[language.tree.shares.max()])  # the only rare word
    elif not known:
        context = np.array([0])
        for letter in word:
            step, context = language.spelling.score(context, np.array([language.alphabet.index(letter) + 1]))
            total += float(step[0])
        total += float(language.spelling.ends(context)[0]) + language.stranger_nats
    return total, after, not known and word != RARE


def language_score(language: Language, text: str, settings: BeamSettings) -> float:
    """What the language charges for a whole text."""
    total, state = 0.0, np.array([START])
    for word in text.split():
        nats, state, stranger = word_nats(language, word, state)
        total += settings.language_weight * nats + settings.word_bonus + settings.stranger_bonus * stranger
    ends, _ = language.model.score(state, np.array([END]))
    return total + settings.end_weight * float(ends[0])


def all_texts(table: NDArray[np.float32]) -> dict[str, float]:
    """log p of every text, summed over every path."""
    sums: dict[str, float] = defaultdict(lambda: -np.inf)
    for path in itertools.product(range(table.shape[1]), repeat=len(table)):
        ids = [symbol for symbol, _ in itertools.groupby(path) if symbol != TWO_LETTERS.blank]
        nats = float(table[np.arange(len(table)), path].sum())
        text = TWO_LETTERS.text(ids)
        sums[text] = float(np.logaddexp(sums[text], nats))
    return sums


@made.BOUNDED
@given(frames=st.integers(0, 5), seed=st.integers(0, 999), sharpness=st.sampled_from([0.5, 2.0, 5.0]))
def test_an_unlimited_search_finds_the_text_of_all_paths(frames: int, seed: int, sharpness: float) -> None:
    table = made.random_log_probs(seed, frames, 4, sharpness=sharpness)
    found = BeamSearch(TWO_LETTERS, AB, EVERYTHING).readings([table])[0][0]
    language = {text: language_score(AB, text, EVERYTHING) for text in all_texts(table)}
    expected = {text: nats + language[text] for text, nats in all_texts(table).items()}
    best = max(expected.values())
    assert found.score >= best - 1e-3
    if frames <= LONGEST_UNMERGED:
        assert found.score == pytest.approx(best, abs=1e-3)
        assert expected[found.text] == pytest.approx(best, abs=1e-3)


@made.BOUNDED
@given(lengths=st.lists(st.integers(0, 20), min_size=1, max_size=4), seed=st.integers(0, 999))
def test_a_wave_comes_out_the_same_whatever_is_searched_beside_it(lengths: list[int], seed: int) -> None:
    search = BeamSearch(made.VOCABULARY, made.language(), BeamSettings(hypotheses=8, blank_skip=0.2))
    tables = [made.random_log_probs(seed + i, length, 34, sharpness=3.0) for i, length in enumerate(lengths)]
    together = search.readings(tables)
    assert together == [search.readings([table])[0] for table in tables]
    assert together[::-1] == search.readings(tables[::-1])


def read(text: str, language: Language, settings: BeamSettings | None = None) -> str:
    """What is understood when this is said clearly."""
    search = BeamSearch(made.VOCABULARY, language, settings or BeamSettings())
    return search.readings([made.spoken(text)])[0][0].text


@pytest.mark.parametrize("text", ["мама мыла раму", "окно", "", "папа стоит у окна"])
def test_known_words_are_understood(text: str) -> None:
    assert read(text, made.language()) == text


def test_a_word_in_no_list_is_spelled() -> None:
    assert read("мама мыла щупальце", made.language()) == "мама мыла щупальце"


def test_strangers_can_be_forbidden() -> None:
    never = BeamSettings(stranger_bonus=-1000.0)
    assert read("мама мыла щупальце", made.language(extra=("щупальца",)), never) != "мама мыла щупальце"


def test_the_language_decides_between_words_that_sound_alike() -> None:
    table = made.spoken("мама мыла раму")
    last = len(table) - 3  # the two frames of the last letter: у or а
    table[last : last + 2] = -12
    ids = [made.VOCABULARY.symbols.index(letter) for letter in "ау"]
    table[last : last + 2, ids] = np.log([0.55, 0.45])
    search = BeamSearch(made.VOCABULARY, made.language(), BeamSettings())
    assert search.readings([table])[0][0].text == "мама мыла раму"


def test_doubled_letters_need_a_blank_between() -> None:
    assert read("ванна", made.language(("ванна", "вана"))) == "ванна"
    unbroken = np.delete(made.spoken("ванна"), 8, axis=0)  # the blank between the two
    assert (
        BeamSearch(made.VOCABULARY, made.language(), BeamSettings()).readings([unbroken])[0][0].text == "вана"
    )


def test_readings_are_different_and_best_first() -> None:
    search = BeamSearch(made.VOCABULARY, made.language(), BeamSettings())
    readings = search.readings([made.spoken("мама мыла раму", sure=0.4)])[0]
    assert len(readings) > 1
    assert len({reading.text for reading in readings}) == len(readings)
    assert [r.score for r in readings] == sorted((r.score for r in readings), reverse=True)
    assert all(made.VOCABULARY.text(reading.symbols) == reading.text for reading in readings)


def test_more_waves_than_fit_into_one_search() -> None:
    search = BeamSearch(made.VOCABULARY, made.language(), BeamSettings(hypotheses=4))
    readings = search.readings([made.spoken("окно")] * 130 + [made.spoken("рама")])
    assert [found[0].text for found in readings] == ["окно"] * 130 + ["рама"]
