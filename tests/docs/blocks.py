"""Blocks of code in a Markdown page, and what its author says of each. Pure.

A block stands between fences. ```sh and ```python are run, in the order of the page. A comment right above a
block changes that:
    <!-- not run: REASON -->    it cannot run in a test
    <!-- stays: -->             a service: it runs on behind the blocks that follow
    <!-- beside: PORT -->       another service, until the page ends, with ports and a folder of its own; it
                                has to listen on what the page calls PORT
    <!-- for example: -->       of ```text: it shows what an answer may look like
Any other ```text right behind a block that is run is its output, to the letter; … stands for anything.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

RUN = ("sh", "python")
DIRECTIVES = ("not run", "stays", "beside", "for example")
WITH_REASON = ("not run", "beside")
FENCE = re.compile(r"^ {0,3}(`{3,})([\w-]*)$")
DIRECTIVE = re.compile(r"^ {0,3}<!-- ([a-z ]+): ?(.*?) ?-->$")
INDENTED = re.compile(r"^(?: {4}|\t)\s*\S")
LIST_ITEM = re.compile(r"^ *(?:[-*+]|\d+\.) ")
ANYTHING = "…"


@dataclass(frozen=True, kw_only=True, slots=True)
class Block:
    """One block; `line` is that of its opening fence, from 1 on."""

    line: int
    language: str
    text: str
    directive: str = ""
    reason: str = ""
    output: str | None = None  # what running it must print

    @property
    def runs(self) -> bool:
        """Is it to be run in a test?"""
        return self.language in RUN and self.directive != "not run"


def blocks(page: str) -> list[Block]:
    """All blocks of a page, outputs joined with what prints them. ValueError names a bad line."""
    found: list[Block] = []
    last_line = 0  # of the block before
    lines = page.splitlines()
    for block in _fenced(lines):
        between = "".join(lines[last_line : block.line - 1]).strip()
        is_output = block.language == "text" and not block.directive and found and found[-1].runs
        if is_output and not between:
            found[-1] = _with_output(found[-1], block.text)
        else:
            found.append(block)
        last_line = block.line + block.text.count("\n") + 1
    return found


def prints(block: Block, output: str) -> bool:
    """Is this what the page says it prints? Spaces at the ends of lines do not count."""
    if block.output is None:
        return True
    pattern = ".*?".join(re.escape(part) for part in _trimmed(block.output).split(ANYTHING))
    return re.fullmatch(pattern, _trimmed(output), re.DOTALL) is not None


def indented_code(page: str) -> list[int]:
    """Lines where code begins that stands in no fence: no test would run it."""
    found, fenced, in_list, empty = [], False, False, True
    for number, line in enumerate(page.splitlines(), start=1):
        if FENCE.match(line):
            fenced = not fenced
        if fenced or not line.strip():
            empty = not line.strip()
            continue
        if not line.startswith(" "):
            in_list = bool(LIST_ITEM.match(line))
        if empty and INDENTED.match(line) and not in_list:
            found.append(number)
        empty = False
    return found


def _fenced(lines: list[str]) -> Iterator[Block]:
    number = 0
    while number < len(lines):
        if opening := FENCE.match(lines[number]):
            end = number + 1
            while lines[end].strip() != opening[1]:
                end += 1
            text = "".join(f"{line}\n" for line in lines[number + 1 : end])
            directive, reason = _directive(lines[number - 1] if number else "", number)
            language = opening[2]
            yield Block(line=number + 1, language=language, text=text, directive=directive, reason=reason)
            number = end
        number += 1


def _directive(line: str, number: int) -> tuple[str, str]:
    if not (match := DIRECTIVE.match(line)):
        return "", ""
    if match[1] not in DIRECTIVES or (match[1] in WITH_REASON and not match[2]):
        raise ValueError(f"line {number}: {line}")
    return match[1], match[2]


def _with_output(block: Block, output: str) -> Block:
    return Block(
        line=block.line,
        language=block.language,
        text=block.text,
        directive=block.directive,
        reason=block.reason,
        output=output,
    )


def _trimmed(text: str) -> str:
    return "\n".join(line.rstrip() for line in text.strip().splitlines())
