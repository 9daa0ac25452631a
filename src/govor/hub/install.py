"""Models come whole or not at all: pulled from a hub, imported from a folder, removed.

Rule 1: a model grows in `.NAME.pulling` beside its place and is renamed when every file is right; what broke
        off stays there, and the next pull goes on with it.
Rule 2: the files stay as they were published; what we know of them (driver, languages, checksums) stands in
        `govor.json`.
Rule 3: one process at a time works on a model.
"""

import fcntl
import json
import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from govor.errors import BadRequest, ModelFailed, StorageFailed, Unavailable
from govor.hub.download import Downloader, Source, file_sha256
from govor.recognition import catalogue, choice, languages, models
from govor.recognition.catalogue import INT8, Entry
from govor.recognition.model_folder import OURS, is_model, settings_in
from govor.recognition.models import Model
from govor.settings import Settings
from govor.storage import disk

MEGABYTE = 1_000_000

Progress = Callable[
    [str, int, int], None
]  # a file, its bytes that are there, its bytes in all (0: not known)


def entry_named(name: str, *, int8: bool = False) -> Entry:
    """A catalogue entry by its name, or the one recommended for a language; `int8`: its smaller variant.

    Raises BadRequest when there is none.
    """
    entries = catalogue.entries()
    try:
        known = name if name in entries else catalogue.recommended(languages.canonical(name))
    except (BadRequest, KeyError):
        raise BadRequest(f"unknown model: {name}", f"there are {', '.join(entries)}") from None
    smaller = f"{known.removesuffix(f'-{INT8}')}-{INT8}"
    if int8 and smaller not in entries:
        raise BadRequest(f"{known} has no int8 variant", "leave out --int8")
    return entries[smaller if int8 else known]


def pull(entry: Entry, settings: Settings, downloader: Downloader, progress: Progress) -> Model:
    """Bring a model of the catalogue; one that is there whole is not fetched again.

    Raises what Downloader.fetch raises, and Unavailable when another process works on this model.
    """
    place = models.pulled_dir(settings) / entry.name
    if is_model(place):
        return whole(place)
    with draft(place) as folder:
        disk.require_free(folder, missing_bytes(folder, entry) + settings.disk_free_bytes_min)
        sums = {
            file.path: fetched(entry, file, folder, settings, downloader, progress) for file in entry.files
        }
        write_ours(folder, {**ours_of(entry), "files": sums})
        return finished(folder, place)


def fetched(
    entry: Entry,
    file: catalogue.File,
    folder: Path,
    settings: Settings,
    downloader: Downloader,
    progress: Progress,
) -> str:
    """One file is in the folder; its SHA-256."""
    target = folder / file.path
    if target.exists() and (held := file_sha256(target)) == (file.sha256 or held):
        return held
    source = Source(
        hub=settings.hub,
        repository=entry.repository,
        revision=entry.revision,
        path=file.path,
        sha256=file.sha256,
    )
    return downloader.fetch(source, target, lambda have, size: progress(file.path, have, size))


def import_folder(
    origin: Path, settings: Settings, *, name: str | None, languages_said: tuple[str, ...]
) -> Model:
    """Copy a model from a folder, such as one pulled on another machine or cloned from a hub.

    Under a name of the catalogue (`name`, else the folder's) it gets what the catalogue says, and the
    checksums there must be right. Any other folder needs its own settings (model_folder.py).
    Raises ModelFailed (not a model, or damaged), BadRequest, StorageFailed, Unavailable.
    """
    name = name or origin.resolve().name
    if name != Path(name).name or name.startswith("."):
        raise BadRequest(f"a model cannot be called {name}", "use --name")
    place = models.pulled_dir(settings) / name
    if is_model(place):
        raise BadRequest(f"the model {name} is there already", f"govor models remove {name}, or use --name")
    entry = catalogue.entries().get(name)
    paths = [file.path for file in entry.files] if entry else files_in(origin)
    told = {"languages": [languages.canonical(code) for code in languages_said]} if languages_said else {}
    with draft(place, afresh=True) as folder:
        size = sum((origin / path).stat().st_size for path in paths if (origin / path).is_file())
        disk.require_free(folder, size + settings.disk_free_bytes_min)
        sums = {path: copied(origin / path, folder / path) for path in paths}
        for file in entry.files if entry else ():
            if file.sha256 and sums[file.path] != file.sha256:
                raise ModelFailed(
                    f"{origin / file.path} is damaged",
                    f"its SHA-256 is {sums[file.path]}, the catalogue has {file.sha256}",
                )
        known = ours_of(entry) if entry else ours_in(origin)
        write_ours(folder, {**known, **told, "files": {**known.get("files", {}), **sums}})
        return finished(folder, place)


