"""The database of callers: keys, service accounts, tokens. Not the engine's, which keeps its own.

Rule 1: one set of tables serves SQLite in the data directory and the PostgreSQL of a fleet.
Rule 2: it holds secrets that must be had again (S3 keys, the secret that signs IAM tokens), so the file is
        readable by its owner only; whoever can read it can act for every caller.
Rule 3: tables register themselves in `metadata` when their module is imported; Database makes the missing.
"""

import os
import re
import secrets
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import SQLAlchemyError

from govor.errors import BadSetting, StorageFailed
from govor.settings import Settings

FILE = "keys.db"
ID_ALPHABET = "0123456789abcdefghijklmnopqrstuv"  # the alphabet of SpeechKit's identifiers
ID_CHARS = 20  # length of SpeechKit's identifiers, prefix included
FOLDER_CHARS_MAX = 50  # SpeechKit's limit on ids
SCHEMA_LOCK = int.from_bytes(b"govor", "big")  # PostgreSQL's advisory locks are numbers; this one is ours
SQLITE_BUSY_SECONDS = 5  # `govor keys` and the service may write in the same instant

# A process has one pool for all these tables; a fleet has many processes, PostgreSQL 100 connections. Four
# are kept, which is enough for transactions of milliseconds; six more come when many callers do at once.
# A connection is tried before it is used: the server may have been restarted since.
SHARED_POOL: dict[str, Any] = {
    "pool_size": 4,
    "max_overflow": 6,
    "pool_pre_ping": True,
    "connect_args": {"connect_timeout": 5, "keepalives_idle": 10, "tcp_user_timeout": 15_000},
}

# Tables only ever gain tables and columns that may be NULL, and Database adds those by itself: an earlier
# version works on beside a later one. Raise SCHEMA with each such change. Raise NEEDS to it with one that an
# earlier version would not understand: that one then refuses to start, and damages nothing.
SCHEMA = 2  # 1: the tables before there was this number
NEEDS = 1  # the oldest SCHEMA that works with our tables

metadata = sa.MetaData()
schema = sa.Table(
    "govor_schema",
    metadata,
    sa.Column("row", sa.Integer, primary_key=True),  # always 1
    sa.Column("version", sa.Integer, nullable=False),  # the newest that has written here
    sa.Column("needs", sa.Integer, nullable=False),
)


class Database:
    """Connections to the tables; safe to use from several threads and processes."""

    def __init__(self, url: str) -> None:
        shared = not url.startswith("sqlite")
        self._engine = sa.create_engine(with_driver(url), **(SHARED_POOL if shared else {}))
        if self._engine.dialect.name == "sqlite":
            sa.event.listen(self._engine, "connect", _set_up_sqlite)
        with self.begin() as connection:
            if connection.dialect.name == "postgresql":  # its IF NOT EXISTS fails when two processes race
                connection.execute(sa.select(sa.func.pg_advisory_xact_lock(SCHEMA_LOCK)))
            for table in metadata.sorted_tables:
                connection.execute(sa.schema.CreateTable(table, if_not_exists=True))
                _add_missing_columns(connection, table)
                for index in table.indexes:
                    connection.execute(sa.schema.CreateIndex(index, if_not_exists=True))
            _note_version(connection)

    @classmethod
    def open(cls, settings: Settings) -> "Database":
        """That of a data directory, or the fleet's where one is set; raises StorageFailed."""
        if settings.database_url:
            return cls(checked(settings.database_url))
        try:
            settings.data_path.mkdir(parents=True, exist_ok=True)
            _keep_private(settings.data_path / FILE)
        except OSError as error:
            raise StorageFailed(f"cannot make the data directory {settings.data_path}", str(error)) from error
        return cls(f"sqlite:///{settings.data_path / FILE}")

    @contextmanager
    def connect(self) -> Iterator[sa.Connection]:
        """A connection to read with; raises StorageFailed."""
        with _storage_errors(), self._engine.connect() as connection:
            yield connection

    @contextmanager
    def begin(self) -> Iterator[sa.Connection]:
        """A transaction to write in; raises StorageFailed."""
        with _storage_errors(), self._engine.begin() as connection:
            yield connection

    def settle(self, table: sa.Table, column: sa.Column[str], value: str) -> str:
        """The value of a table of one row; the first who asks decides it, for every process and for good."""
        query = sa.select(column)
        with self.connect() as connection:
            if (found := connection.execute(query).scalar_one_or_none()) is not None:
                return found
        with self.begin() as connection:
            insert_if_absent(connection, table, {"row": 1, column.name: value})
            return str(connection.execute(query).scalar_one())

    def close(self) -> None:
        """Give the connections back."""
        self._engine.dispose()


