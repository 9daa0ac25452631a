# ruff: noqa: SIM905  # words read better as text
"""Punctuation: each word comes out once, far words change nothing, pauses count, models are checked."""

import json
import shutil
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from govor.errors import ModelFailed
from govor.text import literature, punctuation, punctuation_file, word_features
from govor.text.punctuation import ENDS, MARKS, WINDOW, Punctuator

MODEL = punctuation_file.folder_of(punctuation_file.EMBEDDED)
WORDS = """
    здравствуйте меня зовут иван петров чем могу помочь когда придет мой заказ он сказал что не придет
    потому что заболел мы поедем в москву а потом в казань если успеем вы уверены да конечно спасибо
""".split()


@pytest.fixture(scope="module")
def punctuator() -> Punctuator:
    return literature.punctuator(punctuation_file.EMBEDDED)


def line(punctuator: Punctuator, words: str, pauses_ms: list[int] | None = None) -> str:
    styled = punctuator.styled(words.split(), pauses_ms)
    pairs = zip(words.split(), styled, strict=True)
    return " ".join((word.capitalize() if one.capital else word) + one.mark for word, one in pairs)


PLAIN = [
    ("он сказал что не придет потому что заболел", "Он сказал, что не придет, потому что заболел."),
    ("вы уверены что хотите отменить заказ", "Вы уверены, что хотите отменить заказ?"),
    ("когда придет мой заказ", "Когда придет мой заказ?"),
    ("меня зовут иван петров", "Меня зовут Иван Петров."),
    ("я не знаю когда он придет", "Я не знаю, когда он придет."),
    ("да", "Да."),
]


@pytest.mark.parametrize(("spoken", "written"), PLAIN)
def test_plain_sentences_are_written_as_at_school(punctuator: Punctuator, spoken: str, written: str) -> None:
    assert line(punctuator, spoken) == written


def test_long_pause_ends_a_sentence_and_none_keeps_it_together(punctuator: Punctuator) -> None:
    words = "мы пришли домой было темно"
    assert line(punctuator, words, [0, 0, 1500, 0]) == "Мы пришли домой. Было темно."
    assert "." not in line(punctuator, words, [40, 20, 0, 30])[:-1]


@pytest.mark.parametrize("mark", [1, 2, 3])
def test_longer_pause_never_makes_the_end_of_a_sentence_less_likely(mark: int) -> None:
    evidence = punctuation.evidence(range(0, 4000, 10))
    assert (np.diff(evidence[:, 2]) >= 0).all()
    assert (evidence[:, 0] == 0).all()
    assert (evidence[100:, mark] > evidence[0, mark]).all()


@given(st.lists(st.sampled_from(WORDS), max_size=120), st.data())
@settings(max_examples=30, deadline=None)
def test_each_word_gets_one_style_and_the_last_one_ends_a_sentence(
    words: list[str], data: st.DataObject
) -> None:
    punctuator = literature.punctuator(punctuation_file.EMBEDDED)
    pauses = data.draw(
        st.none()
        | st.lists(st.integers(0, 5000), min_size=max(0, len(words) - 1), max_size=max(0, len(words) - 1))
    )
    styled = punctuator.styled(words, pauses)
    assert len(styled) == len(words)
    assert {one.mark for one in styled} <= set(MARKS)
    assert not words or (styled[-1].mark in ENDS and styled[0].capital)
    assert all(after.capital for before, after in pairwise(styled) if before.mark in ENDS)


@pytest.mark.parametrize("length", [WINDOW - 1, WINDOW, WINDOW + 1, 2 * WINDOW, 5 * WINDOW])
def test_beginning_of_a_text_does_not_depend_on_how_long_it_is(punctuator: Punctuator, length: int) -> None:
    words = (WORDS * 50)[: 6 * WINDOW]
    assert len(words) == 6 * WINDOW
    whole, part = punctuator.styled(words), punctuator.styled(words[:length])
    assert part[: length - punctuator.reach] == whole[: length - punctuator.reach]


