"""The documents say what the code does."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from govor.settings import Settings
from scripts import settings_page, wire_page

ROOT = Path(__file__).parent.parent
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "models").rglob("*.md")])


def test_the_page_of_settings_is_made_from_the_code_and_explains_each() -> None:
    text = (ROOT / "docs/settings.md").read_text(encoding="utf-8")
    assert text == settings_page.page(), "run: python -m scripts.settings_page"
    rows = re.findall(r"^\| `GOVOR_([A-Z0-9_]+)` \|.*\| (.+) \|$", text, re.MULTILINE)
    assert {name.lower() for name, _ in rows} == set(Settings.model_fields)


def test_the_page_of_the_wire_is_made_from_the_interface_definitions() -> None:
    text = (ROOT / "docs/wire.md").read_text(encoding="utf-8")
    assert text == wire_page.page(text), "run: python -m scripts.wire_page"
    assert text.count("| `") > 200


def test_documents_name_no_setting_that_does_not_exist() -> None:
    known = {f"GOVOR_{name.upper()}" for name in Settings.model_fields}
    for path in DOCUMENTS:
        named = set(re.findall(r"\bGOVOR_[A-Z0-9_]+\b", path.read_text(encoding="utf-8")))
        assert named <= known, path.name


def test_every_setting_is_used() -> None:
    code = "\n".join(
        path.read_text(encoding="utf-8")
        for path in (ROOT / "src/govor").rglob("*.py")
        if path.name != "settings.py"
    )
    assert [
        name for name in Settings.model_fields if f"settings.{name}" not in code and f'"{name}"' not in code
    ] == [
        "data_dir"  # through data_path
    ]


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_between_documents_lead_somewhere(path: Path) -> None:
    for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", path.read_text(encoding="utf-8")):
        assert (path.parent / target).exists(), target


def test_the_commands_of_the_readme_exist() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for target in re.findall(r"^make (\w+)", readme, re.MULTILINE):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target
    for command in set(re.findall(r"govor (serve|transcribe|keys \w+)", readme)):
        help_text = subprocess.run(
            [sys.executable, "-m", "govor", *command.split(), "--help"],
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        assert help_text.startswith("Usage:")


def test_the_demo_transcribes_the_samples_within_its_word_error_rate() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "scripts.demo"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("word error rate") == 2
