"""The catalogue makes sense, and settings choose among models by language and by a request's tag."""

import re
from pathlib import Path

import pytest

from govor.errors import BadSetting, LanguageUnavailable, ModelFailed
from govor.recognition import catalogue, choice, drivers, languages, models
from govor.recognition.drivers import onnx_asr
from govor.settings import Settings
from tests.families import made

ENTRIES = list(catalogue.entries().values())


@pytest.mark.parametrize("entry", ENTRIES, ids=[entry.name for entry in ENTRIES])
def test_an_entry_can_be_pulled_and_run(entry: catalogue.Entry) -> None:
    assert entry.driver in drivers.DRIVERS
    assert entry.languages == tuple(languages.canonical(code) for code in entry.languages)
    assert re.fullmatch(r"[\w.-]+/[\w.-]+", entry.repository)
    assert entry.revision == "main" or re.fullmatch(r"[0-9a-f]{40}", entry.revision)
    assert all(re.fullmatch(r"([0-9a-f]{64})?", file.sha256) for file in entry.files)
    assert len({file.path for file in entry.files}) == len(entry.files)
    assert entry.licence in ("MIT", "Apache-2.0", "CC-BY-4.0")
    assert 0 < entry.wer < 100
    assert entry.wer_source
    assert entry.wer_on
    paths = [file.path for file in entry.files]
    if entry.driver == drivers.ONNX_ASR:
        assert onnx_asr.TYPES[entry.settings["type"]] == entry.sample_rate_hz
        assert ("quantization" in entry.settings) == entry.name.endswith("-int8")
        assert entry.settings.get("quantization", "") in " ".join(paths)
    if entry.driver == drivers.CTC:
        assert {entry.settings["graph"], entry.settings["vocabulary"]} <= set(paths)


def test_every_language_has_a_model_that_is_recommended_for_it() -> None:
    for code in languages.CODES:
        if code != languages.AUTO:
            assert code in catalogue.entries()[catalogue.recommended(code)].languages


def test_the_models_the_issue_asks_for_are_there() -> None:
    names = set(catalogue.entries())
    gigaam = {
        f"gigaam-v3-{kind}{size}" for kind in ("ctc", "rnnt", "e2e-ctc", "e2e-rnnt") for size in ("", "-int8")
    }
    others = {
        "gigaam-multilingual-ctc",
        "t-one",
        "vosk-ru",
        "vosk-small-ru",
        "parakeet-tdt-0.6b-v3",
        "canary-1b-v2",
    }
    whisper = {"whisper-large-v3", "whisper-large-v3-turbo", "whisper-base"}
    assert gigaam | others | whisper <= names


@pytest.mark.parametrize(
    ("text", "language", "tag", "expected"),
    [
        ("", "ru-RU", "", "ru-small"),
        ("", "kk-KZ", "general", None),
        ("kk_kz=a", "kk-KZ", "general", "a"),
        (" ru-RU = a , ru-RU:general:rc = b ", "ru-RU", "general", "a"),
        (" ru-RU = a , ru-RU:general:rc = b ", "ru-RU", "general:rc", "b"),
        ("ru-RU:deferred-general=/models/x", "ru-RU", "deferred-general", "/models/x"),
        ("ru-RU:deferred-general=/models/x", "ru-RU", "general", "ru-small"),
    ],
)
def test_settings_name_models_by_language_and_tag(
    text: str, language: str, tag: str, expected: str | None
) -> None:
    assert choice.name(language, tag, Settings(models=text)) == expected


@pytest.mark.parametrize("text", ["ru-RU", "=a", "ru-RU=", "xx-XX=a", "auto=a", "ru-RU=a,ru_ru=b"])
def test_a_mapping_that_makes_no_sense_is_a_wrong_setting(text: str) -> None:
    with pytest.raises(BadSetting, match="models"):
        models.finder(Settings(models=text))  # as the service does when it starts


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Two whole models of different families and a damaged one."""
    for name, codes in (("one", '["kk-KZ", "uz-UZ"]'), ("two", '["ru-RU", "uz-UZ"]'), ("three", '["tr-TR"]')):
        folder = tmp_path / "models" / name
        made.gigaam_ctc(folder)
        (folder / "govor.json").write_text(f'{{"driver": "ctc", "languages": {codes}}}')
    (tmp_path / "models/three/v3_ctc.onnx").unlink()
    return Settings(data_dir=tmp_path)


def test_a_pulled_model_serves_its_languages_without_any_setting(settings: Settings) -> None:
    assert models.find("kk-KZ", settings).name == "one"
    assert models.find("uz-UZ", settings).name == "one"
    assert models.find("ru-RU", settings).name == "ru-small"


def test_the_tag_of_a_request_chooses_the_model(settings: Settings) -> None:
    chosen = settings.model_copy(update={"models": "ru-RU:general:rc=two"})
    find = models.finder(chosen)
    assert [find("ru-RU", tag).name for tag in ("general", "general:rc", "")] == [
        "ru-small",
        "two",
        "ru-small",
    ]


def test_a_damaged_model_is_named_where_its_language_is_asked_for_and_harms_no_other(
    settings: Settings,
) -> None:
    with pytest.raises(LanguageUnavailable, match="govor models pull") as caught:
        models.find("tr-TR", settings)
    assert "v3_ctc.onnx" in caught.value.detail
    assert models.find("kk-KZ", settings).name == "one"


def test_a_model_is_not_used_for_a_language_it_does_not_have(settings: Settings) -> None:
    with pytest.raises(ModelFailed, match="not for de-DE"):
        models.find("de-DE", settings.model_copy(update={"models": "de-DE=one"}))