def test_text_of_many_windows_is_punctuated_to_its_end(punctuator: Punctuator) -> None:
    styled = punctuator.styled("когда придет мой заказ я жду уже три недели".split() * 400)
    marks = [one.mark for one in styled]
    per_window = [sum(mark in ENDS for mark in marks[at : at + 360]) for at in range(0, len(marks), 360)]
    assert len(set(per_window)) <= 3
    assert min(per_window) >= 20


@pytest.mark.parametrize(
    "words",
    [
        ["а" * 1_000_000],
        ["😀"] * 5_000,
        ["\ud800", "", " ", "\x00", "ﬁ", "İ"] * 50,
        ["hello", "мир", "123", "你好", "ёлка"] * 1_000,
        ["ноль"] * 50_000,
    ],
    ids=["no space", "emoji", "no letters", "mixed", "one word"],
)
def test_hostile_words_are_only_words(punctuator: Punctuator, words: list[str]) -> None:
    assert len(punctuator.styled(words)) == len(words)


def test_memory_of_words_is_bounded(punctuator: Punctuator) -> None:
    small = Punctuator(punctuator.weights, rows_kept_max=1_000)
    for start in range(0, 5_000, 500):
        small.styled([f"слово{number}" for number in range(start, start + 500)])
        assert len(small._rows) <= small.rows_kept_max


def test_word_is_known_by_its_letters_whatever_their_case() -> None:
    known = {word_features.crc("елка"): 1}
    rows = [word_features.rows(word_features.spelled(word), known) for word in ("ёлка", "Елка", "ЕЛКА")]
    assert rows[0] == rows[1] == rows[2]
    assert rows[0][0] == 1
    assert len(rows[0]) == word_features.FEATURES
    assert max(rows[0]) <= len(known) + word_features.HASHED_ROWS


def copy_of_the_model(folder: Path) -> Path:
    return Path(shutil.copytree(MODEL, folder / "model"))


def test_model_may_lie_in_any_directory(tmp_path: Path) -> None:
    folder = copy_of_the_model(tmp_path)
    assert punctuation_file.folder_of(str(folder)) == folder
    assert punctuation_file.read(folder).embedding.shape[0] > 50_000


def test_missing_or_damaged_model_says_what_is_wrong(tmp_path: Path) -> None:
    with pytest.raises(ModelFailed, match="missing"):
        punctuation_file.folder_of("no-such-model")
    folder = copy_of_the_model(tmp_path)
    weights = folder / punctuation_file.WEIGHTS
    weights.write_bytes(weights.read_bytes()[:-1] + b"x")
    with pytest.raises(ModelFailed, match="corrupt") as raised:
        punctuation_file.read(folder)
    assert "SHA-256" in raised.value.detail


MISFITS: list[dict[str, object]] = [{"dilations": [2, 4, 8]}, {"mark_biases": [1, 2]}, {"files": {}}]


@pytest.mark.parametrize("change", MISFITS, ids=str)
def test_config_that_does_not_fit_the_weights_is_refused(tmp_path: Path, change: dict[str, object]) -> None:
    folder = copy_of_the_model(tmp_path)
    path = folder / punctuation_file.CONFIG
    path.write_text(json.dumps(json.loads(path.read_text(encoding="utf-8")) | change), encoding="utf-8")
    with pytest.raises(ModelFailed):
        punctuation_file.read(folder)


def test_model_is_small_enough_to_ship() -> None:
    assert sum(path.stat().st_size for path in MODEL.iterdir()) < 5_000_000


def test_measured_scores_stand_in_the_model_card() -> None:
    card = (MODEL / "MODEL_CARD.md").read_text(encoding="utf-8")
    results = json.loads((MODEL / "results.json").read_text(encoding="utf-8"))
    for scores in results.values():
        for mark in (",", ".", "?", "capitals"):
            assert f"{scores[mark]['f1']:.3f}" in card
