"""What a killed run leaves behind."""

import json
from pathlib import Path

import pytest

from govor.commands import journal
from govor.errors import StorageFailed, Unavailable


def test_notes_add_up_and_outlive_the_process(tmp_path: Path) -> None:
    path = tmp_path / "out" / "state.jsonl"
    with journal.opened(path) as notes:
        notes.note("a", source="a.ogg", idempotency="k")
        notes.note("a", operation="e03")
        notes.note("b", operation="e04")
        notes.forget("b")
        notes.forget("never there")
    with journal.opened(path) as notes:
        assert notes.get("a") == {"source": "a.ogg", "idempotency": "k", "operation": "e03"}
        assert notes.get("b") == {}
    assert len(path.read_text().splitlines()) == 1  # compact again


@pytest.mark.parametrize(
    "cut", ["", "{", '{"key": "b", "oper', "[]", "null", '"text"', '{"no": "key"}', "\x00\x00"]
)
def test_a_line_that_a_crash_cut_off_says_nothing(tmp_path: Path, cut: str) -> None:
    path = tmp_path / "state.jsonl"
    path.write_text(json.dumps({"key": "a", "operation": "e03"}) + "\n" + cut, encoding="utf-8")
    with journal.opened(path) as notes:
        assert notes.get("a") == {"operation": "e03"}
        notes.note("b", operation="e04")
    with journal.opened(path) as notes:
        assert notes.get("b") == {"operation": "e04"}


def test_two_processes_do_not_share_a_journal(tmp_path: Path) -> None:
    with (
        journal.opened(tmp_path / "state"),
        pytest.raises(Unavailable, match="another govor"),
        journal.opened(tmp_path / "state"),
    ):
        raise AssertionError("it was opened twice")


def test_a_place_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(StorageFailed, match="cannot write"), journal.opened(tmp_path / "file" / "state"):
        raise AssertionError("it was opened")


def test_without_a_file_notes_live_in_memory() -> None:
    with journal.opened(None) as notes:
        notes.note("a", operation="e03")
        assert notes.get("a") == {"operation": "e03"}
