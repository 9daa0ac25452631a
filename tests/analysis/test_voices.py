"""Voices are told apart without having been heard before."""

from itertools import permutations

import numpy as np
import pytest
from numpy.typing import NDArray

from govor.analysis import voice_features, voices
from tests.analysis.voices_made import MAN, RATE_HZ, WOMAN, voice

SECONDS = (2.0, 2.5, 1.5, 2.5, 3.0, 2.0, 2.2)
CHILD = (1.45, 300.0)


def dialogue(speakers: list[tuple[float, float]]) -> tuple[list[NDArray[np.float32]], list[int]]:
    """Stretches of speech, one speaker after the other, and who speaks in each."""
    turns = [at % len(speakers) for at in range(len(SECONDS))]
    waves = [voice(speakers[who], SECONDS[at], seed=at) for at, who in enumerate(turns)]
    return waves, turns


def labelled(waves: list[NDArray[np.float32]], most: int) -> list[NDArray[np.int64]]:
    heard = [voice_features.cepstra(wave, RATE_HZ) for wave in waves]
    return voices.told_apart([cepstra for cepstra, _ in heard], [loud for _, loud in heard], most)


def error_rate(labels: list[NDArray[np.int64]], turns: list[int], count: int) -> float:
    """Share of the frames that are not their speaker's, under the best naming of the speakers."""
    frames = sum(map(len, labels))
    right = max(
        sum(int((label == names[turn]).sum()) for label, turn in zip(labels, turns, strict=True))
        for names in permutations(range(max(count, 4)), count)
    )
    return 1 - right / frames


@pytest.mark.parametrize(
    ("speakers", "most"),
    [([MAN, WOMAN], 2), ([WOMAN, MAN], 2), ([MAN, WOMAN, CHILD], 3)],
    ids=["man and woman", "woman and man", "three"],
)
def test_each_voice_gets_its_own_frames(speakers: list[tuple[float, float]], most: int) -> None:
    waves, turns = dialogue(speakers)
    labels = labelled(waves, most)
    assert len({int(label) for stretch in labels for label in stretch}) == len(speakers)
    assert error_rate(labels, turns, len(speakers)) < 0.1


@pytest.mark.parametrize("speaker", [MAN, WOMAN])
@pytest.mark.parametrize("most", [1, 2])
def test_one_voice_is_one_speaker(speaker: tuple[float, float], most: int) -> None:
    waves, _ = dialogue([speaker])
    assert {int(label) for stretch in labelled(waves, most) for label in stretch} == {0}


def test_speakers_that_follow_each_other_without_a_pause_are_told_apart() -> None:
    waves, turns = dialogue([MAN, WOMAN])
    (labels,) = labelled([np.concatenate(waves)], 2)
    truth = np.repeat(turns, [int(seconds * 100) for seconds in SECONDS])[: len(labels)]
    assert np.mean(labels != truth) < 0.1
    assert np.count_nonzero(np.diff(labels)) < 2 * len(turns)


def test_no_more_speakers_are_found_than_asked_for() -> None:
    waves, _ = dialogue([MAN, WOMAN, CHILD])
    assert {int(label) for stretch in labelled(waves, 2) for label in stretch} == {0, 1}


def test_first_to_speak_is_the_first_speaker() -> None:
    for speakers in ([MAN, WOMAN], [WOMAN, MAN]):
        waves, _ = dialogue(speakers)
        assert labelled(waves, 2)[0][50] == 0


@pytest.mark.parametrize("seconds", [0.0, 0.01, 0.05, 0.5])
def test_too_little_speech_is_one_speaker_s(seconds: float) -> None:
    waves = [voice(MAN, 1.0, 1)[: int(seconds * RATE_HZ)]] * 2
    labels = labelled(waves, 2)
    assert [len(each) for each in labels] == [len(voice_features.cepstra(w, RATE_HZ)[0]) for w in waves]
    assert not np.concatenate(labels).any()
    assert labelled([], 2) == []


def test_digital_silence_and_loud_noise_are_no_reason_to_fail() -> None:
    noise = np.random.default_rng(0).uniform(-1, 1, 5 * RATE_HZ).astype(np.float32)
    waves = [np.zeros(5 * RATE_HZ, np.float32), noise, np.ones(3 * RATE_HZ, np.float32)]
    assert len(labelled(waves, 2)) == 3
