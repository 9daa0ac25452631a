"""SQLite on a full disk: the engine tries again, instead of forgetting what it was about to record."""

import resource
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa
from dbos import _sys_db

from govor.engine.sqlite import wait_for_full_disks


def refused(path: Path, pragma: str, statement: str) -> sa.exc.OperationalError:
    """The error that SQLAlchemy makes of what SQLite says."""
    with closing(sqlite3.connect(path, timeout=0)) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS t (x)")
        connection.execute(pragma)
        with pytest.raises(sqlite3.OperationalError) as error:
            connection.execute(statement)
    return sa.exc.OperationalError(statement, None, error.value)


@pytest.mark.parametrize(
    ("pragma", "statement", "again"),
    [
        ("PRAGMA max_page_count = 3", "INSERT INTO t VALUES (zeroblob(100000))", True),  # as on a full disk
        ("PRAGMA query_only = 1", "INSERT INTO t VALUES (1)", False),
        ("PRAGMA max_page_count = 3", "INSERT INTO nothing VALUES (1)", False),
    ],
)
def test_only_what_may_pass_is_tried_again(tmp_path: Path, pragma: str, statement: str, again: bool) -> None:
    wait_for_full_disks()
    retriable = vars(_sys_db)["retriable_sqlite_exception"]
    assert retriable(refused(tmp_path / "db", pragma, statement)) is again


@contextmanager
def files_of_at_most(size: int) -> Iterator[None]:
    """This process may write no longer ones: SQLite says then what it says of a disk that fails."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_disk_that_fails_is_waited_for(tmp_path: Path) -> None:
    wait_for_full_disks()
    with files_of_at_most(1 << 14):
        error = refused(tmp_path / "db", "PRAGMA cache_size = 1", "INSERT INTO t VALUES (zeroblob(100000))")
    assert str(error.orig) == "disk I/O error"
    assert vars(_sys_db)["retriable_sqlite_exception"](error)
