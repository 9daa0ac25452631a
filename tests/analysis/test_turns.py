"""Words go to the speakers in whose turns they are."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from govor.analysis import turns
from govor.analysis.turns import Turn
from govor.records import Word


def word(text: str, start_ms: int, end_ms: int) -> Word:
    return Word(text=text, start_ms=start_ms, end_ms=end_ms, confidence=1.0)


@pytest.mark.parametrize(
    ("labels", "expected"),
    [
        ([], []),
        ([0], [Turn(500, 510, 1)]),
        ([0, 0, 1, 1, 0], [Turn(500, 520, 1), Turn(520, 540, 2), Turn(540, 550, 1)]),
    ],
)
def test_frames_become_turns(labels: list[int], expected: list[Turn]) -> None:
    assert turns.of_labels(np.array(labels, np.int64), 500) == expected


def test_segment_is_cut_where_the_speaker_changes() -> None:
    said = (word("да", 0, 300), word("нет", 400, 700), word("почему", 700, 1_200), word("так", 1_300, 1_500))
    spoken = turns.by_speaker([said], [Turn(0, 350, 1), Turn(350, 1_250, 2), Turn(1_250, 1_600, 1)])
    assert spoken == {1: [said[:1], said[3:]], 2: [said[1:3]]}


def test_word_outside_all_turns_goes_to_the_nearest() -> None:
    known = [Turn(0, 100, 1), Turn(1_000, 2_000, 2)]
    said = (word("а", 150, 200), word("б", 900, 950), word("в", 2_500, 2_600))
    assert turns.by_speaker([said], known) == {1: [said[:1]], 2: [said[1:]]}


def test_without_turns_everything_is_the_first_speakers() -> None:
    said = (word("а", 0, 100),)
    assert turns.by_speaker([said], []) == {1: [said]}


@settings(deadline=None, max_examples=40)
@given(st.lists(st.integers(0, 3), max_size=50), st.lists(st.integers(0, 600), max_size=20))
def test_every_word_comes_out_once_and_in_order(labels: list[int], starts: list[int]) -> None:
    said = tuple(word(str(at), start, start + 40) for at, start in enumerate(sorted(starts)))
    spoken = turns.by_speaker([said], turns.of_labels(np.array(labels, np.int64), 0))
    found = [each for runs in spoken.values() for run in runs for each in run]
    assert sorted(found, key=lambda each: int(each.text)) == list(said)
    assert all(
        list(run) == sorted(run, key=lambda each: each.start_ms) for runs in spoken.values() for run in runs
    )
