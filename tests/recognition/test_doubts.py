"""What callers are told about the model that serves them."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from govor.cli import main
from govor.recognition import doubts, models
from govor.records import Task
from govor.settings import Settings


def said(language: str, hot_words: tuple[str, ...] = ()) -> tuple[str, ...]:
    task = Task(uri="s3://bucket/a.ogg", language=language, hot_words=hot_words)
    return doubts.of(task, models.find(language, Settings(data_dir=Path("/nonexistent"))))


def test_russian_out_of_the_box_needs_no_warning() -> None:
    assert said("ru-RU", ("говор",)) == ()


def test_english_out_of_the_box_is_called_basic_and_takes_no_hot_words() -> None:
    basic, ignored = said("en-US", ("govor",))
    assert "basic" in basic
    assert "hot words are ignored" in ignored


def test_auto_between_two_languages_takes_hot_words() -> None:
    assert said("auto", ("говор",)) == ()


def test_auto_with_one_model_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("govor.recognition.models.BROUGHT", (models.EMBEDDED,))
    (only,) = said("auto")
    assert "ru-small is the only model here" in only
    assert only.isascii()


def test_models_of_another_kind_raise_no_doubts() -> None:
    assert doubts.of(Task(uri=""), object()) == ()


def test_models_list_says_that_english_is_basic(tmp_path: Path) -> None:
    done = CliRunner().invoke(main, ["models", "list", "--data-dir", str(tmp_path)])
    (line,) = [line for line in done.stdout.splitlines() if line.startswith("en-US")]
    assert "en-basic  (basic)" in line
