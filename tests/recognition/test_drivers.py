"""Every family of production models, made tiny: what is heard, when, and what is said of a broken one."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from govor.errors import ModelFailed
from govor.hub import install
from govor.recognition import catalogue, models
from govor.recognition.recognizer import Wave
from govor.records import Word
from govor.settings import Settings
from tests.families.made import FAMILIES

LOUD_MS = (600, 1800)
WAVE_MS = 2400
FRAME_MS = 150  # the coarsest front end there is, and what its windows see on either side
TIMED = [name for name in FAMILIES if name != "canary-1b-v2"]


def wave(rate_hz: int, milliseconds: int = WAVE_MS, *, loud: bool = True) -> Wave:
    """Noise that is loud from 600 to 1800 ms."""
    noise = np.random.default_rng(7).normal(size=rate_hz * milliseconds // 1000) * 0.001
    if loud:
        noise[rate_hz * LOUD_MS[0] // 1000 : rate_hz * LOUD_MS[1] // 1000] *= 100
    return noise.astype(np.float32)


def imported(name: str, tmp_path: Path) -> models.Model:
    """A tiny model of a family, installed under its name in the catalogue."""
    origin = tmp_path / "published" / name
    origin.mkdir(parents=True)
    FAMILIES[name](origin)
    # The catalogue has the checksums of the real files; these are copied as any model's would be.
    entry = catalogue.entries()[name]
    (origin / "govor.json").write_text(json.dumps(install.ours_of(entry)))
    settings = Settings(data_dir=tmp_path / "data")
    return install.import_folder(origin, settings, name=f"tiny-{name}", languages_said=())


@pytest.fixture(scope="module", params=list(FAMILIES))
def family(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> models.Model:
    return imported(request.param, tmp_path_factory.mktemp("family"))


def test_words_are_heard_where_the_sound_is(family: models.Model) -> None:
    recogniser = models.load(family)
    assert recogniser.sample_rate_hz == family.sample_rate_hz
    words = recogniser.words([wave(family.sample_rate_hz)])[0]
    assert {"да", "не", "нет"} & {word.text for word in words}, words
    assert in_order_within(words, LOUD_MS[0] - FRAME_MS * 2, LOUD_MS[1] + FRAME_MS * 2), words
    assert all(0.3 < word.confidence <= 1 for word in words), words


def test_the_same_wave_gives_the_same_words_whatever_it_is_sent_with(family: models.Model) -> None:
    recogniser, rate = models.load(family), family.sample_rate_hz
    alone = recogniser.words([wave(rate)])[0]
    other = wave(rate, 3100)
    assert recogniser.words([other, wave(rate), wave(rate, 700)])[1] == alone


def test_a_wave_too_short_for_a_word_has_none(family: models.Model) -> None:
    recogniser = models.load(family)
    assert recogniser.words([np.zeros(count, np.float32) for count in (0, 1, 150)]) == [(), (), ()]


@pytest.mark.parametrize("name", ["gigaam-v3-ctc", "gigaam-v3-rnnt", "t-one", "vosk-small-ru"])
def test_no_words_where_it_is_quiet(name: str, tmp_path: Path) -> None:
    model = imported(name, tmp_path)
    assert models.load(model).words([np.zeros(model.sample_rate_hz, np.float32)]) == [()]


@pytest.mark.parametrize("name", ["gigaam-v3-e2e-ctc", "gigaam-v3-e2e-rnnt", "parakeet-tdt-0.6b-v3"])
def test_models_that_punctuate_keep_what_they_wrote_beside_the_spoken_form(name: str, tmp_path: Path) -> None:
    model = imported(name, tmp_path)
    words = models.load(model).words([wave(model.sample_rate_hz)])[0]
    written = {word.written: word.text for word in words}
    assert written["Да,"] == "да"
    assert written["нет."] == "нет"


def test_a_model_that_must_be_told_the_language_is_told(tmp_path: Path) -> None:
    imported("canary-1b-v2", tmp_path)
    for language in ("ru-RU", "en-US"):
        settings = Settings(data_dir=tmp_path / "data", models=f"{language}=tiny-canary-1b-v2")
        model = models.find(language, settings)
        words = models.load(model).words([wave(model.sample_rate_hz)])[0]
        assert words[0].text.startswith(language[:2])


def test_the_int8_variant_is_loaded_from_its_own_files(tmp_path: Path) -> None:
    model = imported("gigaam-v3-ctc-int8", tmp_path)
    assert sorted(model.files) == ["config.json", "v3_ctc.int8.onnx", "v3_vocab.txt"]
    assert models.load(model).words([wave(model.sample_rate_hz)])[0]


def test_a_folder_of_nemos_without_settings_of_ours_finds_its_driver(tmp_path: Path) -> None:
    from tests.families import made

    made.nemo_ctc(tmp_path)
    model = models.read(tmp_path)
    assert model.driver == "onnx-asr"
    assert {"да", "нет"} & {word.text for word in models.load(model).words([wave(16_000)])[0]}


def shorter_vocabulary(path: Path) -> None:
    path.write_text("▁ 0\n<blk> 1\n", encoding="utf-8")


def no_vocabulary(path: Path) -> None:
    path.write_text("hello world, this is not one\n", encoding="utf-8")


def half(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def gone(path: Path) -> None:
    path.unlink()


@pytest.mark.parametrize(
    ("name", "file", "damage", "message"),
    [
        ("gigaam-v3-ctc", "v3_ctc.onnx", gone, "incomplete"),
        ("gigaam-v3-ctc", "v3_ctc.onnx", half, "cannot load the model"),
        ("gigaam-v3-ctc", "v3_vocab.txt", shorter_vocabulary, "does not fit its graph"),
        ("gigaam-v3-rnnt", "v3_rnnt_joint.onnx", gone, "cannot load the model"),
        ("gigaam-v3-rnnt", "v3_rnnt_encoder.onnx", half, "cannot load the model"),
        ("gigaam-v3-rnnt", "v3_vocab.txt", shorter_vocabulary, "does not fit its graph"),
        ("gigaam-v3-rnnt", "v3_vocab.txt", no_vocabulary, "cannot load the model"),
        ("t-one", "config.json", gone, "cannot load the model"),
        ("parakeet-tdt-0.6b-v3", "vocab.txt", gone, "cannot load the model"),
    ],
)
def test_a_broken_model_is_told_by_what_is_wrong_with_it(
    name: str, file: str, damage: Callable[[Path], None], message: str, tmp_path: Path
) -> None:
    FAMILIES[name](tmp_path)
    ours = {**install.ours_of(catalogue.entries()[name]), "files": {}}
    (tmp_path / "govor.json").write_text(json.dumps(ours))
    damage(tmp_path / file)
    with pytest.raises(ModelFailed, match=message):
        models.load(models.read(tmp_path)).words([wave(8_000 if name == "t-one" else 16_000)])


def test_cuda_without_a_runtime_for_it_says_what_to_install(tmp_path: Path) -> None:
    imported("gigaam-v3-ctc", tmp_path)
    import onnxruntime

    if "CUDAExecutionProvider" in onnxruntime.get_available_providers():
        pytest.skip("this onnxruntime has CUDA")
    settings = Settings(data_dir=tmp_path / "data", model_ru="tiny-gigaam-v3-ctc", device="cuda")
    with pytest.raises(ModelFailed, match="cannot use cuda") as caught:
        models.load(models.find("ru-RU", settings))
    assert "onnxruntime-gpu" in caught.value.detail


def in_order_within(words: tuple[Word, ...], begin_ms: int, end_ms: int) -> bool:
    """Whether words follow each other without overlap between two moments, each with a length."""
    edges = [begin_ms, *(edge for word in words for edge in (word.start_ms, word.end_ms)), end_ms]
    return edges == sorted(edges) and all(word.start_ms < word.end_ms for word in words)
