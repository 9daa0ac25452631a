"""A fleet of tiny services on one PostgreSQL, each a process of its own, to be killed and frozen."""

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import psycopg

from tests.tiny.life import WAIT_SECONDS, Life


class Fleet:
    """Begins services; `rows` looks into their database from outside."""

    def __init__(self, url: str, folder: Path) -> None:
        self.url = url
        self.folder = folder
        self.shared = folder / "shared"  # all that they have in common, besides the database
        self.lives: list[Life] = []
        self._connection: psycopg.Connection | None = None

    def door(self, **settings: Any) -> Life:
        """A service that takes no work."""
        return self._begin("", worker=False, **settings)

    def worker(self, kind: str = "", **settings: Any) -> Life:
        """A service that takes work; `kind` of its recogniser as in tests/tiny/recogniser.py."""
        return self._begin(kind, **settings)

    def rows(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        """What a query finds in the engine's tables."""
        if self._connection is None or self._connection.closed:  # the server may have been restarted
            options = "-c search_path=dbos"
            self._connection = psycopg.connect(self.url, options=options, autocommit=True)
        return self._connection.execute(sql.encode(), values).fetchall()

    def close(self) -> None:
        """Look no more."""
        if self._connection is not None:
            self._connection.close()

    def freeze(self, life: Life) -> None:
        """SIGSTOP: it stays connected and does nothing."""
        os.kill(pid(life), signal.SIGSTOP)

    def thaw(self, life: Life) -> None:
        """SIGCONT."""
        os.kill(pid(life), signal.SIGCONT)

    def _begin(self, kind: str, **settings: Any) -> Life:
        data_dir = self.folder / f"machine{len(self.lives)}"
        data_dir.mkdir()
        work_url = f"file://{self.shared}"
        self.lives.append(
            Life(data_dir, kind, **{"database_url": self.url, "work_url": work_url, **settings})
        )
        return self.lives[-1]


def happens(condition: Callable[[], bool]) -> None:
    """Wait until the condition holds."""
    end = monotonic() + WAIT_SECONDS
    while not condition():
        assert monotonic() < end, "it did not happen"
        sleep(0.02)


def pid(life: Life) -> int:
    """The number of its process."""
    assert life.process.pid is not None
    return life.process.pid


@contextmanager
def fleet(url: str, folder: Path) -> Iterator[Fleet]:
    """Services until the block ends; then all are killed."""
    made = Fleet(url, folder)
    try:
        yield made
    finally:
        made.close()
        for life in made.lives:
            if life.process.is_alive():
                life.kill()
