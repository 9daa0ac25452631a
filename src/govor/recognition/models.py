"""Models on disk: which one a language has, whether its files are whole, how it is loaded.

A model is a folder in the layout of onnx-asr's GigaAM models: `model.onnx` (or `v3_ctc.onnx`), `vocab.txt`
(or `v3_vocab.txt`), `config.json`; ours adds `lm.npz`, without which the text is the best symbol of each
frame. `files` in config.json holds the SHA-256 of each file; files listed there are checked before use.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from govor.errors import LanguageUnavailable, ModelFailed
from govor.recognition import features, language_file, languages, sessions, vocabulary
from govor.recognition.beam import BeamSearch, BeamSettings
from govor.recognition.confidence import Calibration
from govor.recognition.ctc import CtcRecognizer, Timing
from govor.recognition.recognizer import Recognizer
from govor.settings import Settings

EMBEDDED = "ru-small"
CONFIG = "config.json"
GRAPHS = ("model.onnx", "v3_ctc.onnx", "v3_ctc.int8.onnx")  # the first that exists
VOCABULARIES = ("vocab.txt", "v3_vocab.txt")
LANGUAGE_FILE = "lm.npz"
HERE = Path(__file__).resolve().parents[1]  # the package


@dataclass(frozen=True, kw_only=True, slots=True)
class Model:
    """A model folder whose config.json has been read."""

    name: str
    folder: Path
    languages: tuple[str, ...]
    graph: Path
    vocabulary: Path
    language_file: Path | None
    front_end: str
    timing: Timing
    beam: BeamSettings
    calibration: Calibration
    files: Mapping[str, str]  # SHA-256 by file name

    @property
    def sample_rate_hz(self) -> int:
        """What waves must have."""
        return features.front_end(self.front_end).sample_rate_hz


def find(language: str | None, settings: Settings) -> Model:
    """The model of a language, its files checked.

    `auto` is the one there is. Raises BadRequest (no such language), LanguageUnavailable (no model for it)
    and ModelFailed (the model is missing or damaged).
    """
    code = languages.canonical(language)
    if code not in (languages.DEFAULT, languages.AUTO):
        raise LanguageUnavailable(
            f"no model for {code} is installed; bring one with: govor models pull {code}",
            f"this service recognises {languages.DEFAULT}",
        )
    model = read(folder_of(settings.model_ru, settings))
    verify(model)
    return model


def folder_of(name: str, settings: Settings) -> Path:
    """Where a model of this name lies: pulled, in the wheel, in a checkout; or the name is a directory."""
    pulled = (settings.models_dir or settings.data_path / "models").expanduser()
    places = [pulled / name, HERE / "models" / name, HERE.parents[1] / "models" / name]
    if "/" in name or name.startswith("~"):
        places = [Path(name).expanduser()]
    for place in places:
        if (place / CONFIG).is_file():
            return place
    looked = ", ".join(str(place) for place in places)
    raise ModelFailed(f"the model {name} is missing", f"no {CONFIG} in {looked}; see GOVOR_MODEL_RU")


def read(folder: Path) -> Model:
    """Read config.json and see which files there are; ModelFailed says what is wrong."""
    try:
        config = json.loads((folder / CONFIG).read_text(encoding="utf-8"))
        return model_of(folder, config)
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise ModelFailed(f"the model {folder.name} is corrupt", f"{folder / CONFIG}: {error!r}") from error


def model_of(folder: Path, config: Mapping[str, Any]) -> Model:
    """config.json → Model. What onnx-asr's own files leave out is what its GigaAM v3 has."""
    return Model(
        name=folder.name,
        folder=folder,
        languages=tuple(languages.canonical(code) for code in config.get("languages", [languages.DEFAULT])),
        graph=first_of(folder, GRAPHS),
        vocabulary=first_of(folder, VOCABULARIES),
        language_file=folder / LANGUAGE_FILE if expected(folder, config, LANGUAGE_FILE) else None,
        front_end=str(config.get("front_end", "gigaam_v3")),
        timing=Timing(
            subsampling=int(config.get("subsampling_factor", 4)),
            word_start_offset_ms=int(config.get("word_start_offset_ms", 0)),
            word_end_offset_ms=int(config.get("word_end_offset_ms", 0)),
        ),
        beam=BeamSettings(**config.get("beam", {})),
        calibration=Calibration(**config.get("confidence", {})),
        files={str(name): str(digest) for name, digest in config.get("files", {}).items()},
    )


def expected(folder: Path, config: Mapping[str, Any], name: str) -> bool:
    """Whether a file belongs to the model: it is listed, or simply there."""
    return name in config.get("files", {}) or (folder / name).is_file()


def first_of(folder: Path, names: tuple[str, ...]) -> Path:
    """The first file that exists; ModelFailed when none does."""
    for name in names:
        if (folder / name).is_file():
            return folder / name
    raise ModelFailed(f"the model {folder.name} is incomplete", f"no {' or '.join(names)} in {folder}")


def verify(model: Model) -> None:
    """Compare the files with config.json; ModelFailed names the first that differs.

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


def stamp(folder: Path) -> None:
    """Write the SHA-256 of every file of the model into its config.json."""
    path = folder / CONFIG
    config = json.loads(path.read_text(encoding="utf-8"))
    names = [name for name in (*GRAPHS, *VOCABULARIES, LANGUAGE_FILE) if (folder / name).is_file()]
    config["files"] = {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in names}
    path.write_text(json.dumps(config, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


def load(model: Model, threads: int = 1) -> Recognizer:
    """Load a model; ModelFailed when a file cannot be used."""
    return load_ctc(model, threads)


def load_ctc(model: Model, threads: int = 1) -> CtcRecognizer:
    """The same, with the log-probabilities in reach, for training and benchmarks."""
    front_end = features.front_end(model.front_end)
    try:
        symbols = vocabulary.parse(model.vocabulary.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise ModelFailed(f"the model {model.name} is corrupt", f"{model.vocabulary}: {error}") from error
    search = None
    if model.language_file is not None:
        search = BeamSearch(symbols, language_file.read(model.language_file), model.beam)
    return CtcRecognizer(
        session=sessions.open_session(model.graph, threads),
        front_end=front_end,
        vocabulary=symbols,
        timing=model.timing,
        calibration=model.calibration,
        search=search,
    )
