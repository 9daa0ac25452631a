"""The prefix tree against a plain set of words."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from govor.recognition import lexicon
from govor.recognition.language_file import words_of
from govor.recognition.language_model import NATS, ZERO_CODE
from govor.recognition.lexicon import ROOT, PrefixTree
from tests.recognition import made
from training.spelling import spelling

ALPHABET = "абвг"
words = st.sets(st.text(ALPHABET, min_size=1, max_size=6), min_size=1, max_size=40).map(sorted)


def tree_of(listed: list[str]) -> PrefixTree:
    """Words numbered from 3, their probabilities falling."""
    letters = lexicon.letters_of(listed, ALPHABET)
    nats = -np.arange(len(listed) + 3, dtype=np.float32)
    shares = np.full(len(listed), ZERO_CODE, np.uint8)
    return lexicon.prefix_tree(letters, np.arange(len(listed)) + 3, shares, nats)


def walk(tree: PrefixTree, text: str) -> int:
    """The node after these letters."""
    node = np.array([ROOT])
    for letter in text:
        node = tree.children(node, np.array([ALPHABET.index(letter) + 1]))
    return int(node[0])


@made.BOUNDED
@given(listed=words, text=st.text(ALPHABET, max_size=8))
def test_a_text_is_in_the_tree_if_a_word_begins_with_it(listed: list[str], text: str) -> None:
    tree = tree_of(listed)
    node = walk(tree, text)
    assert (node == tree.lost) == (not any(word.startswith(text) for word in listed))
    if node != tree.lost:
        assert tree.words[node] == (listed.index(text) + 3 if text in listed else -1)


@made.BOUNDED
@given(listed=words)
def test_a_node_knows_its_best_word(listed: list[str]) -> None:
    tree = tree_of(listed)
    for text in {word[:length] for word in listed for length in range(1, len(word) + 1)}:
        node = walk(tree, text)
        assert tree.best[node] == max(
            -(number + 3) for number, word in enumerate(listed) if word.startswith(text)
        )


@made.BOUNDED
@given(listed=words)
def test_words_come_back_from_what_neighbours_share(listed: list[str]) -> None:
    letters = lexicon.letters_of(listed, ALPHABET)
    shared, lengths = lexicon.extents(letters)
    own = [letter for row, same in zip(letters, shared, strict=True) for letter in row[same:] if letter]
    back = words_of(shared.astype(np.uint8), lengths.astype(np.uint8), np.array(own, np.uint8))
    np.testing.assert_array_equal(back, letters)


def test_a_letter_outside_the_alphabet_is_refused() -> None:
    with pytest.raises(ValueError, match="outside the alphabet"):
        lexicon.letters_of(["абд"], ALPHABET)


def test_codes_of_spelling_are_logarithms() -> None:
    spelled = spelling(lexicon.letters_of(["аба", "абв"], ALPHABET), len(ALPHABET))
    assert spelled.ends(np.array([0]))[0] == NATS[spelled.codes[0, 0]] < -1
