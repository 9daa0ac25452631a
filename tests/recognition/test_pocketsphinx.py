"""English as it comes with the package: a few words, and nothing where nobody speaks.

The voice is espeak-ng's if it is there; recordings of people are measured by `govor bench accuracy`.
"""

import io
import re
import shutil
import subprocess
import wave
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
from numpy.typing import NDArray

from govor.errors import ModelFailed
from govor.recognition import model_folder, models
from govor.recognition.drivers import pocketsphinx
from govor.recognition.recognizer import Recognizer, Wave
from govor.settings import Settings
from tests.recognition import sounds

RATE_HZ = 16_000
PEOPLE = Path(__file__).parents[3] / "shared/audio/en/pocketsphinx_librivox"


@pytest.fixture(scope="module")
def recogniser() -> Recognizer:
    """The English model of a fresh installation."""
    return models.load(models.find("en-US", Settings(data_dir=Path("/nonexistent"))))


@pytest.fixture(scope="module")
def spoken() -> list[Wave]:
    """Two sentences by a synthetic voice."""
    if shutil.which("espeak-ng") is None:
        pytest.skip("espeak-ng is not installed: nothing to listen to")
    return [said("good morning my friend"), said("one two three four five")]


def said(text: str) -> Wave:
    command = ["espeak-ng", "-v", "en-us", "-s", "140", "--stdout", text]
    sound = subprocess.run(command, capture_output=True, check=True).stdout
    with wave.open(io.BytesIO(sound[:40] + (len(sound) - 44).to_bytes(4, "little") + sound[44:])) as file:
        samples = np.frombuffer(file.readframes(file.getnframes()), "<i2") / np.float32(32_768)
        rate = file.getframerate()
    places = np.arange(0, len(samples), rate / RATE_HZ)
    resampled: Wave = np.interp(places, np.arange(len(samples)), samples).astype(np.float32)
    return resampled


def test_english_comes_with_the_package_and_says_that_it_is_basic() -> None:
    model = models.find("en-US", Settings())
    assert (model.driver, model.languages, model.sample_rate_hz) == ("pocketsphinx", ("en-US",), RATE_HZ)
    assert model.config["quality"] == "basic"


def test_words_follow_each_other_within_the_wave(recogniser: Recognizer, spoken: list[Wave]) -> None:
    for sound, words in zip(spoken, recogniser.words(spoken), strict=True):
        assert words
        assert all(re.fullmatch(r"[a-z'.-]+", word.text) for word in words)
        times = [time for word in words for time in (word.start_ms, word.end_ms)]
        assert times == sorted(times)
        assert times[-1] <= len(sound) * 1000 // RATE_HZ
        assert all(0 <= word.confidence <= 1 for word in words)


def test_same_wave_gives_the_same_words_whatever_came_before(
    recogniser: Recognizer, spoken: list[Wave]
) -> None:
    first, second = spoken
    alone = recogniser.words([first]) + recogniser.words([second])
    assert recogniser.words([second, first]) == alone[::-1]
    assert recogniser.words([first, first, second]) == [alone[0], alone[0], alone[1]]


@pytest.mark.parametrize("name", sorted({*sounds.NAMES} - {"music"}))
def test_no_words_where_nobody_speaks(recogniser: Recognizer, name: str) -> None:
    sound: NDArray[np.float32] = sounds.wave(name, RATE_HZ)
    assert recogniser.words([sound]) == [()]


def test_a_real_voice_is_mostly_understood(recogniser: Recognizer) -> None:
    if not PEOPLE.is_dir():
        pytest.skip("needs ../shared/audio, which is not part of the project")
    with wave.open(str(PEOPLE / "sense_and_sensibility_01_austen_64kb-0930.wav")) as file:
        samples = np.frombuffer(file.readframes(file.getnframes()), "<i2").astype(np.float32) / np.float32(
            32_768
        )
    heard = [word.text for word in recogniser.words([samples])[0]]
    said_words = ["he", "might", "even", "have", "been", "made", "amiable", "himself"]
    assert len(set(said_words) & set(heard)) >= 6


def test_a_missing_package_is_a_model_error(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    (tmp_path / "config.json").write_text('{"driver": "pocketsphinx", "languages": ["en-US"]}')
    with pytest.raises(ModelFailed, match="pocketsphinx"):
        model_folder.read(tmp_path)


class Piece(NamedTuple):
    """What PocketSphinx says of a word; frames of 10 ms, the last one included."""

    word: str
    start_frame: int
    end_frame: int
    prob: float


@pytest.mark.parametrize(
    ("pieces", "expected"),
    [
        ([Piece("<s>", 0, 9, 1.0), Piece("was(2)", 10, 29, 0.5), Piece("[NOISE]", 30, 40, 1.0)], ["was"]),
        ([Piece("good", 195, 398, 1.0)], []),  # plucked strings
        ([Piece("and", 3, 50, 0.3), Piece("that", 196, 224, 0.2)], []),  # others
        ([Piece("he", 20, 33, 1.0), Piece("blows", 34, 70, 0.006)], ["he", "blows"]),
        ([], []),
    ],
)
def test_fillers_drawn_out_and_unlikely_words_are_none(pieces: list[Piece], expected: list[str]) -> None:
    words = pocketsphinx.said(pieces, 4_000)
    assert [word.text for word in words] == expected
    assert all(word.end_ms - word.start_ms == 200 for word in words if word.text == "was")
