"""Whisper through faster-whisper, with a tiny model in CTranslate2's format."""

import json
from pathlib import Path

import numpy as np
import pytest

from govor.errors import ModelFailed
from govor.hub import install
from govor.recognition import catalogue, models
from govor.recognition.recognizer import Recognizer, Wave
from govor.settings import Settings

pytest.importorskip("faster_whisper", reason="the extra `whisper` is not installed")
from tests.families.whisper import whisper

NAME = "whisper-base"


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory with the tiny model imported under another name than the real one's."""
    origin, data = tmp_path_factory.mktemp("published"), tmp_path_factory.mktemp("data")
    whisper(origin)
    (origin / "govor.json").write_text(json.dumps(install.ours_of(catalogue.entries()[NAME])))
    install.import_folder(origin, Settings(data_dir=data), name="tiny", languages_said=())
    return data


@pytest.fixture(scope="module")
def recogniser(data_dir: Path) -> Recognizer:
    settings = Settings(data_dir=data_dir, models="ru-RU=tiny")
    model = models.find("ru-RU", settings)
    assert (model.driver, model.language, model.sample_rate_hz) == ("faster-whisper", "ru-RU", 16_000)
    return models.load(model)


def wave(seed: int = 1, seconds: float = 2.0) -> Wave:
    return np.random.default_rng(seed).normal(size=round(seconds * 16_000)).astype(np.float32) * 0.1


def test_words_have_times_confidences_and_what_was_written(recogniser: Recognizer) -> None:
    words = recogniser.words([wave()])[0]
    assert [(word.text, word.written) for word in words] == [("да", "Да,"), ("нет", "нет.")]
    edges = [edge for word in words for edge in (word.start_ms, word.end_ms)]
    assert edges == sorted(edges)
    assert all(0 <= word.start_ms < word.end_ms for word in words)
    assert all(0.9 < word.confidence <= 1 for word in words)


def test_the_same_wave_gives_the_same_words_whatever_was_heard_before(recogniser: Recognizer) -> None:
    alone = recogniser.words([wave()])
    assert recogniser.words([wave(2, 3.0), wave(), wave(3, 0.05)])[1:] == [*alone, ()]


def test_every_language_of_speechkit_may_be_asked_for(data_dir: Path) -> None:
    for code in ("he-HE", "tr-TR", "kk-KZ"):
        assert models.find(code, Settings(data_dir=data_dir)).language == code


def test_a_damaged_model_is_told_by_its_name(data_dir: Path, tmp_path: Path) -> None:
    whole = models.read(data_dir / "models/tiny")
    for name in ("config.json", "tokenizer.json", "vocabulary.json"):
        (tmp_path / name).write_bytes((whole.folder / name).read_bytes())
    with pytest.raises(ModelFailed, match="incomplete"):
        models.read(with_driver(tmp_path))
    (tmp_path / "model.bin").write_bytes((whole.folder / "model.bin").read_bytes()[:1000])
    with pytest.raises(ModelFailed, match="cannot load the model"):
        models.load(models.read(tmp_path))


def with_driver(folder: Path) -> Path:
    """The folder, said to be Whisper's."""
    (folder / "govor.json").write_text('{"driver": "faster-whisper"}')
    return folder
