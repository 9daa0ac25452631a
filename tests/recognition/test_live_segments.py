"""Utterances of sound that still arrives: noticed soon, ended by silence, never overlapping."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from govor.recognition.live_segments import LiveSegmenter, Utterance
from govor.recognition.segments import SEGMENT_MS_MAX, Segmenter
from tests.recognition.test_segments import RATE, pcm, silence, voice

TALK = pcm(silence(0.7), voice(1.5), silence(1.2), voice(0.9), silence(1.0))


def utterances(
    samples: NDArray[np.int16], *, cuts: tuple[int, ...] = (), pause_ms: int | None = 500
) -> list[Utterance]:
    """What is found when the samples come in pieces that end at `cuts`."""
    segmenter = LiveSegmenter(RATE, pause_ms)
    found: list[Utterance] = []
    for piece in np.split(samples, sorted(cuts)):
        found += segmenter.feed(piece)
    return found + segmenter.finish()


WHOLE = utterances(TALK)


def seconds(found: list[Utterance]) -> list[tuple[float, float]]:
    return [(each.begin / RATE, each.end / RATE) for each in found]


def test_each_stretch_of_speech_is_an_utterance_with_a_little_silence_around() -> None:
    (first, second) = seconds(WHOLE)
    assert first == pytest.approx((0.6, 2.4), abs=0.25)
    assert second == pytest.approx((3.3, 4.6), abs=0.25)


def test_utterances_are_those_an_operation_would_cut() -> None:
    segmenter = Segmenter(RATE)
    whole = segmenter.feed(TALK) + segmenter.finish()
    expected = [(each.start_ms * RATE // 1000, len(each.samples)) for each in whole]
    assert [(each.begin, each.end - each.begin) for each in WHOLE] == expected


@settings(deadline=None, max_examples=8)
@given(st.lists(st.integers(0, len(TALK)), max_size=12))
def test_how_samples_arrive_makes_no_difference(cuts: list[int]) -> None:
    assert utterances(TALK, cuts=tuple(cuts)) == WHOLE


def test_an_utterance_is_open_while_it_is_spoken() -> None:
    segmenter = LiveSegmenter(RATE, 500)
    segmenter.feed(pcm(silence(0.7)))
    assert segmenter.open is None
    segmenter.feed(pcm(voice(1.5)))
    assert segmenter.open is not None
    assert segmenter.open.end == segmenter.fed
    assert segmenter.open.begin / RATE == pytest.approx(0.6, abs=0.25)
    segmenter.feed(pcm(silence(1.2)))
    assert segmenter.open is None


def test_a_stream_that_begins_in_mid_word_loses_nothing() -> None:
    ((begin, end),) = seconds(utterances(pcm(voice(2.0), silence(1.0))))
    assert begin == 0
    assert end == pytest.approx(2.3, abs=0.25)


@pytest.mark.parametrize(("pause_ms", "number"), [(350, 2), (500, 2), (2_000, 1)])
def test_a_longer_pause_is_waited_for_when_it_is_asked_for(pause_ms: int, number: int) -> None:
    assert len(utterances(TALK, pause_ms=pause_ms)) == number


def test_without_a_pause_only_the_caller_ends_an_utterance() -> None:
    segmenter = LiveSegmenter(RATE, None)
    assert segmenter.feed(TALK[: 4 * RATE]) == []
    (ended,) = segmenter.end()
    assert ended.end == 4 * RATE
    assert segmenter.end() == []
    segmenter.feed(TALK[4 * RATE :])
    assert all(each.begin >= ended.end for each in segmenter.finish())


def test_speech_without_a_pause_is_cut_and_nothing_is_lost_or_doubled() -> None:
    found = utterances(pcm(voice(25.0), silence(1.0)))
    assert [each.cut for each in found] == [True, False]
    assert [each.end for each in found[:-1]] == [each.begin for each in found[1:]]
    assert all((each.end - each.begin) * 1000 <= SEGMENT_MS_MAX * RATE for each in found)
    assert found[0].begin == 0
    assert found[-1].end / RATE == pytest.approx(25.3, abs=0.25)


@pytest.mark.parametrize("samples", [pcm(silence(3.0)), np.zeros(3 * RATE, np.int16), np.zeros(0, np.int16)])
def test_silence_is_no_utterance(samples: NDArray[np.int16]) -> None:
    assert utterances(samples) == []
