"""Language codes of SpeechKit: every spelling it takes, one canonical spelling inside. No I/O."""

from govor.errors import BadRequest

AUTO = "auto"
DEFAULT = "ru-RU"

CODES = (
    AUTO,
    "de-DE",
    "en-US",
    "es-ES",
    "fi-FI",
    "fr-FR",
    "he-HE",
    "it-IT",
    "kk-KZ",
    "nl-NL",
    "pl-PL",
    "pt-PT",
    "pt-BR",
    "ru-RU",
    "sv-SE",
    "tr-TR",
    "uz-UZ",
)
ALIASES = {"he-il": "he-HE", "kk-kk": "kk-KZ"}  # the SDK's Hebrew, the documentation's older Kazakh
SPELLINGS = {code.lower(): code for code in CODES} | ALIASES


def canonical(code: str | None) -> str:
    """`ru_ru`, `RU-RU`, empty or nothing → `ru-RU`; BadRequest when the code is not one of SpeechKit's."""
    spelling = (code or "").strip().replace("_", "-").lower()
    if not spelling:
        return DEFAULT
    if spelling not in SPELLINGS:
        raise BadRequest(f"unknown language code: {code}", f"use one of {', '.join(CODES)}")
    return SPELLINGS[spelling]


def short(code: str) -> str | None:
    """`ru-RU` → `ru`, as models name languages; None for `auto`."""
    return None if code == AUTO else code.partition("-")[0]
