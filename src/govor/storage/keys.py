"""API keys: made once, shown once, kept as a hash. Each belongs to a service account.

Rule 1: the secret is never stored and never logged; its SHA-256 is (so much randomness needs no slow hash).
Rule 2: a revoked key stays listed, so that people see what was there.
Rule 3: a key made without an account gets one of its own, with the key's id.
"""

import hashlib
import hmac
import secrets
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import sqlalchemy as sa

from govor import roles
from govor.errors import BadRequest
from govor.records import Caller
from govor.settings import Settings
from govor.storage.accounts import (
    CALLER_COLUMNS,
    NAME_CHARS_MAX,
    Account,
    Accounts,
    caller_of,
    service_account,
    working,
)
from govor.storage.database import FOLDER_CHARS_MAX, ID_CHARS, Database, metadata, new_id

SECRET_PREFIX = "AQVN"  # noqa: S105 (how SpeechKit's keys begin; secret scanners know it)
SECRET_BYTES = 27  # random bytes = 36 characters of base64url, 216 bits; 40 characters with the prefix

api_key = sa.Table(
    "govor_api_key",
    metadata,
    sa.Column("id", sa.String(ID_CHARS), primary_key=True),
    sa.Column("secret_sha256", sa.String(64), nullable=False, unique=True),
    sa.Column("name", sa.String(NAME_CHARS_MAX), nullable=False),
    sa.Column("folder_id", sa.String(FOLDER_CHARS_MAX), nullable=False),
    sa.Column("created_at", sa.BigInteger, nullable=False),
    sa.Column("revoked_at", sa.BigInteger),
    sa.Column("account_id", sa.String(ID_CHARS)),  # NULL in tables of the first version: see _adopt
)


@dataclass(frozen=True, kw_only=True, slots=True)
class KeyRecord:
    """What is known about a key besides its secret. Times are whole seconds since the epoch."""

    id: str
    name: str
    folder_id: str
    created_at: int
    account_id: str  # aje…: the service account that its operations name in `createdBy`
    revoked_at: int | None = None


class Keys:
    """The table of API keys; safe to use from several threads and processes."""

    def __init__(self, database: Database, *, clock: Callable[[], float] = time.time) -> None:
        self._database = database
        self._accounts = Accounts(database, clock=clock)
        self._clock = clock
        self._adopt()

    @classmethod
    def open(cls, settings: Settings) -> "Keys":
        """Open the keys of a data directory, or of the fleet's database where one is set."""
        return cls(Database.open(settings))

    def create(
        self,
        *,
        name: str,
        folder_id: str | None = None,
        account_id: str | None = None,
        held: Iterable[str] = roles.DEFAULT,
    ) -> tuple[str, KeyRecord]:
        """Make a key, with an account of its own (in `folder_id`, with the roles `held`) unless one is named.

        Returns its secret, which cannot be had again, and its record. Raises BadRequest.
        """
        if account_id is None:
            account = self._accounts.create(name=name, folder_id=folder_id, held=held)
        else:
            account = self._of(account_id, name, folder_id)
        secret = SECRET_PREFIX + secrets.token_urlsafe(SECRET_BYTES)
        record = KeyRecord(
            id=new_id("aje") if account_id else account.id,
            name=name,
            folder_id=account.folder_id,
            created_at=int(self._clock()),
            account_id=account.id,
        )
        row = {
            "id": record.id,
            "secret_sha256": _sha256(secret),
            "name": record.name,
            "folder_id": record.folder_id,
            "created_at": record.created_at,
            "account_id": record.account_id,
        }
        with self._database.begin() as connection:
            connection.execute(sa.insert(api_key).values(row))
        return secret, record

    def verify(self, secret: str) -> Caller | None:
        """The caller a secret stands for; None if it is unknown or revoked."""
        digest = _sha256(secret)
        wanted = sa.select(api_key.c.secret_sha256, *CALLER_COLUMNS).where(api_key.c.secret_sha256 == digest)
        query = working(wanted, api_key, api_key.c.account_id)
        with self._database.connect() as connection:
            row = connection.execute(query).one_or_none()
        if row is None or not hmac.compare_digest(row.secret_sha256, digest):
            return None
        return caller_of(row)

    def list(self) -> list[KeyRecord]:
        """Every key, revoked ones included, oldest first."""
        columns = [column for column in api_key.c if column.name != "secret_sha256"]
        query = sa.select(*columns).order_by(api_key.c.created_at, api_key.c.id)
        with self._database.connect() as connection:
            return [KeyRecord(**row._asdict()) for row in connection.execute(query)]

    def revoke(self, key_id: str) -> None:
        """Make a key useless; doing it twice keeps the first time. Raises BadRequest for an unknown id."""
        here = api_key.c.id == key_id
        change = (
            sa.update(api_key)
            .where(here)
            .values(revoked_at=sa.func.coalesce(api_key.c.revoked_at, int(self._clock())))
        )
        with self._database.begin() as connection:
            if connection.execute(change).rowcount == 0:
                raise BadRequest(f"no key has the id {key_id}", "`govor keys list` shows the ids")

    def default_folder(self) -> str:
        """The folder of keys made without one; chosen at random on first use, then always the same."""
        return self._accounts.default_folder()

    def close(self) -> None:
        """Give the database connections back."""
        self._database.close()

    def _of(self, account_id: str, name: str, folder_id: str | None) -> Account:
        account = self._accounts.get(account_id)
        if not 0 < len(name) <= NAME_CHARS_MAX:
            raise BadRequest(f"a name has 1 to {NAME_CHARS_MAX} characters")
        if folder_id not in (None, account.folder_id):
            raise BadRequest(f"the service account {account_id} belongs to the folder {account.folder_id}")
        return account

    def _adopt(self) -> None:
        """Keys of the first version had no account: each gets one with its id and what keys could do then."""
        orphan = api_key.c.account_id.is_(None)
        granted = sa.literal(" ".join(roles.DEFAULT))
        there = sa.exists().where(service_account.c.id == api_key.c.id)
        columns = (api_key.c.id, api_key.c.folder_id, api_key.c.name, granted, api_key.c.created_at)
        names = ["id", "folder_id", "name", "roles", "created_at"]
        with self._database.begin() as connection:
            if connection.execute(sa.select(api_key.c.id).where(orphan).limit(1)).one_or_none() is None:
                return
            accounts = sa.select(*columns).where(orphan, ~there)
            connection.execute(sa.insert(service_account).from_select(names, accounts))
            connection.execute(sa.update(api_key).where(orphan).values(account_id=api_key.c.id))


def _sha256(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "surrogateescape")).hexdigest()
