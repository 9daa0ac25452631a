"""`govor text` as a user runs it: a real process, lines in, lines out."""

import subprocess
import sys

import pytest

SPOKEN = "вы придете двадцать седьмого октября бля"
ROWS: list[tuple[list[str], str]] = [
    ([], "Вы придете 27 октября бля"),
    (["--raw"], "Вы придете двадцать седьмого октября бля"),
    (["--profanity"], "Вы придете 27 октября ***"),
    (["--language", "auto"], "Вы придете двадцать седьмого октября бля"),
]


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "govor", "text", *arguments]


@pytest.mark.parametrize(("arguments", "expected"), ROWS, ids=lambda value: " ".join(value))
def test_each_line_is_written_as_in_text(arguments: list[str], expected: str) -> None:
    given = f"{SPOKEN}\n\nнажмите\n"
    done = subprocess.run(command(*arguments), input=given, capture_output=True, text=True, check=True)
    assert done.stdout == f"{expected}\n\nНажмите\n"
    assert done.stderr == ""


def test_literature_brings_marks_and_capitals() -> None:
    given = "он сказал что не придет\nменя зовут иван петров"
    done = subprocess.run(command("--literature"), input=given, capture_output=True, text=True, check=True)
    assert done.stdout == "Он сказал, что не придет.\nМеня зовут Иван Петров.\n"


def test_line_is_answered_before_the_next_one_comes() -> None:
    with subprocess.Popen(command(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        for spoken, written in (("нажмите девять", "Нажмите 9\n"), ("да", "Да\n")):
            process.stdin.write(f"{spoken}\n")
            process.stdin.flush()
            assert process.stdout.readline() == written
        process.stdin.close()
        assert process.wait(timeout=60) == 0


def test_what_is_not_utf_8_is_replaced() -> None:
    done = subprocess.run(command(), input=b"\xff\xfe \xd0\xb4\xd0\xb0\n", capture_output=True, check=True)
    assert done.stdout.decode() == "\ufffd\ufffd да\n"


def test_language_that_is_none_is_one_clear_line() -> None:
    done = subprocess.run(command("--language", "tlh"), input="", capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.startswith("govor: ")
