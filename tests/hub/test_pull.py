"""Pulling from a hub that behaves, and from one that does not: every model comes whole or not at all."""

import json
import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from govor.errors import BadRequest, BadSetting, GovorError, ModelFailed, StorageFailed, Unavailable
from govor.hub import install
from govor.hub.download import ATTEMPTS_MAX, Downloader
from govor.recognition import catalogue, models
from govor.recognition.catalogue import Entry, File
from govor.settings import Settings
from tests.families.made import FAMILIES
from tests.hub.server import Hub, serving

NAME = "gigaam-v3-ctc"
GRAPH = "v3_ctc.onnx"


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[Hub]:
    with serving(tmp_path / "hub") as made:
        publish(NAME, made)
        yield made


def publish(name: str, hub: Hub) -> None:
    """Put a tiny model where the catalogue has the real one."""
    folder = hub.folder / catalogue.entries()[name].repository
    folder.mkdir(parents=True, exist_ok=True)
    FAMILIES[name](folder)


def without_checksums(name: str) -> Entry:
    """The catalogue's entry, but for the checksums of the real files."""
    entry = catalogue.entries()[name]
    return replace(entry, megabytes=1, files=tuple(File(file.path) for file in entry.files))


def settings_of(hub: Hub, tmp_path: Path) -> Settings:
    return Settings(data_dir=tmp_path / "data", hub=hub.url, disk_free_bytes_min=0, model_ru=NAME)


def pull(entry: Entry, settings: Settings, said: list[tuple[str, int, int]] | None = None) -> models.Model:
    said = [] if said is None else said
    with Downloader(free_bytes_min=0, sleep=lambda _: None) as downloader:
        return install.pull(entry, settings, downloader, lambda *row: said.append(row))


