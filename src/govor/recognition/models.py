"""Models of this machine: which one a language has, where it lies, how it is loaded."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from govor.errors import LanguageUnavailable, ModelFailed
from govor.recognition import catalogue, choice, drivers, languages
from govor.recognition.ctc import CtcRecognizer
from govor.recognition.drivers import auto, ctc
from govor.recognition.model_folder import CONFIG, Model, is_model, read, verify
from govor.recognition.recognizer import Recognizer
from govor.settings import Settings

__all__ = [
    "CONFIG",
    "Model",
    "find",
    "finder",
    "folder_of",
    "folders",
    "load",
    "load_ctc",
    "pulled_dir",
    "read",
    "stamp",
    "verify",
]

EMBEDDED = "ru-small"
BROUGHT = (EMBEDDED, "en-basic")  # models that Govor brings along; pulled ones come before them
ENGLISH = "en-US"
MEMBERS_MAX = 3  # of `auto`: all of them are loaded by one process
HERE = Path(__file__).resolve().parents[1]  # the package
PLACES = (HERE / "models", HERE.parents[1] / "models")  # in the wheel; in a checkout


def find(language: str | None, settings: Settings, tag: str = "") -> Model:
    """The model of a language and of a request's `model` tag, its files checked.

    What the settings name comes first, then what was pulled, then what Govor brings along. `auto` is several
    models, of which each utterance takes the surest (drivers/auto.py), or the one there is.
    Raises BadRequest (no such language), LanguageUnavailable (no model for it), ModelFailed (the model is
    missing or damaged, or has not this language) and BadSetting.
    """
    code = languages.canonical(language)
    if code == languages.AUTO:
        members = identifying(settings, tag)
        return auto.made_of(members) if len(members) > 1 else members[0]
    return told(of_language(code, settings, tag), code, settings)


def of_language(spoken: str, settings: Settings, tag: str) -> Model:
    """The model of one language, checked."""
    if (named := choice.name(spoken, tag, settings)) is not None:
        model = read(folder_of(named, settings))
        if spoken not in model.languages:
            raise ModelFailed(
                f"the model {named} is not for {spoken}",
                f"it has {', '.join(model.languages)}; see GOVOR_MODELS",
            )
    else:
        model = installed_for(spoken, settings)
    verify(model)
    return model


def told(model: Model, code: str, settings: Settings) -> Model:
    """A model that knows where to run and, if it must be told, which language is spoken."""
    language = code if model.config.get("prompt", False) else languages.AUTO
    return replace(model, device=settings.device, language=language)


def identifying(settings: Settings, tag: str) -> tuple[Model, ...]:
    """The models among which `auto` chooses: Russian, English, then what else was pulled; one at least."""
    installed = {code for folder in folders(settings) for code in languages_of(folder)}
    others = sorted(installed - {languages.DEFAULT, ENGLISH})
    members: dict[Path, Model] = {}
    for code in (languages.DEFAULT, ENGLISH, *others):
        try:
            model = of_language(code, settings, tag)
        except LanguageUnavailable:
            continue
        covered = any(code in member.languages for member in members.values())
        if not covered and len(members) < MEMBERS_MAX:
            members.setdefault(model.folder, told(model, languages.AUTO, settings))
    if not members:
        of_language(languages.DEFAULT, settings, tag)  # says how to bring one
    return tuple(members.values())


def languages_of(folder: Path) -> tuple[str, ...]:
    """The languages of an installed model; none of a damaged one."""
    try:
        return read(folder).languages
    except ModelFailed:
        return ()


def finder(settings: Settings) -> Callable[..., Model]:
    """`find` with these settings: a function of a language and, if there is one, a request's `model`.

    Raises BadSetting at once when GOVOR_MODELS cannot be read.
    """
    choice.parse(settings.models)

    def of(language: str | None, tag: str = "") -> Model:
        return find(language, settings, tag)

    return of


def installed_for(language: str, settings: Settings) -> Model:
    """The first installed model of a language; LanguageUnavailable names the command that brings one."""
    damaged = ""
    for folder in folders(settings):
        try:
            model = read(folder)
        except ModelFailed as error:  # it may have had this language; those that are whole go on serving
            damaged += f"; {error.message}: {error.detail}"
            continue
        if language in model.languages:
            return model
    raise LanguageUnavailable(
        f"no model for {language} is installed; "
        f"bring one with: govor models pull {catalogue.recommended(language)}",
        f"models are looked for in {pulled_dir(settings)}{damaged}",
    )


def folders(settings: Settings) -> list[Path]:
    """Every installed model: pulled ones in the order of the catalogue, then those we bring along."""
    order = list(catalogue.entries())
    place = pulled_dir(settings)
    pulled = [path for path in place.glob("[!.]*") if is_model(path)] if place.is_dir() else []
    pulled.sort(key=lambda path: (order.index(path.name) if path.name in order else len(order), path.name))
    names = {path.name for path in pulled}
    brought = [place / name for name in BROUGHT if name not in names for place in PLACES]
    return [*pulled, *filter(is_model, brought)]


def pulled_dir(settings: Settings) -> Path:
    """Where pulled models live."""
    return (settings.models_dir or settings.data_path / "models").expanduser()


def folder_of(name: str, settings: Settings) -> Path:
    """Where a model of this name lies: pulled, in the wheel, in a checkout; or the name is a directory."""
    places = [place / name for place in (pulled_dir(settings), *PLACES)]
    if "/" in name or name.startswith("~"):
        places = [Path(name).expanduser()]
    for place in places:
        if is_model(place):
            return place
    looked = ", ".join(str(place) for place in places)
    bring = f"bring it with: govor models pull {name}; " if name in catalogue.entries() else ""
    raise ModelFailed(f"the model {name} is missing", f"{bring}no {CONFIG} in {looked}; see GOVOR_MODEL_RU")


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
