"""API keys: made once, shown once, kept as a hash.

Rule 1: the secret is never stored and never logged; its SHA-256 is (so much randomness needs no slow hash).
Rule 2: one table serves SQLite in the data directory and the PostgreSQL of a fleet.
Rule 3: a revoked key stays listed, so that its operations keep an owner.
"""

import hashlib
import hmac
import re
import secrets
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError, SQLAlchemyError

from govor.errors import BadRequest, StorageFailed
from govor.records import Caller
from govor.settings import Settings

SECRET_PREFIX = "AQVN"  # noqa: S105 (how SpeechKit's keys begin; secret scanners know it)
SECRET_BYTES = 27  # random bytes = 36 characters of base64url, 216 bits; 40 characters with the prefix
ID_ALPHABET = "0123456789abcdefghijklmnopqrstuv"  # the alphabet of SpeechKit's identifiers
ID_CHARS = 20  # length of SpeechKit's identifiers, prefix included
NAME_CHARS_MAX = 256  # a label for people, not a document
FOLDER_ID = re.compile(r"[a-z0-9][a-z0-9_-]{0,49}")  # SpeechKit's own have 20; its limit on ids is 50
SCHEMA_LOCK = int.from_bytes(b"govor", "big")  # PostgreSQL's advisory locks are numbers; this one is ours
SQLITE_BUSY_SECONDS = 5  # `govor keys` and the service may write in the same instant

metadata = sa.MetaData()
api_key = sa.Table(
    "govor_api_key",
    metadata,
    sa.Column("id", sa.String(ID_CHARS), primary_key=True),
    sa.Column("secret_sha256", sa.String(64), nullable=False, unique=True),
    sa.Column("name", sa.String(NAME_CHARS_MAX), nullable=False),
    sa.Column("folder_id", sa.String(50), nullable=False),
    sa.Column("created_at", sa.BigInteger, nullable=False),
    sa.Column("revoked_at", sa.BigInteger),
)
default_folder = sa.Table(
    "govor_default_folder",
    metadata,
    sa.Column("row", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("folder_id", sa.String(50), nullable=False),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class KeyRecord:
    """What is known about a key besides its secret. Times are whole seconds since the epoch."""

    id: str  # aje…: the service account that its operations name in `createdBy`
    name: str
    folder_id: str
    created_at: int
    revoked_at: int | None = None


class Keys:
    """The table of API keys; safe to use from several threads and processes."""

    def __init__(self, database_url: str, *, clock: Callable[[], float] = time.time) -> None:
        self._engine = sa.create_engine(_with_driver(database_url))
        self._clock = clock
        if self._engine.dialect.name == "sqlite":
            sa.event.listen(self._engine, "connect", _set_up_sqlite)
        with _storage_errors(), self._engine.begin() as connection:
            if connection.dialect.name == "postgresql":  # its IF NOT EXISTS fails when two processes race
                connection.execute(sa.select(sa.func.pg_advisory_xact_lock(SCHEMA_LOCK)))
            for table in metadata.sorted_tables:
                connection.execute(sa.schema.CreateTable(table, if_not_exists=True))

    @classmethod
    def open(cls, settings: Settings) -> "Keys":
        """Open the keys of a data directory, or of the fleet's database where one is set."""
        if settings.database_url:
            return cls(settings.database_url)
        try:
            settings.data_path.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StorageFailed(f"cannot make the data directory {settings.data_path}", str(error)) from error
        return cls(f"sqlite:///{settings.data_path / 'keys.db'}")

    def create(self, *, name: str, folder_id: str | None = None) -> tuple[str, KeyRecord]:
        """Make a key; returns its secret, which cannot be had again, and its record. Raises BadRequest."""
        if not 0 < len(name) <= NAME_CHARS_MAX:
            raise BadRequest(f"a key's name has 1 to {NAME_CHARS_MAX} characters")
        folder_id = folder_id or self.default_folder()
        if not FOLDER_ID.fullmatch(folder_id):
            raise BadRequest("a folder ID has 1 to 50 characters: lower-case letters, digits, - and _")
        secret = SECRET_PREFIX + secrets.token_urlsafe(SECRET_BYTES)
        record = KeyRecord(id=_new_id("aje"), name=name, folder_id=folder_id, created_at=int(self._clock()))
        row = {
            "id": record.id,
            "secret_sha256": _sha256(secret),
            "name": record.name,
            "folder_id": record.folder_id,
            "created_at": record.created_at,
        }
        with _storage_errors(), self._engine.begin() as connection:
            connection.execute(sa.insert(api_key).values(row))
        return secret, record

    def verify(self, secret: str) -> Caller | None:
        """The caller a secret stands for; None if it is unknown or revoked."""
        digest = _sha256(secret)
        found = sa.select(api_key.c.id, api_key.c.folder_id, api_key.c.secret_sha256).where(
            api_key.c.secret_sha256 == digest, api_key.c.revoked_at.is_(None)
        )
        with _storage_errors(), self._engine.connect() as connection:
            row = connection.execute(found).one_or_none()
        if row is None or not hmac.compare_digest(row.secret_sha256, digest):
            return None
        return Caller(subject_id=row.id, folder_id=row.folder_id)

    def list(self) -> list[KeyRecord]:
        """Every key, revoked ones included, oldest first."""
        columns = [column for column in api_key.c if column.name != "secret_sha256"]
        query = sa.select(*columns).order_by(api_key.c.created_at, api_key.c.id)
        with _storage_errors(), self._engine.connect() as connection:
            return [KeyRecord(**row._mapping) for row in connection.execute(query)]

    def revoke(self, key_id: str) -> None:
        """Make a key useless; doing it twice keeps the first time. Raises BadRequest for an unknown id."""
        here = api_key.c.id == key_id
        change = (
            sa.update(api_key)
            .where(here)
            .values(revoked_at=sa.func.coalesce(api_key.c.revoked_at, int(self._clock())))
        )
        with _storage_errors(), self._engine.begin() as connection:
            if connection.execute(change).rowcount == 0:
                raise BadRequest(f"no key has the id {key_id}", "`govor keys list` shows the ids")

    def default_folder(self) -> str:
        """The folder of keys made without one; chosen at random on first use, then always the same."""
        query = sa.select(default_folder.c.folder_id)
        with _storage_errors(), self._engine.connect() as connection:
            if folder_id := connection.execute(query).scalar_one_or_none():
                return str(folder_id)
        with _storage_errors():
            try:
                with self._engine.begin() as connection:
                    connection.execute(sa.insert(default_folder).values(row=1, folder_id=_new_id("b1g")))
            except IntegrityError:
                pass  # another process was first; its choice is read below
            with self._engine.connect() as connection:
                return str(connection.execute(query).scalar_one())

    def close(self) -> None:
        """Give the database connections back."""
        self._engine.dispose()


def _new_id(prefix: str) -> str:
    return prefix + "".join(secrets.choice(ID_ALPHABET) for _ in range(ID_CHARS - len(prefix)))


def _sha256(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "surrogateescape")).hexdigest()


def _with_driver(database_url: str) -> str:
    """Name psycopg 3, which the engine brings, where the URL leaves the choice of driver open."""
    return re.sub(r"^postgres(ql)?://", "postgresql+psycopg://", database_url)


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
