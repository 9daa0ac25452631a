"""Operations in SQLite, in the data directory: one process, nothing to install.

Rule 1: one process at a time (lock.py) with a fixed executor id: what a dead process left is ours to finish,
        and DBOS does that by itself at its launch.
Rule 2: a full disk is waited for, as a busy database is: what was in flight then is recorded later, not lost.
Rule 3: write-ahead logging is set before the launch; DBOS never sets it, and it makes waits under load short.
"""

import asyncio
import sqlite3
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from dbos import _sys_db, _utils

from govor.engine.lock import DataDirectoryLock
from govor.engine.store import Recover, Rows
from govor.errors import StorageFailed

DATABASE = "operations.sqlite"
# SQLITE_FULL and SQLITE_IOERR, as sqlite3 says it: where there is no room for the write-ahead log's index, or
# for another reason than no room at all, SQLite speaks of its disk.
DISK_FULL = ("database or disk is full", "disk I/O error")


class SqliteStore:
    """The database of a data directory."""

    executor_id = "local"
    shared = False

    def __init__(self, data_path: Path, version: str) -> None:
        self.version = version
        self.path = data_path / DATABASE
        self.place = str(self.path)
        self._lock = DataDirectoryLock(data_path)

    def configuration(self) -> Mapping[str, Any]:
        """Its address."""
        return {"system_database_url": f"sqlite:///{self.path}"}

    async def open(self) -> None:
        """Take the data directory; Unavailable when another process has it."""
        wait_for_full_disks()
        self._lock.take()
        try:
            await asyncio.to_thread(set_write_ahead, self.path)
        except sqlite3.Error as error:
            raise StorageFailed("the service's database cannot be used", f"{self.place}: {error}") from error

    async def launched(self, rows: Rows, recover: Recover) -> None:
        """Nothing: there are no others."""

    async def not_ready(self) -> str:
        """We run jobs ourselves."""
        return ""

    async def works(self, version: str) -> bool:
        """There is one process, and it takes its own version's only."""
        return version == self.version

    def may_take(self) -> bool:
        """The lock on the directory is ours until we die."""
        return True

    async def lost(self) -> None:
        """Never."""
        await asyncio.Event().wait()

    async def resting(self) -> None:
        """Nothing: our next start finds it."""

    async def close(self) -> None:
        """Give the data directory up."""
        self._lock.release()


def wait_for_full_disks() -> None:
    """Have DBOS try again, ever less often, what a full disk refused; it does so for a locked database only.

    Without that a workflow ends on it with nothing on record, and goes on at the next start of the service.
    """
    may_pass = _utils.retriable_sqlite_exception

    def retriable(e: Exception) -> bool:
        said = str(getattr(e, "orig", None) or e)
        return may_pass(e) or any(words in said for words in DISK_FULL)

    _sys_db.retriable_sqlite_exception = retriable  # type: ignore[attr-defined]  # imported there by name


def set_write_ahead(path: Path) -> None:
    """Readers and the writer then do not wait for each other; the setting stays in the file."""
    connection = sqlite3.connect(path)
    try:
        connection.execute("PRAGMA journal_mode=WAL")
    finally:
        connection.close()