def new_id(prefix: str) -> str:
    """An identifier as SpeechKit makes them: 20 characters, the first three telling its kind."""
    return prefix + "".join(secrets.choice(ID_ALPHABET) for _ in range(ID_CHARS - len(prefix)))


def insert_if_absent(connection: sa.Connection, table: sa.Table, row: Mapping[str, object]) -> bool:
    """Insert a row unless one with its key is there; whether it was inserted. Several may try at once.

    Whoever comes second waits for the end of the first one's transaction, and sees its row after that.
    """
    insert: Any = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    added = connection.execute(insert(table).values(row).on_conflict_do_nothing())
    return bool(added.rowcount)


def _add_missing_columns(connection: sa.Connection, table: sa.Table) -> None:
    """A data directory of an earlier version lacks the columns that came later; all of them may be NULL."""
    present = {column["name"] for column in sa.inspect(connection).get_columns(table.name)}
    for column in table.columns:
        if column.name not in present:
            kind = column.type.compile(connection.dialect)
            connection.execute(sa.text(f"ALTER TABLE {table.name} ADD COLUMN {column.name} {kind}"))


def _note_version(connection: sa.Connection) -> None:
    """Leave our version in the tables; raises StorageFailed where a later one left them beyond us."""
    found = connection.execute(sa.select(schema.c.version, schema.c.needs)).one_or_none()
    if found is None:
        insert_if_absent(connection, schema, {"row": 1, "version": SCHEMA, "needs": NEEDS})
    elif found.needs > SCHEMA:
        raise StorageFailed(
            "the data were written by a later version of govor",
            f"their tables need version {found.needs}, this one knows {SCHEMA}: update it",
        )
    elif found.version < SCHEMA:
        connection.execute(sa.update(schema).values(version=SCHEMA, needs=max(NEEDS, found.needs)))


def _keep_private(path: Path) -> None:
    """Readable by the owner only; SQLite gives its other files the same mode.

    A file that is there is never opened: closing it again would drop this process's locks on it, SQLite's
    too (POSIX), and another process would then delete the log (WAL) that we write to.
    """
    try:
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
    except FileExistsError:
        path.chmod(0o600)


def checked(url: str) -> str:
    """The same; BadSetting when it is not the address of a PostgreSQL database."""
    try:
        kind = sa.make_url(url).get_backend_name()
    except sa.exc.ArgumentError:
        kind = ""
    if kind not in ("postgresql", "postgres"):  # the address may hold a password: it is not repeated
        raise BadSetting("GOVOR_DATABASE_URL is not the address of a database", "postgresql://USER@HOST/NAME")
    return url


def with_driver(url: str) -> str:
    """Name psycopg 3, which the engine brings, where the URL leaves the choice of driver open."""
    return re.sub(r"^postgres(ql)?://", "postgresql+psycopg://", url)


def _set_up_sqlite(connection: sqlite3.Connection, _: object) -> None:
    connection.execute(f"PRAGMA busy_timeout = {SQLITE_BUSY_SECONDS * 1000}")
    connection.execute("PRAGMA journal_mode = WAL")


@contextmanager
def _storage_errors() -> Iterator[None]:
    try:
        yield
    except SQLAlchemyError as error:
        # The text of the driver only: SQLAlchemy's own would print the statement with its parameters.
        cause = getattr(error, "orig", None) or type(error).__name__
        raise StorageFailed("the database of API keys failed", str(cause)) from error
