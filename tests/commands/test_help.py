"""Completion scripts and the man page say what the command line does."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from govor.cli import main
from govor.commands import exits
from scripts import man_page

ROOT = Path(__file__).parents[2]


def test_the_man_page_is_what_the_script_writes() -> None:
    assert man_page.PAGE.read_text(encoding="utf-8") == man_page.page(), "run `python -m scripts.man_page`"


def test_every_command_is_on_the_man_page() -> None:
    text = man_page.page()
    found = [
        context.command_path for _, context in man_page.commands(main, click.Context(main, info_name="govor"))
    ]
    assert len(found) > 20
    assert all(f".SS {man_page.escaped(path)}" in text for path in found)


@pytest.mark.skipif(not shutil.which("groff"), reason="no groff on this machine")
def test_the_man_page_is_good_roff() -> None:
    done = subprocess.run(
        ["groff", "-man", "-ww", "-Tutf8", "-Kutf8", "-z", man_page.PAGE],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stderr == ""


@pytest.mark.parametrize("text", ["-a", "\\", ".TH x", "'br"])
def test_no_text_is_taken_for_a_request(text: str) -> None:
    assert not man_page.escaped(text).startswith((".", "'"))


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_every_shell_has_a_script(shell: str) -> None:
    done = CliRunner().invoke(main, ["completion", shell])
    assert done.exit_code == 0
    assert "_GOVOR_COMPLETE" in done.stdout


@pytest.mark.skipif(not shutil.which("bash"), reason="no bash on this machine")
def test_bash_completes_commands_and_flags(tmp_path: Path) -> None:
    """As bash does it: the script is read, its function called with the words so far."""
    script = CliRunner().invoke(main, ["completion", "bash"]).stdout
    (tmp_path / "completion.bash").write_text(script)
    (tmp_path / "govor").write_text(f'#!/bin/sh\nexec {sys.executable} -c \'from govor.cli import main; '
                                    f'main(prog_name="govor")\' "$@"\n')  # fmt: skip
    (tmp_path / "govor").chmod(0o755)
    ask = """
        source completion.bash
        for words in "govor transc" "govor operations ca" "govor watch --set"; do
            COMP_WORDS=($words); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); COMPREPLY=()
            _govor_completion govor; echo "${COMPREPLY[@]}"
        done
    """
    environment = {**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}"}
    done = subprocess.run(
        ["bash", "-c", ask], cwd=tmp_path, env=environment, capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines() == ["transcribe", "cancel", "--settle"], done.stderr


def test_the_exit_statuses_of_the_page_are_those_of_the_code() -> None:
    coded = {value for name, value in vars(exits).items() if name.isupper()}
    assert {int(status) for status, _ in man_page.STATUSES} == coded | {0}
    page = (ROOT / "docs/cli.md").read_text(encoding="utf-8")
    assert all(f"| {status} |" in page for status in coded | {0})
