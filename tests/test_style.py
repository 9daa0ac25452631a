"""House style that a machine can check."""

import ast
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
FUNCTION_LINES_MAX = 50  # one screen
FILE_LINES_MAX = 400
SOURCES = sorted(
    path
    for folder in ("src/govor", "scripts", "bench", "training", "samples")
    for path in (ROOT / folder).rglob("*.py")
    if "pb" not in path.relative_to(ROOT).parts
)
PACKAGE = [path for path in SOURCES if path.is_relative_to(ROOT / "src/govor")]
# A package may import itself and what stands after it: data flows one way.
ORDER = [
    "cli",
    "worker",
    "app",
    "api",
    "operations",
    "quotas",
    "immediate",
    "engine",
    "pipeline",
    "hub",
    "storage",
    "audio",
    "analysis",
    "recognition",
    "text",
    "exports",
    "client",
]
ANYWHERE = {"errors", "records", "settings", "telemetry", "pb", "__init__"}


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_functions_fit_on_a_screen(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            assert lines <= FUNCTION_LINES_MAX, f"{path.name}:{node.lineno} {node.name} has {lines} lines"


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_files_stay_small_and_say_what_they_are(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= FILE_LINES_MAX
    assert ast.get_docstring(ast.parse(text)), "a module opens with what it is for"


def govor_imports(path: Path) -> set[str]:
    """First-level govor modules that a file imports."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module == "govor":
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("govor."):
            found.add(str(node.module).split(".")[1])
        elif isinstance(node, ast.Import):
            found |= {alias.name.split(".")[1] for alias in node.names if alias.name.startswith("govor.")}
    return found


@pytest.mark.parametrize("path", PACKAGE, ids=lambda path: str(path.relative_to(ROOT)))
def test_nothing_imports_to_its_left(path: Path) -> None:
    here = path.relative_to(ROOT / "src/govor").parts[0].removesuffix(".py")
    if here in ORDER:
        left = set(ORDER[: ORDER.index(here)])
        assert not govor_imports(path) & left


def test_only_the_engine_imports_dbos() -> None:
    for path in SOURCES:
        if "engine" not in path.relative_to(ROOT).parts:
            assert not re.search(r"^\s*(import|from) dbos", path.read_text(), re.MULTILINE), path


def test_only_settings_reads_the_environment() -> None:
    for path in PACKAGE:
        if path.name != "settings.py":
            assert not re.search(r"os\.environ|getenv", path.read_text()), path


def test_nothing_is_left_unfinished() -> None:
    marks = ["TO" + "DO", "FIX" + "ME", "NotImplemented" + "Error"]
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False).stdout
    for name in listed.splitlines():
        if name.endswith((".py", ".md", ".toml", ".sh")):
            text = (ROOT / name).read_text(encoding="utf-8")
            assert not [mark for mark in marks if mark in text], name
