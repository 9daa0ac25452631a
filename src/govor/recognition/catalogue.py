"""The catalogue of models that can be pulled: catalogue.toml as records."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from importlib import resources
from typing import Any

from govor.recognition import languages

INT8 = "int8"
EVERY = "*"  # every language of SpeechKit


@dataclass(frozen=True, slots=True)
class File:
    """A file of a repository."""

    path: str  # inside the repository, and inside the model's folder
    sha256: str = ""  # empty: not published; the hub's own checksum is compared instead


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """A model, or its int8 variant, which is an entry of its own named `NAME-int8`."""

    name: str
    title: str
    driver: str
    languages: tuple[str, ...]
    licence: str
    home: str  # where its makers describe it
    repository: str  # `owner/name` on the hub
    revision: str
    sample_rate_hz: int
    wer: float  # percent, as published
    wer_on: str
    wer_source: str
    megabytes: int  # to fetch and to keep, about
    real_time_factor: float | None = None  # see catalogue.toml; None: nobody has published one
    files: tuple[File, ...]
    settings: Mapping[str, Any] = field(default_factory=dict)  # for the driver


@lru_cache
def entries() -> Mapping[str, Entry]:
    """Every entry by name, in the order of the file."""
    return {entry.name: entry for entry in parse(text())[0]}


def recommended(language: str) -> str:
    """The name of the model for a language (canonical, not `auto`)."""
    return parse(text())[1][language]


@lru_cache
def text() -> str:
    """catalogue.toml."""
    return resources.files(__package__).joinpath("catalogue.toml").read_text(encoding="utf-8")


@lru_cache
def parse(document: str) -> tuple[tuple[Entry, ...], Mapping[str, str]]:
    """The entries and the recommendations of a catalogue; KeyError or TypeError where it is wrong."""
    content = tomllib.loads(document)
    made: list[Entry] = []
    for name, table in content["models"].items():
        plain = {key: value for key, value in table.items() if key != INT8}
        made.append(entry_of(name, plain))
        if INT8 in table:
            settings = {**plain["settings"], **table[INT8].get("settings", {})}
            slower = {"real_time_factor": None}  # one figure does not stand for the other
            made.append(entry_of(f"{name}-{INT8}", {**plain, **slower, **table[INT8], "settings": settings}))
    return tuple(made), content["recommended"]


def entry_of(name: str, table: Mapping[str, Any]) -> Entry:
    """One table of the file."""
    codes = [code for code in languages.CODES if code != languages.AUTO]
    return Entry(
        name=name,
        **{
            **table,
            "languages": tuple(codes if table["languages"] == [EVERY] else table["languages"]),
            "files": tuple(File(path) if isinstance(path, str) else File(*path) for path in table["files"]),
        },
    )
