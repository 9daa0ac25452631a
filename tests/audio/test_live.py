"""Sound that still arrives: the same samples however its bytes are cut, and what is refused."""

import itertools
from collections.abc import Sequence
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from govor.audio import live
from govor.errors import BadAudio
from govor.records import AudioEncoding, AudioSpec
from tests.audio import recordings

RATE_HZ = 8_000
TONE = recordings.tone(1.0, (440.0,))
LPCM = TONE[0].astype("<i2").tobytes()
RAW = AudioSpec(encoding=AudioEncoding.LINEAR16_PCM, sample_rate_hz=48_000)
FILES = {
    "opus": (recordings.opus(TONE), AudioSpec(encoding=AudioEncoding.OGG_OPUS)),
    "mp3": (recordings.mp3(recordings.tone(1.0, rate_hz=44_100)), AudioSpec(encoding=AudioEncoding.MP3)),
    "wav": (recordings.wav(TONE, 48_000), AudioSpec(encoding=AudioEncoding.WAV)),
    "lpcm": (LPCM, RAW),
    "lpcm behind a header": (recordings.wav(TONE, 48_000), RAW),
    "whatever it is": (recordings.opus(TONE), AudioSpec(encoding=AudioEncoding.ANY)),
}


class Pieces:
    """A source that gives its pieces one by one."""

    def __init__(self, pieces: Sequence[bytes]) -> None:
        self.pieces = [piece for piece in pieces if piece]
        self.rest = b""

    def read(self, size: int = -1, /) -> bytes:
        if not self.rest and self.pieces:
            self.rest = self.pieces.pop(0)
        taken = self.rest if size < 0 else self.rest[:size]
        self.rest = self.rest[len(taken) :]
        return taken


def heard(data: bytes, declared: AudioSpec, cuts: Sequence[int] = ()) -> NDArray[np.int16]:
    """The samples of a source whose pieces end at `cuts`."""
    places = [0, *sorted(cuts), len(data)]
    source = Pieces([data[a:b] for a, b in itertools.pairwise(places)])
    found = [np.zeros(0, np.int16), *live.sound(source, declared, sample_rate_hz=RATE_HZ)]
    return np.concatenate(found)


@cache
def whole(name: str) -> NDArray[np.int16]:
    """The samples of a file that comes in one piece."""
    return heard(*FILES[name])


@pytest.mark.parametrize("name", FILES)
def test_a_second_is_a_second_in_every_encoding(name: str) -> None:
    samples = whole(name)
    assert len(samples) == pytest.approx(RATE_HZ, abs=500)
    assert recordings.pitch_hz(samples, RATE_HZ) == pytest.approx(440, abs=5)


@pytest.mark.parametrize("name", FILES)
@settings(deadline=None, max_examples=12)
@given(data=st.data())
def test_any_cut_of_the_bytes_gives_the_same_samples(name: str, data: st.DataObject) -> None:
    content, declared = FILES[name]
    cuts = data.draw(st.lists(st.integers(0, len(content)), max_size=20))
    np.testing.assert_array_equal(heard(content, declared, cuts), whole(name))


def test_several_channels_are_mixed() -> None:
    stereo = np.concatenate([TONE, np.zeros_like(TONE)])
    samples = heard(recordings.wav(stereo, 48_000), AudioSpec(encoding=AudioEncoding.WAV))
    alone = heard(recordings.wav(TONE, 48_000), AudioSpec(encoding=AudioEncoding.WAV))
    assert int(np.abs(samples).max()) == pytest.approx(np.abs(alone).max() / 2, rel=0.05)


def test_nothing_at_all_is_silence() -> None:
    assert len(heard(b"", RAW)) == 0


def test_bytes_behind_the_announced_samples_are_not_heard() -> None:
    file = recordings.wav(TONE, 48_000)
    assert len(heard(file + bytes(9_000), RAW)) == len(heard(file, RAW))


@pytest.mark.parametrize(
    ("data", "encoding", "says"),
    [
        (LPCM, AudioEncoding.OGG_OPUS, "found"),
        (recordings.wav(TONE, 48_000), AudioEncoding.OGG_OPUS, "a WAV file"),
        (recordings.wav(TONE, 48_000), AudioEncoding.MP3, "a WAV file"),
        (recordings.wav(TONE, 48_000, tag=3, bits=32), AudioEncoding.WAV, "floating-point"),
        (recordings.opus(TONE), AudioEncoding.LINEAR16_PCM, "declare it as OGG_OPUS"),
        (b"fLaC" + bytes(3_000), AudioEncoding.MP3, "FLAC"),
        (b"RIFF\0\0\0\0WAVEfmt ", AudioEncoding.WAV, "WAV file"),
        (b"OggS" + bytes(3_000), AudioEncoding.OGG_OPUS, "not one sample"),
        ("это не запись".encode() * 100, AudioEncoding.LINEAR16_PCM, "text"),
    ],
)
def test_what_is_not_as_declared_is_refused_with_what_it_is(
    data: bytes, encoding: AudioEncoding, says: str
) -> None:
    with pytest.raises(BadAudio) as caught:
        heard(data, AudioSpec(encoding=encoding))
    assert says in caught.value.detail
