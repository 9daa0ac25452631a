"""Which model serves which language on this machine, how good it is, and what would be better."""

from dataclasses import dataclass, replace

from govor.errors import GovorError, LanguageUnavailable
from govor.recognition import catalogue, languages, models
from govor.recognition.doubts import BASIC
from govor.settings import Settings

PRODUCTION, EMBEDDED, MISSING = "production", "embedded", "missing"


@dataclass(frozen=True, kw_only=True, slots=True)
class Served:
    """One language."""

    language: str
    model: str = ""  # empty: none
    quality: str = MISSING
    recommended: str = ""  # the catalogue's model; empty when it is the one that serves
    word_error_rate: float | None = None  # percent, as published for the recommended one
    problem: str = ""  # why there is no model, or why it cannot be used


def languages_served(settings: Settings) -> list[Served]:
    """Every language of SpeechKit, in its order; blocking: the files of models are looked at."""
    return [served(code, settings) for code in languages.CODES if code != languages.AUTO]


def served(code: str, settings: Settings) -> Served:
    """What serves one language."""
    best = catalogue.recommended(code)
    better = Served(language=code, recommended=best, word_error_rate=catalogue.entries()[best].wer)
    try:
        model = models.find(code, settings)
    except LanguageUnavailable as error:  # its detail only says where models are looked for
        return replace(better, problem=error.message)
    except GovorError as error:
        return replace(better, problem=f"{error.message}: {error.detail}")
    quality = quality_of(model)
    if quality == PRODUCTION:
        return Served(language=code, model=model.name, quality=quality)
    return replace(better, model=model.name, quality=quality)


def quality_of(model: models.Model) -> str:
    """How good a model is, in one word."""
    if model.config.get("quality") == BASIC:
        return BASIC
    return EMBEDDED if model.name in models.BROUGHT else PRODUCTION
