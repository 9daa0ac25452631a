"""Hot words of each folder: phrases that its recordings are expected to hold. In the database of callers."""

from collections.abc import Iterable

import sqlalchemy as sa

from govor.settings import Settings
from govor.storage.database import FOLDER_CHARS_MAX, Database, metadata

CHARS_MAX = 100  # recognition/phrases.py takes no longer ones

hot_word = sa.Table(
    "govor_hot_word",
    metadata,
    sa.Column("folder_id", sa.String(FOLDER_CHARS_MAX), primary_key=True),
    sa.Column("phrase", sa.String(CHARS_MAX), primary_key=True),
)


class HotWords:
    """The table; phrases are kept as they are given, and read in alphabetical order."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @classmethod
    def open(cls, settings: Settings) -> "HotWords":
        """That of a data directory, or of the fleet's database; raises StorageFailed."""
        return cls(Database.open(settings))

    def of(self, folder_id: str) -> tuple[str, ...]:
        """The phrases of a folder."""
        query = sa.select(hot_word.c.phrase).where(hot_word.c.folder_id == folder_id)
        with self._database.connect() as connection:
            return tuple(sorted(connection.execute(query).scalars()))

    def add(self, folder_id: str, phrases: Iterable[str]) -> int:
        """Add phrases; returns how many are new."""
        with self._database.begin() as connection:
            here = sa.select(hot_word.c.phrase).where(hot_word.c.folder_id == folder_id)
            new = set(phrases) - set(connection.execute(here).scalars())
            if new:
                rows = [{"folder_id": folder_id, "phrase": phrase} for phrase in sorted(new)]
                connection.execute(sa.insert(hot_word), rows)
        return len(new)

    def remove(self, folder_id: str, phrases: Iterable[str]) -> int:
        """Remove phrases; returns how many were there."""
        gone = sa.delete(hot_word).where(
            hot_word.c.folder_id == folder_id, hot_word.c.phrase.in_(list(phrases))
        )
        with self._database.begin() as connection:
            return connection.execute(gone).rowcount

    def close(self) -> None:
        """Give the database connections back."""
        self._database.close()