@pytest.mark.parametrize("name", list(FAMILIES))
def test_a_pulled_model_is_verified_found_and_hears(name: str, tmp_path: Path) -> None:
    with serving(tmp_path / "hub") as hub:
        publish(name, hub)
        settings = settings_of(hub, tmp_path).model_copy(update={"model_ru": name})
        said: list[tuple[str, int, int]] = []
        pulled = pull(without_checksums(name), settings, said)
    assert {path for path, have, size in said if have == size} == set(pulled.files)
    found = models.find("ru-RU", settings)
    assert found.files == pulled.files
    sound = np.random.default_rng(1).normal(size=found.sample_rate_hz).astype(np.float32)
    sound[: len(sound) // 2] *= 0.001
    assert models.load(found).words([sound])[0]


def test_a_download_that_broke_off_goes_on_where_it_was(hub: Hub, tmp_path: Path) -> None:
    size = (hub.folder / catalogue.entries()[NAME].repository / GRAPH).stat().st_size
    hub.breaks_after, hub.breaks_left = size // 3, 2
    model = pull(without_checksums(NAME), settings_of(hub, tmp_path))
    models.verify(model)
    ranges = [wanted for path, wanted in hub.requests if path.startswith("/cdn/")]
    assert ranges == ["", f"bytes={size // 3}-", f"bytes={size // 3 * 2}-"]


def test_a_later_pull_goes_on_where_an_earlier_one_was_given_up(hub: Hub, tmp_path: Path) -> None:
    hub.breaks_after, hub.breaks_left = 0, 99
    settings = settings_of(hub, tmp_path)
    with pytest.raises(Unavailable, match="breaks off"):
        pull(without_checksums(NAME), settings)
    hub.breaks_after, hub.breaks_left = 100, 1
    hub.requests.clear()
    models.verify(pull(without_checksums(NAME), settings))
    assert "bytes=100-" in [wanted for _, wanted in hub.requests]


def test_a_mirror_without_ranges_and_checksums_will_do(hub: Hub, tmp_path: Path) -> None:
    hub.ranges = hub.tells_checksums = False
    hub.breaks_after, hub.breaks_left = 100, 2
    models.verify(pull(without_checksums(NAME), settings_of(hub, tmp_path)))


def test_a_hub_that_is_down_for_a_moment_is_asked_again(hub: Hub, tmp_path: Path) -> None:
    hub.failures_left = ATTEMPTS_MAX - 1
    assert pull(without_checksums(NAME), settings_of(hub, tmp_path))


def test_a_hub_that_stays_down_is_given_up(hub: Hub, tmp_path: Path) -> None:
    hub.failures_left = 1000
    with pytest.raises(Unavailable) as caught:
        pull(without_checksums(NAME), settings_of(hub, tmp_path))
    assert "503" in caught.value.detail
    assert len(hub.requests) == ATTEMPTS_MAX


def test_what_was_begun_at_another_revision_is_fetched_again_as_a_whole(hub: Hub, tmp_path: Path) -> None:
    settings = settings_of(hub, tmp_path)
    left = models.pulled_dir(settings) / f".{NAME}.pulling" / f"{GRAPH}.part"
    left.parent.mkdir(parents=True)
    left.write_bytes(b"the beginning of another file")
    models.verify(pull(without_checksums(NAME), settings))


@pytest.mark.parametrize(
    ("fault", "error", "message"),
    [
        ("missing", ModelFailed, "no such file"),
        ("private", ModelFailed, "licence"),
        ("wrong checksum of a large file", ModelFailed, "the hub says"),
        ("wrong checksum of a small file", ModelFailed, "git hash"),
        ("not what the catalogue has", ModelFailed, "the catalogue has"),
        ("no hub", Unavailable, "ConnectError"),
        ("no such protocol", BadSetting, "protocol"),
        ("no room", StorageFailed, "free"),
    ],
)
def test_what_cannot_be_brought_leaves_no_model_and_says_why(
    fault: str, error: type[GovorError], message: str, hub: Hub, tmp_path: Path
) -> None:
    entry, settings = without_checksums(NAME), settings_of(hub, tmp_path)
    if fault == "missing":
        entry = replace(entry, files=(*entry.files, File("not-there.onnx")))
    elif fault == "private":
        hub.private = True
    elif fault == "wrong checksum of a large file":
        hub.lies[GRAPH] = "0" * 64
    elif fault == "wrong checksum of a small file":
        hub.lies["v3_vocab.txt"] = "0" * 40
    elif fault == "not what the catalogue has":
        entry = replace(entry, files=(File(GRAPH, "0" * 64),))
    elif fault == "no hub":
        settings = settings.model_copy(update={"hub": "http://127.0.0.1:9"})
    elif fault == "no such protocol":
        settings = settings.model_copy(update={"hub": "gopher://hub"})
    elif fault == "no room":
        entry = replace(entry, megabytes=10**9)
    with pytest.raises(error) as caught:
        pull(entry, settings)
    assert message in caught.value.message + caught.value.detail
    assert not (models.pulled_dir(settings) / NAME).exists()
    with pytest.raises(ModelFailed, match="is missing") as missing:
        models.find("ru-RU", settings)
    assert f"govor models pull {NAME}" in missing.value.detail


def test_a_model_that_is_there_is_not_fetched_again(hub: Hub, tmp_path: Path) -> None:
    settings = settings_of(hub, tmp_path)
    pull(without_checksums(NAME), settings)
    hub.requests.clear()
    pull(without_checksums(NAME), settings)
    assert hub.requests == []


def test_a_damaged_model_is_not_taken_for_whole(hub: Hub, tmp_path: Path) -> None:
    settings = settings_of(hub, tmp_path)
    model = pull(without_checksums(NAME), settings)
    with (model.folder / GRAPH).open("ab") as file:
        file.write(b"more")
    with pytest.raises(ModelFailed, match="corrupt") as caught:
        pull(without_checksums(NAME), settings)
    assert f"govor models remove {NAME}" in caught.value.detail


def test_two_processes_do_not_bring_the_same_model(hub: Hub, tmp_path: Path) -> None:
    settings = settings_of(hub, tmp_path)
    with (
        install.draft(models.pulled_dir(settings) / NAME),
        pytest.raises(Unavailable, match="another process"),
    ):
        pull(without_checksums(NAME), settings)


def test_a_model_of_the_catalogue_is_imported_with_its_checksums(hub: Hub, tmp_path: Path) -> None:
    origin, settings = hub.folder / catalogue.entries()[NAME].repository, settings_of(hub, tmp_path)
    FAMILIES["gigaam-v3-ctc-int8"](origin)
    with pytest.raises(ModelFailed, match="is damaged"):  # tiny, so not the file whose checksum is known
        install.import_folder(origin, settings, name="gigaam-v3-ctc-int8", languages_said=())
    assert not list(models.pulled_dir(settings).glob("[!.]*"))


def test_a_folder_of_ones_own_is_imported_for_the_languages_that_are_said(hub: Hub, tmp_path: Path) -> None:
    origin, settings = hub.folder / catalogue.entries()[NAME].repository, settings_of(hub, tmp_path)
    model = install.import_folder(origin, settings, name="mine", languages_said=("uz_uz", "kk-KZ"))
    assert (model.name, model.languages) == ("mine", ("uz-UZ", "kk-KZ"))
    assert models.find("kk-KZ", settings).folder == model.folder
    with pytest.raises(BadRequest, match="there already"):
        install.import_folder(origin, settings, name="mine", languages_said=())


@pytest.mark.parametrize(
    "content", [{}, {"notes.txt": "no model"}, {"config.json": "{"}, {"config.json": "{}"}]
)
def test_a_folder_that_is_no_model_is_not_imported(content: dict[str, str], tmp_path: Path) -> None:
    origin = tmp_path / "origin"
    origin.mkdir()
    for name, text in content.items():
        (origin / name).write_text(text)
    settings = Settings(data_dir=tmp_path / "data", disk_free_bytes_min=0)
    with pytest.raises(ModelFailed):
        install.import_folder(origin, settings, name=None, languages_said=())
    assert not list(models.pulled_dir(settings).glob("[!.]*"))


def test_a_removed_model_is_gone_and_one_in_use_stays(hub: Hub, tmp_path: Path) -> None:
    settings = settings_of(hub, tmp_path)
    model = pull(without_checksums(NAME), settings)
    with pytest.raises(BadRequest, match="in use"):
        install.remove(NAME, settings)
    free = settings.model_copy(update={"model_ru": "ru-small"})
    assert install.remove(NAME, free) > 0
    assert not model.folder.exists()
    assert os.listdir(models.pulled_dir(free)) == []
    with pytest.raises(BadRequest, match="no pulled model"):
        install.remove("../data", free)


def test_what_was_fetched_is_recorded_beside_the_files(hub: Hub, tmp_path: Path) -> None:
    model = pull(without_checksums(NAME), settings_of(hub, tmp_path))
    ours = json.loads((model.folder / "govor.json").read_text())
    assert ours["driver"] == "ctc"
    assert ours["source"].startswith("istupakov/gigaam-v3-onnx@")
    assert set(ours["files"]) == {GRAPH, "v3_vocab.txt"}
    assert all(len(digest) == 64 for digest in ours["files"].values())


@pytest.mark.parametrize(
    ("asked", "int8", "expected"),
    [
        ("gigaam-v3-ctc", False, "gigaam-v3-ctc"),
        ("gigaam-v3-ctc", True, "gigaam-v3-ctc-int8"),
        ("gigaam-v3-ctc-int8", True, "gigaam-v3-ctc-int8"),
        ("de_de", False, "parakeet-tdt-0.6b-v3-int8"),
        ("", False, "gigaam-v3-ctc"),
    ],
)
def test_models_are_asked_for_by_name_or_language(asked: str, int8: bool, expected: str) -> None:
    assert install.entry_named(asked, int8=int8).name == expected


@pytest.mark.parametrize(("asked", "int8"), [("gigaam-v9", False), ("auto", False), ("t-one", True)])
def test_a_model_that_nobody_knows_is_refused(asked: str, int8: bool) -> None:
    with pytest.raises(BadRequest):
        install.entry_named(asked, int8=int8)
