"""`auto`: the surest of several models, by real recognisers whose words are known."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from govor.errors import ModelFailed
from govor.recognition import drivers, model_folder, models
from govor.recognition.drivers import auto
from govor.recognition.drivers.auto import IdentifyingRecognizer, evidence, halved
from govor.recognition.recognizer import Recognizer, Wave
from govor.records import Word
from govor.settings import Settings
from tests.recognition.made import BOUNDED

RATE_HZ = 16_000


@dataclass
class Pitch:
    """Hears one word, the surer the nearer a wave's loudest frequency is to its own."""

    hz: float
    sample_rate_hz: int = RATE_HZ
    asked: int = 0
    expected: list[str] = field(default_factory=list)

    def words(self, waves: Sequence[Wave]) -> list[tuple[Word, ...]]:
        self.asked += len(waves)
        return [self.word(wave) for wave in waves]

    def word(self, wave: Wave) -> tuple[Word, ...]:
        if not len(wave) or not np.abs(wave).max():
            return ()
        loudest = float(np.abs(np.fft.rfft(wave)).argmax()) * self.sample_rate_hz / len(wave)
        sure = max(0.0, 1 - abs(loudest - self.hz) / 1000)
        return (Word(text=f"{self.hz:g}", start_ms=0, end_ms=500, confidence=sure),)


def tone(hz: float, rate_hz: int = RATE_HZ) -> Wave:
    wave: Wave = np.sin(2 * np.pi * hz * np.arange(rate_hz) / rate_hz).astype(np.float32)
    return wave


def heard(members: tuple[Recognizer, ...], waves: list[Wave]) -> list[str]:
    found = IdentifyingRecognizer(members=members, sample_rate_hz=RATE_HZ).words(waves)
    return [" ".join(word.text for word in words) for words in found]


def test_each_utterance_gets_the_words_of_the_surest_model() -> None:
    members = (Pitch(300), Pitch(900))
    assert heard(members, [tone(310), tone(880), tone(700), np.zeros(100, np.float32)]) == [
        "300",
        "900",
        "900",
        "",
    ]


def test_a_model_that_is_sure_is_not_doubted() -> None:
    first, second = Pitch(300), Pitch(320)
    assert heard((first, second), [tone(320)] * 3) == ["300"] * 3
    assert second.asked == 0


def test_telephone_models_get_the_wave_at_their_rate() -> None:
    members = (Pitch(1_000, sample_rate_hz=8_000), Pitch(6_000))
    assert heard(members, [tone(1_000), tone(6_000)]) == ["1000", "6000"]


def test_rates_that_cannot_be_joined_are_a_model_error() -> None:
    with pytest.raises(ModelFailed):
        heard((Pitch(300, sample_rate_hz=11_025),), [tone(300)])


@BOUNDED
@given(order=st.permutations([200.0, 400.0, 700.0, 950.0, 1_300.0]))
def test_words_of_a_wave_do_not_depend_on_the_others(order: list[float]) -> None:
    members = (Pitch(300), Pitch(900))
    alone = {hz: heard(members, [tone(hz)])[0] for hz in order}
    assert heard(members, [tone(hz) for hz in order]) == [alone[hz] for hz in order]


@pytest.mark.parametrize(
    ("words", "expected"),
    [([], 0.0), ([(100, 0.5)], 0.5), ([(300, 1.0), (100, 0.2)], 0.8), ([(0, 0.4)], 0.4)],
)
def test_evidence_is_the_mean_confidence_over_time(words: list[tuple[int, float]], expected: float) -> None:
    found = [Word(text="а", start_ms=0, end_ms=ms, confidence=sure) for ms, sure in words]
    assert evidence(found) == pytest.approx(expected)


def test_halving_keeps_what_a_telephone_hears_and_removes_what_would_fold() -> None:
    kept, folded = halved(tone(1_000)), halved(tone(5_000))
    assert len(kept) == RATE_HZ // 2
    assert np.abs(kept[100:-100]).max() == pytest.approx(1, abs=0.01)
    assert np.abs(folded[100:-100]).max() < 0.01
    assert len(halved(np.ones(10, np.float32))) == 5


def test_a_fresh_installation_chooses_between_russian_and_english(tmp_path: Path) -> None:
    model = models.find("auto", Settings(data_dir=tmp_path))
    assert (model.driver, model.languages, model.sample_rate_hz) == ("auto", ("ru-RU", "en-US"), RATE_HZ)
    assert isinstance(drivers.load(model, 1), IdentifyingRecognizer)


def test_with_one_model_auto_is_that_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("govor.recognition.models.BROUGHT", (models.EMBEDDED,))
    assert models.find("auto", Settings(data_dir=tmp_path)).name == models.EMBEDDED


def test_auto_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text('{"driver": "auto"}')
    with pytest.raises(ModelFailed, match="corrupt"):
        model_folder.read(tmp_path)
    assert auto.NAME in drivers.DRIVERS
