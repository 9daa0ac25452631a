"""SQLite on a full disk: the engine tries again, instead of forgetting what it was about to record."""

import sqlite3
from contextlib import closing
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
