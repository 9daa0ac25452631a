"""Voice activity and segments on sounds made here: what is kept, what is dropped, what never changes."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from govor.recognition.segments import CUT_MS_MIN, SEGMENT_MS_MAX, Segment, Segmenter
from tests.recognition import made

RATE = 8000
Sound = NDArray[np.float64]


def seconds(length: float, rate: int = RATE) -> Sound:
    """Times of samples."""
    return np.arange(round(length * rate)) / rate


def noise(length: float, level: float, rate: int = RATE) -> Sound:
    """White noise; `level` of 32768."""
    return np.random.default_rng(7).normal(size=len(seconds(length, rate))) * level


def voice(length: float, level: float = 4000, rate: int = RATE) -> Sound:
    """Syllables: a buzz with moving resonances, loud and soft four times a second."""
    time_s = seconds(length, rate)
    pitch_hz = 130 * (1 + 0.15 * np.sin(2 * np.pi * 0.9 * time_s))
    phase = 2 * np.pi * np.cumsum(pitch_hz) / rate
    resonance_hz = 1300 + 700 * np.sin(2 * np.pi * 2.3 * time_s)
    buzz = np.zeros(len(time_s))
    for harmonic in range(1, 24):
        buzz += np.sin(harmonic * phase) * np.exp(-(((harmonic * pitch_hz - resonance_hz) / 500) ** 2))
    return buzz * level * np.clip(np.sin(2 * np.pi * 4 * time_s) + 0.8, 0, None)


def silence(length: float, rate: int = RATE) -> Sound:
    """The faint noise of a quiet line."""
    return noise(length, 3, rate)


def pcm(*parts: Sound) -> NDArray[np.int16]:
    """One after the other."""
    return np.clip(np.rint(np.concatenate(parts)), -32768, 32767).astype(np.int16)


def segments(samples: NDArray[np.int16], *, step: int = RATE, rate: int = RATE) -> list[Segment]:
    """What a segmenter makes of samples that come `step` at a time."""
    segmenter = Segmenter(rate)
    found: list[Segment] = []
    for first in range(0, len(samples), step):
        found += segmenter.feed(samples[first : first + step])
    return found + segmenter.finish()


def places(found: list[Segment], rate: int = RATE) -> list[tuple[float, float]]:
    """Start and end in seconds."""
    return [(s.start_ms / 1000, s.start_ms / 1000 + len(s.samples) / rate) for s in found]


TONE = 8000 * np.sin(2 * np.pi * 425 * seconds(12))
HUM = sum(
    (3000 / k * np.sin(2 * np.pi * 50 * k * seconds(12) + k) for k in range(1, 20)), np.zeros(12 * RATE)
)
CHORD = sum((2000 * np.sin(2 * np.pi * hz * seconds(12)) for hz in (262, 330, 392, 523)), np.zeros(12 * RATE))


@pytest.mark.parametrize(
    "sound",
    [
        np.zeros(0),
        np.zeros(1),
        np.zeros(12 * RATE),
        noise(12, 0.5),
        noise(12, 300),
        noise(12, 5000),
        TONE,
        TONE * (seconds(12) % 5 < 1),
        TONE * (seconds(12) % 0.75 < 0.35) + noise(12, 20),
        HUM + noise(12, 20),
        CHORD,
        np.full(12 * RATE, 9000.0),
    ],
    ids=[
        "nothing", "one sample", "zeros", "rounding", "hiss", "loud noise", "tone", "ringing", "busy", "hum",
        "chord", "offset",
    ],
)  # fmt: skip
def test_what_is_not_speech_makes_no_segment(sound: Sound) -> None:
    assert segments(pcm(sound)) == []


@pytest.mark.parametrize("level", [20, 200, 4000, 12000])
@pytest.mark.parametrize("hiss", [0, 3, 10])
def test_speech_loud_or_quiet_is_found_where_it_is(level: float, hiss: float) -> None:
    sound = pcm(
        np.concatenate([np.zeros(2 * RATE), voice(3, level), np.zeros(3 * RATE)])
        + noise(8, hiss * level / 200)
    )
    (found,) = places(segments(sound))
    assert 1.5 <= found[0] <= 2.02
    assert 4.85 <= found[1] <= 5.6


@pytest.mark.parametrize("lasts", [0.25, 0.5, 1.0])
def test_a_single_short_word_is_not_lost(lasts: float) -> None:
    assert len(segments(pcm(silence(5), voice(lasts), silence(5)))) == 1


def test_a_long_pause_parts_segments_and_a_short_one_does_not() -> None:
    speech = pcm(silence(1), voice(2), silence(0.3), voice(2), silence(1.2), voice(2), silence(1))
    found = places(segments(speech))
    assert len(found) == 2
    assert found[0][1] < 6 < found[1][0] + 1


def test_speech_without_a_pause_is_cut_where_it_is_quietest() -> None:
    first = np.concatenate([voice(12), silence(0.15)])
    found = places(segments(pcm(silence(1), first, voice(12), silence(1))))
    assert len(found) == 2
    assert found[0][1] == pytest.approx(13.08, abs=0.15)


def test_a_cut_prefers_the_longest_pause() -> None:
    speech = [voice(7), silence(0.4), voice(4), silence(0.55), voice(5), silence(0.4), voice(8)]
    found = places(segments(pcm(silence(1), *speech, silence(1))))
    assert len(found) == 2
    assert 12.3 < found[0][1] < 13.1


MAKERS: dict[str, Callable[[float], Sound]] = {
    "voice": voice,
    "silence": silence,
    "hiss": lambda length: noise(length, 500),
    "tone": lambda length: TONE[: round(length * RATE)],
}
sounds = st.lists(st.tuples(st.sampled_from(sorted(MAKERS)), st.floats(0.05, 9)), max_size=6).map(
    lambda pieces: pcm(np.zeros(0), *(MAKERS[name](length) for name, length in pieces))
)


@made.BOUNDED
@given(sound=sounds, step=st.sampled_from([1_001, 80, 4_000, 10**9]))
def test_segments_do_not_depend_on_how_the_samples_arrive(sound: NDArray[np.int16], step: int) -> None:
    found, expected = segments(sound, step=step), segments(sound)
    assert [s.start_ms for s in found] == [s.start_ms for s in expected]
    for one, other in zip(found, expected, strict=True):
        np.testing.assert_array_equal(one.samples, other.samples)


@made.BOUNDED
@given(sound=sounds)
def test_segments_are_stretches_of_the_sound_in_order_and_short_enough(sound: NDArray[np.int16]) -> None:
    end = 0
    for segment in segments(sound):
        first = segment.start_ms * RATE // 1000
        assert first >= end
        assert 0 < len(segment.samples) <= SEGMENT_MS_MAX * RATE // 1000
        end = first + len(segment.samples)
        np.testing.assert_array_equal(segment.samples, sound[first:end])


@pytest.mark.parametrize("rate", [8000, 16000, 48000])
def test_any_rate_gives_the_same_places(rate: int) -> None:
    sound = pcm(silence(1, rate), voice(2, rate=rate), silence(2, rate))
    (found,) = places(segments(sound, rate=rate), rate)
    assert found == pytest.approx((0.85, 3.3), abs=0.2)


def test_memory_does_not_grow_with_the_recording() -> None:
    segmenter = Segmenter(RATE)
    speech, quiet = pcm(voice(30)), pcm(silence(30))
    kept = 0
    for part in [speech, quiet, speech, speech, quiet] * 2:
        for first in range(0, len(part), RATE):
            segmenter.feed(part[first : first + RATE])
            kept = max(kept, len(segmenter.samples) + len(segmenter.activity.samples))
    assert kept <= (SEGMENT_MS_MAX + 6000) * RATE // 1000
    assert len(segmenter.activity.chunks) < 10


def test_limits_make_sense() -> None:
    assert CUT_MS_MIN < SEGMENT_MS_MAX / 2
