"""Every command of the documents runs: a reader types them, page by page, against a real service."""

import json
import re
import shutil
import tomllib
from pathlib import Path

import pytest

from tests.docs.blocks import RUN, blocks, indented_code
from tests.docs.reader import QUICKSTART, ROOT, Reader

PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
WITH_COMMANDS = [
    page
    for page in PAGES
    if page != QUICKSTART and any(block.runs for block in blocks(page.read_text(encoding="utf-8")))
]
TOOLS = ("curl", "setsid", "ffmpeg", "openssl", "jq")  # that pages may use besides our own commands
PARSERS = {"json": json.loads, "toml": tomllib.loads}


def text_of(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def skip_without_tools(page: Path) -> None:
    """A page that needs a program which is not here is skipped, and says so."""
    commands = "\n".join(block.text for block in blocks(text_of(page)) if block.runs)
    for tool in TOOLS:
        if re.search(rf"\b{tool}\b", commands) and not shutil.which(tool):
            pytest.skip(f"{page.name} needs {tool}, which is not on this machine")


def named(page: Path) -> str:
    return str(page.relative_to(ROOT))


def test_the_quickstart_leads_to_a_transcript(reader: Reader) -> None:
    assert (reader.home / QUICKSTART.stem / "answer.json").stat().st_size > 0


@pytest.mark.parametrize("page", WITH_COMMANDS, ids=named)
def test_every_command_does_what_its_page_says(reader: Reader, page: Path) -> None:
    skip_without_tools(page)
    assert reader.read(page) > 0


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_every_block_is_run_or_says_why_not(page: Path) -> None:
    text = text_of(page)
    assert not indented_code(text), "code stands between fences, so that a test runs it"
    for block in blocks(text):
        assert block.language in {*RUN, "text", *PARSERS}, f"line {block.line}: a language we know"
        assert block.runs or block.reason or block.language not in RUN
        if block.language in PARSERS:
            PARSERS[block.language](block.text)


def test_most_commands_are_run() -> None:
    found = [block for page in PAGES for block in blocks(text_of(page)) if block.language in RUN]
    run = [block for block in found if block.runs]
    assert len(run) > len(found) / 2, f"{len(run)} of {len(found)} blocks run"


def test_every_page_is_linked_from_the_index() -> None:
    index = ROOT / "docs" / "index.md"
    linked = {(index.parent / target).resolve() for target in re.findall(r"\]\(([^)#:]+)", text_of(index))}
    mine = {page for page in PAGES[1:] if "dev" not in page.parts and page != index}
    assert mine <= linked
