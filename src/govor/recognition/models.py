"""Models of this machine: which one a language has, where it lies, how it is loaded."""

import hashlib
import json
from pathlib import Path

from govor.errors import LanguageUnavailable, ModelFailed
from govor.recognition import drivers, languages
from govor.recognition.ctc import CtcRecognizer
from govor.recognition.drivers import ctc
from govor.recognition.model_folder import CONFIG, Model, is_model, read, verify
from govor.recognition.recognizer import Recognizer
from govor.settings import Settings

__all__ = ["CONFIG", "Model", "find", "folder_of", "load", "load_ctc", "read", "stamp", "verify"]

EMBEDDED = "ru-small"
HERE = Path(__file__).resolve().parents[1]  # the package


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
        if is_model(place):
            return place
    looked = ", ".join(str(place) for place in places)
    raise ModelFailed(f"the model {name} is missing", f"no {CONFIG} in {looked}; see GOVOR_MODEL_RU")


def stamp(folder: Path) -> None:
    """Write the SHA-256 of every file of a CTC model into its config.json."""
    path = folder / CONFIG
    config = json.loads(path.read_text(encoding="utf-8"))
    names = (*ctc.GRAPHS, *ctc.VOCABULARIES, ctc.LANGUAGE_FILE)
    config["files"] = {
        name: hashlib.sha256((folder / name).read_bytes()).hexdigest()
        for name in names
        if (folder / name).is_file()
    }
    path.write_text(json.dumps(config, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


def load(model: Model, threads: int = 1) -> Recognizer:
    """Load a model; ModelFailed when a file cannot be used."""
    return drivers.load(model, threads)


def load_ctc(model: Model, threads: int = 1) -> CtcRecognizer:
    """The same for a CTC model, with the log-probabilities in reach, for training and benchmarks."""
    return ctc.load(model, threads)
