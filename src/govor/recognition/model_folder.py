"""One model on disk: its folder, what its settings say, whether its files are whole.

The settings are the model's own `config.json` with our `govor.json` on top. `govor.json` is written by
`govor models pull` and `import` beside files that must stay as they were published; a model that is made
for Govor needs no `govor.json`. What every driver's settings may have:

    driver          which driver runs it (drivers/__init__.py); if left out, the one whose files these are
    languages       SpeechKit's codes; ["ru-RU"] if left out
    files           SHA-256 by file name; files listed here are checked before use

The rest belongs to the driver.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from govor.errors import ModelFailed
from govor.recognition import drivers, languages
from govor.recognition.languages import AUTO

CONFIG = "config.json"
OURS = "govor.json"


@dataclass(frozen=True, kw_only=True, slots=True)
class Model:
    """A model folder whose settings have been read and make sense to its driver."""

    name: str
    folder: Path
    languages: tuple[str, ...]
    driver: str
    sample_rate_hz: int  # what waves must have
    config: Mapping[str, Any]
    files: Mapping[str, str]  # SHA-256 by file name
    device: str = "cpu"  # where graphs run: cpu or cuda
    language: str = AUTO  # what is spoken, for models that must be told


def is_model(folder: Path) -> bool:
    """Whether there is anything to read."""
    return (folder / CONFIG).is_file() or (folder / OURS).is_file()


def read(folder: Path) -> Model:
    """Read the settings and let the driver look at them; ModelFailed says what is wrong."""
    try:
        config = {**settings_in(folder / CONFIG), **settings_in(folder / OURS)}
        driver = drivers.name_of(folder, config)
        return Model(
            name=folder.name,
            folder=folder,
            languages=tuple(
                languages.canonical(code) for code in config.get("languages", [languages.DEFAULT])
            ),
            driver=driver,
            sample_rate_hz=drivers.named(driver).inspect(folder, config),
            config=config,
            files={str(name): str(digest) for name, digest in config.get("files", {}).items()},
        )
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise ModelFailed(f"the model {folder.name} is corrupt", f"{folder / CONFIG}: {error!r}") from error


def settings_in(path: Path) -> dict[str, Any]:
    """The object in a JSON file; nothing when there is no such file."""
    if not path.exists():
        return {}
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return {**found}


def verify(model: Model) -> None:
    """Compare the files with their checksums; ModelFailed names the first that differs.

    A file is read again only when its size or time has changed.
    """
    for name, digest in sorted(model.files.items()):
        path = model.folder / name
        try:
            status = path.stat()
            found = sha256(path, status.st_size, status.st_mtime_ns)
        except OSError as error:
            raise ModelFailed(f"the model {model.name} is incomplete", f"{path}: {error}") from error
        if found != digest:
            raise ModelFailed(
                f"the model {model.name} is corrupt",
                f"{path} has SHA-256 {found}, expected {digest}; bring it again",
            )


@lru_cache(maxsize=64)
def sha256(path: Path, size: int, mtime_ns: int) -> str:
    """SHA-256 of a file, remembered for this size and time."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def first_of(folder: Path, names: tuple[str, ...]) -> Path:
    """The first file that exists; ModelFailed when none does. A name may be a pattern (`v?_ctc.onnx`)."""
    for name in names:
        if found := sorted(path for path in folder.glob(name) if path.is_file()):
            return found[0]
    raise ModelFailed(f"the model {folder.name} is incomplete", f"no {' or '.join(names)} in {folder}")
