"""The estimator against the definition of probability, the tables against a plain look-up, the file."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from govor.errors import ModelFailed
from govor.recognition import language_file
from govor.recognition.language_model import (
    END,
    NATS,
    START,
    STEP_NATS,
    UNKNOWN,
    LanguageModel,
    by_context,
    coded,
    found_after,
)
from tests.recognition import made
from training import kneser_ney, language_model, spelling

QUANTISED = 0.05  # how far from 1 a sum of 8-bit probabilities may be: half a step of 8 % each

sentences = st.lists(
    st.lists(st.sampled_from(["да", "нет", "мы", "вы", "они"]), min_size=1, max_size=6).map(" ".join),
    min_size=3,
    max_size=30,
)


def estimated(texts: list[str], loss: float) -> kneser_ney.Estimate:
    """Every word counted."""
    words = sorted({word for text in texts for word in text.split()})
    ids = {word: number for number, word in enumerate(words, start=3)}
    tokens = language_model.tokens(texts, ids)
    return kneser_ney.estimate(tokens, len(words) + 3, bigram_loss=loss, trigram_loss=loss)


def probabilities(exact: kneser_ney.Estimate, context: tuple[int, int]) -> NDArray[np.float64]:
    """p(word | two words before) of every word, by looking each entry up one by one."""
    before, last = context
    twos = dict(zip(exact.bigram_keys.tolist(), range(len(exact.bigram_keys)), strict=True))
    threes = dict(zip(exact.trigram_keys.tolist(), exact.trigrams.tolist(), strict=True))
    pair = twos.get(before * exact.words + last)
    row = np.zeros(exact.words)
    for word in range(exact.words):
        two = twos.get(last * exact.words + word)
        row[word] = exact.unigram_weights[last] * exact.unigrams[word] if two is None else exact.bigrams[two]
        if pair is not None:
            three = threes.get(pair * exact.words + word)
            row[word] = exact.bigram_weights[pair] * row[word] if three is None else three
    return row


@made.BOUNDED
@given(texts=sentences, loss=st.sampled_from([-1.0, 0.0, 0.5, 3.0]), seed=st.integers(0, 99))
def test_probabilities_of_any_context_sum_to_one_pruned_or_not(
    texts: list[str], loss: float, seed: int
) -> None:
    exact = estimated(texts, loss)
    rng = np.random.default_rng(seed)
    for before, last in [(START, 3), *rng.integers(0, exact.words, (10, 2)).tolist()]:
        row = probabilities(exact, (before, last))
        assert row.sum() == pytest.approx(1, abs=1e-9)
        assert row.min() >= 0


@made.BOUNDED
@given(texts=sentences, seed=st.integers(0, 99))
def test_looking_up_many_words_at_once_gives_the_estimate(texts: list[str], seed: int) -> None:
    exact = estimated(texts, 0.0)
    model, rng = exact.model(), np.random.default_rng(seed)
    for before, last in rng.integers(1, model.words, (5, 2)).tolist():
        _, states = model.score(np.array([before]), np.array([last]))
        words = np.delete(np.arange(model.words), START)
        nats, _ = model.score(np.repeat(states, len(words)), words)
        expected = np.log(np.delete(probabilities(exact, (before, last)), START))
        np.testing.assert_allclose(nats, expected, atol=2 * STEP_NATS)


def test_a_sentence_that_was_seen_is_likelier_than_its_words_in_another_order() -> None:
    contents = language_model.build([*made.SENTENCES] * 2)
    assert sentence_nats(contents, "мама мыла раму") > sentence_nats(contents, "раму мама мыла") + 1


@made.BOUNDED
@given(pairs=st.sets(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=1))
def test_a_word_is_found_after_another_exactly_if_the_pair_is_kept(pairs: set[tuple[int, int]]) -> None:
    keys = np.array(sorted(first * 10 + second for first, second in pairs))
    starts, followers = by_context(keys, 10)
    contexts, wanted = np.divmod(np.arange(100), 10)
    places, there = found_after(starts, followers, contexts, wanted)
    assert set(np.flatnonzero(there).tolist()) == set(keys.tolist())
    np.testing.assert_array_equal(keys[places[there]], np.flatnonzero(there))


def sentence_nats(contents: language_file.Contents, text: str) -> float:
    """log p of a sentence of counted words."""
    total, states = 0.0, np.array([START])
    for word in [*(word_id(contents, word) for word in text.split()), END]:
        nats, states = contents.model.score(states, np.array([word]))
        total += float(nats[0])
    return total


def word_id(contents: language_file.Contents, word: str) -> int:
    """The id of a word that is in the list."""
    words = ["".join(contents.alphabet[i - 1] for i in row[row > 0]) for row in contents.letters]
    place = words.index(word)
    return 2 + int(contents.counted[: place + 1].sum()) if contents.counted[place] else UNKNOWN


@made.BOUNDED
@given(st.lists(st.floats(-18.0, 1.5), min_size=1))
def test_codes_are_within_half_a_step(nats: list[float]) -> None:
    values = np.array(nats)
    np.testing.assert_allclose(NATS[coded(values)], values, atol=STEP_NATS / 2 + 1e-6)


def test_spellings_of_any_context_sum_to_one() -> None:
    contents = language_model.build(list(made.SENTENCES))
    exact = spelling.probabilities(contents.letters, len(contents.alphabet))
    np.testing.assert_allclose(exact.sum(axis=1), 1, atol=1e-9)


def test_unknown_words_are_shared_out_completely() -> None:
    contents = language_model.build(list(made.SENTENCES), extra=["даль", "ода"])
    assert not contents.counted.all()
    total = np.exp(NATS[contents.shares[~contents.counted]]).sum() + contents.stranger_share
    assert total == pytest.approx(1, abs=QUANTISED)


def assert_same(first: LanguageModel, second: LanguageModel) -> None:
    """Equal tables."""
    for name in LanguageModel.__dataclass_fields__:
        np.testing.assert_array_equal(getattr(first, name), getattr(second, name), name)


@made.BOUNDED
@given(texts=sentences, extra=st.lists(st.sampled_from(["дать", "даль", "ода", "я"]), max_size=3))
def test_packing_loses_nothing(texts: list[str], extra: list[str]) -> None:
    contents = language_model.build(texts, extra)
    back = language_file.unpack(language_file.pack(contents))
    np.testing.assert_array_equal(back.letters, contents.letters)
    np.testing.assert_array_equal(back.counted, contents.counted)
    np.testing.assert_array_equal(back.spelling.codes, contents.spelling.codes)
    np.testing.assert_array_equal(back.shares, contents.shares)
    assert (back.alphabet, back.stranger_share) == (contents.alphabet, contents.stranger_share)
    assert_same(back.model, contents.model)


def test_the_same_contents_make_the_same_file(tmp_path: Path) -> None:
    contents = language_model.build(list(made.SENTENCES))
    language_file.write(tmp_path / "a", contents)
    language_file.write(tmp_path / "b", contents)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
    assert_same(language_file.read(tmp_path / "a").model, contents.model)


@pytest.mark.parametrize("keep", [0, 10, 500, 2000])
def test_a_damaged_file_is_the_models_fault(tmp_path: Path, keep: int) -> None:
    whole = tmp_path / "lm.npz"
    language_file.write(whole, language_model.build(list(made.SENTENCES)))
    (tmp_path / "cut.npz").write_bytes(whole.read_bytes()[:keep])
    with pytest.raises(ModelFailed, match=r"language model cut\.npz"):
        language_file.read(tmp_path / "cut.npz")


@pytest.mark.parametrize("part", [n / 10 for n in range(10)])
def test_a_flipped_byte_is_noticed_unless_it_means_nothing(tmp_path: Path, part: float) -> None:
    path, contents = tmp_path / "lm.npz", language_model.build(list(made.SENTENCES))
    language_file.write(path, contents)
    content = bytearray(path.read_bytes())
    content[int(len(content) * part)] ^= 0xFF
    path.write_bytes(content)
    try:
        read = language_file.read(path)
    except ModelFailed:
        return
    assert_same(read.model, contents.model)


def test_tables_that_do_not_fit_together_are_refused(tmp_path: Path) -> None:
    contents = language_model.build(list(made.SENTENCES))
    shorter = replace(contents.model, trigrams=contents.model.trigrams[:-1])
    language_file.write(tmp_path / "odd.npz", replace(contents, model=shorter))
    with pytest.raises(ModelFailed):
        language_file.read(tmp_path / "odd.npz")
