"""`python -m scripts.settings_page`: write docs/settings.md from src/govor/settings.py, or `--check` it.

What a setting does is told where it is made. In settings.py
  * a comment behind a field, or lines of comment right above it, is its description (Markdown);
  * a comment below an empty line begins a section; what follows ": " in it is a note on all of the section.
"""

import re
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args, get_origin

from pydantic.fields import FieldInfo

from govor.settings import Settings

ROOT = Path(__file__).parent.parent
SOURCE = ROOT / "src" / "govor" / "settings.py"
PAGE = ROOT / "docs" / "settings.md"
FIELD = re.compile(r"    (\w+): [^#]*?=.*?(?:  # (.*))?$")
COMMENT = re.compile(r"    # (.*)$")
MADE = (
    "<!-- Made by `python -m scripts.settings_page` from src/govor/settings.py: change that and run it. -->"
)
HEAD = """# Settings

Environment variables, read once at start. The flags of `govor serve` (`govor serve --help`) come before them.
Sizes are in bytes.

| variable | default | what it does |
|---|---|---|"""


@dataclass(frozen=True, slots=True)
class Told:
    """A field or, with an empty name, a section; and what its comments say."""

    name: str
    text: str


def told(source: str) -> list[Told]:
    """Fields and sections in the order of the file."""
    found: list[Told] = []
    comments: list[str] = []
    after_empty_line = False
    for line in source[source.index("    model_config") :].splitlines():
        if line.startswith("    @property"):
            break
        if match := COMMENT.match(line):
            if after_empty_line:
                found.append(Told("", match[1]))
            else:
                comments.append(match[1])
        elif (match := FIELD.match(line)) and not line.startswith("    model_config"):
            found.append(Told(match[1], " ".join([*comments, match[2] or ""]).strip()))
            comments = []
        after_empty_line = not line
    return found


def default(field: FieldInfo) -> str:
    """As a person would write it into the environment; sizes in MiB and GiB."""
    value = field.default
    if get_origin(field.annotation) is Literal:
        others = " ".join(f"`{each}`" for each in get_args(field.annotation) if each != value)
        return f"`{value}` (or {others})"
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    if isinstance(value, int | float):
        for unit, size in (("GiB", 1 << 30), ("MiB", 1 << 20)):
            if value >= size and value % size == 0:
                return f"{value // size} {unit}"
        return f"{value:g}" if isinstance(value, float) else str(value)
    return f"`{value}`" if value else ""


def page() -> str:
    """The whole page."""
    rows = [HEAD]
    for each in told(SOURCE.read_text(encoding="utf-8")):
        if each.name:
            name = f"`GOVOR_{each.name.upper()}`"
            rows.append(f"| {name} | {default(Settings.model_fields[each.name])} | {each.text} |")
        else:
            heading, _, note = each.text.partition(": ")
            rows.append(f"| **{heading}** | | {note} |")
    return re.sub(r" {2,}\|", " |", "\n".join(rows)).replace("|  |", "| |") + f"\n\n{MADE}\n"


def main(arguments: list[str]) -> int:
    """Write the page, or say whether it is up to date."""
    if arguments == ["--check"]:
        return 0 if PAGE.read_text(encoding="utf-8") == page() else 1
    PAGE.write_text(page(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
