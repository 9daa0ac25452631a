"""Which model serves which language: GOVOR_MODELS and GOVOR_MODEL_RU, read and asked. No I/O.

GOVOR_MODELS is a list of `LANGUAGE=MODEL` or `LANGUAGE:TAG=MODEL`, separated by commas. TAG is what a request
says in `model` (`general:rc`, `deferred-general` …); MODEL is a name from the catalogue or a folder.

    kk-KZ=gigaam-multilingual-ctc, ru-RU:general:rc=gigaam-v3-e2e-ctc, ru-RU:deferred-general=gigaam-v3-rnnt
"""

from collections.abc import Mapping
from functools import lru_cache

from govor.errors import BadRequest, BadSetting
from govor.recognition import languages
from govor.settings import Settings

EXAMPLE = "expected LANGUAGE=MODEL or LANGUAGE:TAG=MODEL, separated by commas, in GOVOR_MODELS"


@lru_cache
def parse(text: str) -> Mapping[tuple[str, str], str]:
    """(language, tag) → model; the tag is empty where none is named. Raises BadSetting."""
    chosen: dict[tuple[str, str], str] = {}
    for part in filter(None, map(str.strip, text.split(","))):
        key, equals, model = (piece.strip() for piece in part.partition("="))
        code, _, tag = key.partition(":")
        try:
            language = languages.canonical(code)
        except BadRequest as error:
            raise BadSetting(f"models: {error.message}", error.detail) from error
        if not code or not equals or not model or language == languages.AUTO:
            raise BadSetting(f"models: cannot read {part!r}", EXAMPLE)
        if (language, tag) in chosen:
            raise BadSetting(f"models: {key} stands there twice", EXAMPLE)
        chosen[language, tag] = model
    return chosen


def name(language: str, tag: str, settings: Settings) -> str | None:
    """The model that the settings name for a language (canonical, not `auto`) and a tag, if they name one."""
    chosen = parse(settings.models)
    usual = settings.model_ru if language == languages.DEFAULT else None
    return chosen.get((language, tag)) or chosen.get((language, "")) or usual


def names(settings: Settings) -> list[str]:
    """Every model that the settings name."""
    return [settings.model_ru, *parse(settings.models).values()]
