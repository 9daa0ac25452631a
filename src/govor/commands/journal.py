"""What a command remembers of its work on a service, so that a killed run can be taken up.

A file with a JSON object on each line: {"key": …, fields…}; later lines about a key add to earlier ones, and
{"key": …, "gone": true} ends it. One process at a time may use it.
"""

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TextIO

from govor.errors import StorageFailed, Unavailable


class Journal:
    """Notes by key, on the disk before `note` returns; made by `opened`."""

    def __init__(self, file: TextIO | None, notes: dict[str, dict[str, Any]]) -> None:
        self._file = file
        self._notes = notes

    def get(self, key: str) -> dict[str, Any]:
        """What is known; {} of what is not."""
        return dict(self._notes.get(key, {}))

    def note(self, key: str, **fields: Any) -> None:
        """Remember more about a key."""
        self._notes.setdefault(key, {}).update(fields)
        self._write({"key": key, **fields})

    def forget(self, key: str) -> None:
        """It is over."""
        if self._notes.pop(key, None) is not None:
            self._write({"key": key, "gone": True})

    def _write(self, line: dict[str, Any]) -> None:
        if self._file is None:
            return
        try:
            self._file.write(json.dumps(line, ensure_ascii=False) + "\n")
            self._file.flush()
            os.fsync(self._file.fileno())
        except OSError as error:
            raise StorageFailed(f"cannot write {self._file.name}", error.strerror or "") from error


@contextmanager
def opened(path: Path | None) -> Iterator[Journal]:
    """The journal in a file (None: in memory), read and made compact.

    Raises Unavailable when another process uses it, StorageFailed when it cannot be written.
    """
    if path is None:
        yield Journal(None, {})
        return
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        file = path.open("a+", encoding="utf-8")
    except OSError as error:
        raise StorageFailed(f"cannot write {path}", error.strerror or "") from error
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            detail = "wait for it, or name another --state"
            raise Unavailable(f"{path} is used by another govor", detail) from error
        file.seek(0)
        notes = read(file)
        file.truncate(0)
        journal = Journal(file, {})
        for key, fields in notes.items():
            journal.note(key, **fields)
        yield journal


def read(lines: Iterator[str] | TextIO) -> dict[str, dict[str, Any]]:
    """What is known at the end; a line that a crash has cut off says nothing."""
    notes: dict[str, dict[str, Any]] = {}
    for line in lines:
        try:
            fields = json.loads(line)
            key = fields.pop("key")
        except (ValueError, KeyError, AttributeError, TypeError):
            continue
        if fields.pop("gone", False):
            notes.pop(key, None)
        else:
            notes.setdefault(key, {}).update(fields)
    return notes
