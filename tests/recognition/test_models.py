"""Which model a language gets, and what is said of one that is missing or damaged."""

import json
from pathlib import Path

import pytest

from govor.errors import BadRequest, LanguageUnavailable, ModelFailed
from govor.recognition import models
from govor.settings import Settings
from tests.recognition import made
from training.alphabet import vocabulary


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A whole model."""
    made.write_graph(tmp_path / "model.onnx", bands=15, symbols=34, subsampling=3)
    (tmp_path / "vocab.txt").write_text(vocabulary(), encoding="utf-8")
    (tmp_path / "config.json").write_text(
        json.dumps({"front_end": "telephone", "subsampling_factor": 3, "languages": ["ru-RU"]})
    )
    models.stamp(tmp_path)
    return tmp_path


def settings_for(folder: Path) -> Settings:
    """Settings that name a directory."""
    return Settings(model_ru=str(folder))


@pytest.mark.parametrize("language", ["ru-RU", "ru_ru", "", None])
def test_russian_gets_the_russian_model(folder: Path, language: str | None) -> None:
    model = models.find(language, settings_for(folder))
    assert (model.folder, model.sample_rate_hz) == (folder, 8000)
    assert models.load(model).sample_rate_hz == 8000


def test_a_language_without_a_model_is_told_how_to_get_one(folder: Path) -> None:
    with pytest.raises(LanguageUnavailable, match=r"govor models pull parakeet-tdt-0\.6b-v3-int8"):
        models.find("de_de", settings_for(folder))


def test_an_unknown_language_is_the_callers_fault(folder: Path) -> None:
    with pytest.raises(BadRequest):
        models.find("tlh", settings_for(folder))


def test_models_are_found_by_name_where_they_are_pulled_to(folder: Path) -> None:
    settings = Settings(model_ru=folder.name, models_dir=folder.parent)
    assert models.find("ru-RU", settings).folder == folder


@pytest.mark.parametrize("name", ["no-such-model", "/no/such/directory", "~/no/such/directory"])
def test_a_missing_model_is_named_with_the_places_looked_at(name: str, tmp_path: Path) -> None:
    with pytest.raises(ModelFailed, match=r"is missing") as caught:
        models.find("ru-RU", Settings(model_ru=name, models_dir=tmp_path))
    assert name in caught.value.message
    assert "GOVOR_MODEL_RU" in caught.value.detail


@pytest.mark.parametrize("name", ["model.onnx", "vocab.txt"])
def test_a_missing_file_is_named(folder: Path, name: str) -> None:
    (folder / name).unlink()
    with pytest.raises(ModelFailed, match="incomplete") as caught:
        models.find("ru-RU", settings_for(folder))
    assert name in caught.value.detail


def test_a_listed_language_model_that_is_missing_is_named(folder: Path) -> None:
    config = json.loads((folder / "config.json").read_text())
    config["files"]["lm.npz"] = "0" * 64
    (folder / "config.json").write_text(json.dumps(config))
    with pytest.raises(ModelFailed, match="incomplete") as caught:
        models.find("ru-RU", settings_for(folder))
    assert "lm.npz" in caught.value.detail


@pytest.mark.parametrize("name", ["model.onnx", "vocab.txt"])
def test_a_changed_file_is_named(folder: Path, name: str) -> None:
    assert models.find("ru-RU", settings_for(folder))
    (folder / name).write_bytes((folder / name).read_bytes() + b"\n")
    with pytest.raises(ModelFailed, match="corrupt") as caught:
        models.find("ru-RU", settings_for(folder))
    assert name in caught.value.detail


@pytest.mark.parametrize(
    "config",
    [
        "",
        "[]",
        "{",
        '{"beam": {"speed": 1}}',
        '{"confidence": 7}',
        '{"subsampling_factor": "many"}',
        '{"files": []}',
        '{"languages": 7}',
    ],
)
def test_a_config_that_makes_no_sense_is_the_models_fault(folder: Path, config: str) -> None:
    (folder / "config.json").write_text(config)
    with pytest.raises(ModelFailed, match="is corrupt"):
        models.find("ru-RU", settings_for(folder))


@pytest.mark.parametrize(
    ("name", "content"), [("model.onnx", b"not a graph"), ("vocab.txt", b"\xff\xfe"), ("lm.npz", b"PK")]
)
def test_a_file_that_cannot_be_loaded_is_the_models_fault(folder: Path, name: str, content: bytes) -> None:
    (folder / name).write_bytes(content)
    models.stamp(folder)
    with pytest.raises(ModelFailed):
        models.load(models.find("ru-RU", settings_for(folder)))
