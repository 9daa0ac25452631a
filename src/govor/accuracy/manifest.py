"""The list of recordings whose text is known. Pure.

A line is `file TAB text`; files are relative to the manifest's folder. With a first line of column names
(`file` and `text` or `transcript` among them) further columns may stand anywhere and are ignored. A recording
without text is one in which nobody speaks.
"""

from dataclasses import dataclass
from pathlib import Path

from govor.errors import BadRequest

FILE, TEXTS = "file", ("text", "transcript")


@dataclass(frozen=True, kw_only=True, slots=True)
class Recording:
    """A file and what is said in it, as people wrote it."""

    path: Path
    text: str


def parse(content: str, folder: Path) -> tuple[Recording, ...]:
    """The recordings of a manifest; BadRequest names the first line that is none."""
    rows = [
        (number, line.split("\t"))
        for number, line in enumerate(content.removeprefix("\ufeff").splitlines(), 1)
        if line.strip()
    ]
    if not rows:
        raise BadRequest("the manifest is empty", "expected lines `file TAB text`")
    file, text = 0, 1
    if columns := _columns(rows[0][1]):
        (file, text), rows = columns, rows[1:]
    found = []
    for number, fields in rows:
        if len(fields) <= max(file, text) or not fields[file].strip():
            raise BadRequest(f"line {number} of the manifest is not `file TAB text`")
        found.append(Recording(path=folder / fields[file].strip(), text=fields[text].strip()))
    return tuple(found)


def _columns(names: list[str]) -> tuple[int, int] | None:
    """Where file and text stand, if these are column names."""
    lower = [name.strip().lower() for name in names]
    text = next((lower.index(name) for name in TEXTS if name in lower), None)
    return (lower.index(FILE), text) if FILE in lower and text is not None else None
