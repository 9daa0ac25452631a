"""The best path against all paths."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from govor.recognition import alignment
from tests.recognition import made

BLANK = 2


def collapsed(path: tuple[int, ...]) -> list[int]:
    """CTC: repeats merged, blanks dropped."""
    return [symbol for symbol, _ in itertools.groupby(path) if symbol != BLANK]


@made.BOUNDED
@given(text=st.lists(st.integers(0, 1), max_size=4), frames=st.integers(1, 6), seed=st.integers(0, 999))
def test_the_alignment_is_the_likeliest_of_all_paths(text: list[int], frames: int, seed: int) -> None:
    table = made.random_log_probs(seed, frames, 3)
    paths = [path for path in itertools.product(range(3), repeat=frames) if collapsed(path) == text]
    if not paths:
        with pytest.raises(ValueError, match="do not fit"):
            alignment.align(table, text, BLANK)
        return
    found = alignment.align(table, text, BLANK)
    path = np.full(frames, BLANK)
    for symbol, begin, end in zip(text, found.begins, found.ends, strict=True):
        assert end > begin
        path[begin:end] = symbol
    best = max(sum(float(table[t, s]) for t, s in enumerate(candidate)) for candidate in paths)
    assert float(table[np.arange(frames), path].sum()) == pytest.approx(best, abs=1e-4)
    assert collapsed(tuple(path.tolist())) == text


def test_letters_are_where_they_were_said() -> None:
    found = alignment.align(made.spoken("да нет"), [5, 1, 0, 14, 6, 19], made.VOCABULARY.blank)
    assert found.begins.tolist() == [0, 3, 6, 9, 12, 15]
    assert found.ends.tolist() == [2, 5, 8, 11, 14, 17]
