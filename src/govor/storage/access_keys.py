"""Static access keys: what S3 clients sign their requests with.

Rule 1: a signature can only be checked with the secret itself, so the secret is stored as it is. The database
        file has mode 600 (database.py); on PostgreSQL its rights guard it. Dumps of it are secrets too.
Rule 2: a revoked key, or one whose account is deleted, is unknown from then on.
"""

import secrets
import string
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import sqlalchemy as sa

from govor.errors import BadRequest
from govor.records import Caller
from govor.settings import Settings
from govor.storage.accounts import CALLER_COLUMNS, caller_of, service_account, working
from govor.storage.database import ID_CHARS, Database, metadata, new_id

KEY_ID_PREFIX = "YCAJE"  # how Object Storage's key ids begin
KEY_ID_CHARS = 25  # their length, prefix included
KEY_ID_ALPHABET = string.ascii_letters + string.digits + "_-"
SECRET_PREFIX = "YC"  # noqa: S105 (how Object Storage's secrets begin)
SECRET_BYTES = 28  # random bytes = 38 characters of base64url; 40 characters with the prefix, as theirs
DESCRIPTION_CHARS_MAX = 256  # SpeechKit's limit

access_key = sa.Table(
    "govor_access_key",
    metadata,
    sa.Column("id", sa.String(ID_CHARS), primary_key=True),
    sa.Column("key_id", sa.String(KEY_ID_CHARS), nullable=False, unique=True),
    sa.Column("secret", sa.String(64), nullable=False),
    sa.Column("service_account_id", sa.String(ID_CHARS), nullable=False),
    sa.Column("description", sa.String(DESCRIPTION_CHARS_MAX), nullable=False),
    sa.Column("created_at", sa.BigInteger, nullable=False),
    sa.Column("revoked_at", sa.BigInteger),
)
RECORD = [column for column in access_key.c if column.name not in ("secret", "revoked_at")]


@dataclass(frozen=True, kw_only=True, slots=True)
class AccessKey:
    """What is known about a key besides its secret. Times are whole seconds since the epoch."""

    id: str  # aje…: the name of the resource
    key_id: str  # YCAJE…: what requests carry in the open
    service_account_id: str
    description: str
    created_at: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Credentials:
    """What a signature is checked with, and for whom it then stands."""

    key_id: str
    secret: str = field(repr=False)
    caller: Caller


class AccessKeys:
    """The table of static keys; safe to use from several threads and processes."""

    def __init__(self, database: Database, *, clock: Callable[[], float] = time.time) -> None:
        self._database = database
        self._clock = clock

    @classmethod
    def open(cls, settings: Settings) -> "AccessKeys":
        """Those of a data directory, or of the fleet's database where one is set."""
        return cls(Database.open(settings))

    def create(self, *, service_account_id: str, description: str = "") -> tuple[str, AccessKey]:
        """Make a key for an account; returns its secret and its record. Raises BadRequest."""
        if len(description) > DESCRIPTION_CHARS_MAX:
            raise BadRequest(f"a description has at most {DESCRIPTION_CHARS_MAX} characters")
        rest = (secrets.choice(KEY_ID_ALPHABET) for _ in range(KEY_ID_CHARS - len(KEY_ID_PREFIX)))
        key = AccessKey(
            id=new_id("aje"),
            key_id=KEY_ID_PREFIX + "".join(rest),
            service_account_id=service_account_id,
            description=description,
            created_at=int(self._clock()),
        )
        secret = SECRET_PREFIX + secrets.token_urlsafe(SECRET_BYTES)
        row = {column.name: getattr(key, column.name) for column in RECORD} | {"secret": secret}
        owner = sa.select(service_account.c.id).where(
            service_account.c.id == service_account_id, service_account.c.deleted_at.is_(None)
        )
        with self._database.begin() as connection:
            if connection.execute(owner).one_or_none() is None:
                raise BadRequest(f"no service account has the id {service_account_id}")
            connection.execute(sa.insert(access_key).values(row))
        return secret, key

    def list(self, service_account_id: str | None = None) -> list[AccessKey]:
        """Keys that work, of one account or of all, oldest first."""
        query = sa.select(*RECORD).where(access_key.c.revoked_at.is_(None))
        if service_account_id is not None:
            query = query.where(access_key.c.service_account_id == service_account_id)
        query = query.order_by(access_key.c.created_at, access_key.c.id)
        with self._database.connect() as connection:
            return [AccessKey(**row._asdict()) for row in connection.execute(query)]

    def revoke(self, resource_id: str) -> None:
        """Make a key unknown, by its `id` or `key_id`. Raises BadRequest where no working key has it."""
        change = (
            sa.update(access_key)
            .where(
                sa.or_(access_key.c.id == resource_id, access_key.c.key_id == resource_id),
                access_key.c.revoked_at.is_(None),
            )
            .values(revoked_at=int(self._clock()))
        )
        with self._database.begin() as connection:
            if connection.execute(change).rowcount == 0:
                raise BadRequest(f"no access key has the id {resource_id}")

    def lookup(self, key_id: str) -> Credentials | None:
        """The secret behind a key id and the caller it stands for; None if unknown or revoked."""
        wanted = sa.select(access_key.c.secret, *CALLER_COLUMNS).where(access_key.c.key_id == key_id)
        query = working(wanted, access_key, access_key.c.service_account_id)
        with self._database.connect() as connection:
            row = connection.execute(query).one_or_none()
        if row is None:
            return None
        return Credentials(key_id=key_id, secret=row.secret, caller=caller_of(row))

    def close(self) -> None:
        """Give the database connections back."""
        self._database.close()
