"""`govor hot-words`: what is added is listed, what is removed is not."""

import json
from pathlib import Path

from click.testing import CliRunner, Result

from govor.cli import main


def ran(data_dir: Path, *arguments: str, given: str | None = None) -> Result:
    command = ["hot-words", arguments[0], *arguments[1:], "--data-dir", str(data_dir)]
    return CliRunner().invoke(main, command, input=given)


def test_words_are_added_listed_and_removed_in_the_default_folder(tmp_path: Path) -> None:
    assert ran(tmp_path, "add", "Говор", "Нижний Новгород").exit_code == 0
    assert ran(tmp_path, "add", "--file", "-", given="Ёж\n\nговор\n").exit_code == 0
    assert ran(tmp_path, "list").stdout.splitlines() == ["говор", "еж", "нижний новгород"]
    listed = [json.loads(line) for line in ran(tmp_path, "list", "--json").stdout.splitlines()]
    assert [row["phrase"] for row in listed] == ["говор", "еж", "нижний новгород"]
    assert ran(tmp_path, "remove", "ГОВОР").exit_code == 0
    assert ran(tmp_path, "list").stdout.splitlines() == ["еж", "нижний новгород"]
    assert ran(tmp_path, "list", "--folder", "b1gother").stdout == ""


def test_what_is_no_word_is_refused_in_one_line(tmp_path: Path) -> None:
    done = ran(tmp_path, "add", "дом 5")
    assert done.exit_code == 1
    assert done.stderr.startswith("govor: a hot word has no digits")
    assert ran(tmp_path, "add").exit_code == 2