def remove(name: str, settings: Settings) -> int:
    """Delete a pulled or imported model, or what a pull left half-way; returns the bytes that are free again.

    Raises BadRequest when there is none, or when the settings name it.
    """
    place = models.pulled_dir(settings) / name
    half = draft_of(place)
    if name in choice.names(settings):
        raise BadRequest(f"the model {name} is in use", "GOVOR_MODEL_RU or GOVOR_MODELS names it")
    if name != Path(name).name or not (place.is_dir() or half.is_dir()):
        raise BadRequest(f"no pulled model is called {name}", f"looked in {place.parent}")
    size = 0
    for folder in (place, half):
        size += sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
        shutil.rmtree(folder, ignore_errors=not folder.exists())
    lock_of(place).unlink(missing_ok=True)
    return size


def whole(place: Path) -> Model:
    """A model that is there, its files checked; ModelFailed says how to bring it again."""
    try:
        model = models.read(place)
        models.verify(model)
    except ModelFailed as error:
        raise ModelFailed(
            error.message, f"{error.detail}; first: govor models remove {place.name}"
        ) from error
    return model


def missing_bytes(folder: Path, entry: Entry) -> int:
    """About how much is still to come."""
    have = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    return max(0, entry.megabytes * MEGABYTE - have)


@contextmanager
def draft(place: Path, *, afresh: bool = False) -> Iterator[Path]:
    """The folder in which a model grows, locked; `afresh`: nothing is left there, before and on failure."""
    folder = draft_of(place)
    with disk.described():
        folder.parent.mkdir(parents=True, exist_ok=True)
    with lock_of(place).open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Unavailable(f"another process is bringing the model {place.name}") from None
        if afresh:
            shutil.rmtree(folder, ignore_errors=not folder.exists())
        folder.mkdir(exist_ok=True)
        try:
            yield folder
        except BaseException:
            if afresh:
                shutil.rmtree(folder)
            raise


def draft_of(place: Path) -> Path:
    """Where a model grows before it is at its place."""
    return place.with_name(f".{place.name}.pulling")


def lock_of(place: Path) -> Path:
    """The file that is locked while somebody works on a model."""
    return place.with_name(f".{place.name}.lock")


def finished(folder: Path, place: Path) -> Model:
    """Put a draft in its place, once its driver can make sense of it."""
    models.read(folder)
    for left in folder.rglob("*.part"):
        left.unlink()
    with disk.described():
        os.rename(folder, place)
    return models.read(place)


def ours_of(entry: Entry) -> dict[str, Any]:
    """What `govor.json` says of a model of the catalogue."""
    return {
        "driver": entry.driver,
        "languages": list(entry.languages),
        "licence": entry.licence,
        "source": f"{entry.repository}@{entry.revision}",
        **entry.settings,
    }


def ours_in(origin: Path) -> dict[str, Any]:
    """What a folder's own `govor.json` says, if it has one; ModelFailed when it cannot be read."""
    try:
        return settings_in(origin / OURS)
    except (OSError, ValueError, TypeError) as error:
        raise ModelFailed(f"{origin / OURS} cannot be read", repr(error)) from error


def files_in(origin: Path) -> list[str]:
    """Every file of a folder but our own; ModelFailed when it is no model's."""
    if not is_model(origin):
        raise ModelFailed(f"{origin} is not a model", f"no config.json or {OURS} in it; see docs/models.md")
    paths = (path.relative_to(origin) for path in sorted(origin.rglob("*")) if path.is_file())
    return [str(path) for path in paths if path.name != OURS and not path.parts[0].startswith(".")]


def copied(origin: Path, target: Path) -> str:
    """Copy a file; its SHA-256 on the way there, which is compared with what arrived."""
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        expected = file_sha256(origin)
    except OSError as error:
        raise ModelFailed(f"{origin} is missing or cannot be read", str(error)) from error
    with disk.described():
        shutil.copyfile(origin, target)
    if (found := file_sha256(target)) != expected:
        raise StorageFailed("the disk keeps something else than was written", f"{target} has SHA-256 {found}")
    return expected


def write_ours(folder: Path, content: Mapping[str, Any]) -> None:
    """govor.json, whole."""
    text = json.dumps(content, ensure_ascii=False, indent=2) + "\n"
    with disk.appearing(folder / OURS) as descriptor:
        os.write(descriptor, text.encode())
