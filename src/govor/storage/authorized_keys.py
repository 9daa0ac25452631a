"""Authorised keys: the private key signs a JWT at the caller's, the public one proves it here.

Rule 1: private keys are never stored; the file that `document` makes is shown once.
Rule 2: a key file of SpeechKit's own can be brought along (`read_document`): its client then needs no change.
"""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from govor.errors import BadRequest
from govor.settings import Settings
from govor.storage.accounts import Account, Accounts, working
from govor.storage.database import ID_CHARS, Database, metadata, new_id

RSA_BITS = 2048  # SpeechKit's default, RSA_2048
RSA_BITS_MIN = 2048  # of a key brought along; shorter ones can be factored
RSA_BITS_MAX = 8192  # checking a signature of a longer one takes milliseconds that anybody could ask for
PUBLIC_EXPONENT = 65_537
PEM_CHARS_MAX = 4_000  # an 8192-bit public key has 1,400

authorized_key = sa.Table(
    "govor_authorized_key",
    metadata,
    sa.Column("id", sa.String(ID_CHARS), primary_key=True),
    sa.Column("service_account_id", sa.String(ID_CHARS), nullable=False),
    sa.Column("public_key", sa.Text, nullable=False),  # PEM
    sa.Column("created_at", sa.BigInteger, nullable=False),
    sa.Column("revoked_at", sa.BigInteger),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class AuthorizedKey:
    """A key that works, with the account whose tokens it can ask for."""

    id: str
    service_account_id: str
    public_key: str  # PEM
    created_at: int


class AuthorizedKeys:
    """The table of authorised keys; safe to use from several threads and processes."""

    def __init__(self, database: Database, *, clock: Callable[[], float] = time.time) -> None:
        self._database = database
        self._accounts = Accounts(database, clock=clock)
        self._clock = clock

    @classmethod
    def open(cls, settings: Settings) -> "AuthorizedKeys":
        """Those of a data directory, or of the fleet's database where one is set."""
        return cls(Database.open(settings))

    def create(self, *, service_account_id: str) -> tuple[str, AuthorizedKey]:
        """Make a key pair for an account; returns the private key (PEM) and the record. Raises BadRequest."""
        account = self._accounts.get(service_account_id)
        pair = rsa.generate_private_key(PUBLIC_EXPONENT, RSA_BITS)
        key = AuthorizedKey(
            id=new_id("aje"),
            service_account_id=account.id,
            public_key=_public_pem(pair.public_key()),
            created_at=int(self._clock()),
        )
        self._insert(key)
        private = pair.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        return private.decode(), key

    def adopt(self, key: AuthorizedKey, *, name: str, folder_id: str | None = None) -> Account:
        """Take in a key from elsewhere, and its account unless that exists. Raises BadRequest."""
        account = self._accounts.find(key.service_account_id) or self._accounts.create(
            name=name, folder_id=folder_id, account_id=key.service_account_id
        )
        taken = sa.select(authorized_key.c.id).where(authorized_key.c.id == key.id)
        with self._database.connect() as connection:
            if connection.execute(taken).one_or_none() is not None:
                raise BadRequest(f"the key {key.id} is known already")
        self._insert(key)
        return account

    def find(self, key_id: str) -> AuthorizedKey | None:
        """A working key of an account that exists; None if there is none."""
        columns = [column for column in authorized_key.c if column.name != "revoked_at"]
        wanted = sa.select(*columns).where(authorized_key.c.id == key_id)
        query = working(wanted, authorized_key, authorized_key.c.service_account_id)
        with self._database.connect() as connection:
            row = connection.execute(query).one_or_none()
        return AuthorizedKey(**row._asdict()) if row is not None else None

    def list(self) -> list[AuthorizedKey]:
        """Every working key, oldest first."""
        columns = [column for column in authorized_key.c if column.name != "revoked_at"]
        query = sa.select(*columns).where(authorized_key.c.revoked_at.is_(None))
        query = query.order_by(authorized_key.c.created_at, authorized_key.c.id)
        with self._database.connect() as connection:
            return [AuthorizedKey(**row._asdict()) for row in connection.execute(query)]

    def revoke(self, key_id: str) -> None:
        """Make a key and the tokens it got useless. Raises BadRequest where no working key has the id."""
        change = (
            sa.update(authorized_key)
            .where(authorized_key.c.id == key_id, authorized_key.c.revoked_at.is_(None))
            .values(revoked_at=int(self._clock()))
        )
        with self._database.begin() as connection:
            if connection.execute(change).rowcount == 0:
                raise BadRequest(f"no authorised key has the id {key_id}")

    def close(self) -> None:
        """Give the database connections back."""
        self._database.close()

    def _insert(self, key: AuthorizedKey) -> None:
        row = {name: getattr(key, name) for name in AuthorizedKey.__slots__}
        with self._database.begin() as connection:
            connection.execute(sa.insert(authorized_key).values(row))


def document(private_key: str, key: AuthorizedKey) -> str:
    """The key file as SpeechKit's console writes it; its SDKs read nothing else."""
    created_at = datetime.fromtimestamp(key.created_at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    fields = {
        "id": key.id,
        "service_account_id": key.service_account_id,
        "created_at": created_at,
        "key_algorithm": f"RSA_{RSA_BITS}",
        "public_key": key.public_key,
        "private_key": private_key,
    }
    return json.dumps(fields, indent=3) + "\n"


def read_document(text: str, *, now: float) -> AuthorizedKey:
    """The public half of such a file; raises BadRequest."""
    try:
        fields: Any = json.loads(text)
        key_id, account_id, pem = (fields[name] for name in ("id", "service_account_id", "public_key"))
    except (ValueError, KeyError, TypeError) as error:
        raise BadRequest(
            "this is no authorised key file", "it is JSON with id, service_account_id and public_key"
        ) from error
    for value in (key_id, account_id):
        if not isinstance(value, str) or not value.isalnum() or len(value) != ID_CHARS:
            raise BadRequest(f"an id has {ID_CHARS} letters and digits", "id, service_account_id")
    public = _public_pem(read_public_key(pem))
    return AuthorizedKey(id=key_id, service_account_id=account_id, public_key=public, created_at=int(now))


def read_public_key(pem: object) -> rsa.RSAPublicKey:
    """An RSA public key of a fit size from PEM; raises BadRequest."""
    if not isinstance(pem, str) or len(pem) > PEM_CHARS_MAX:
        raise BadRequest("public_key is no PEM")
    try:
        key = serialization.load_pem_public_key(pem.encode())
    except (ValueError, UnsupportedAlgorithm) as error:
        raise BadRequest("public_key is no PEM of a public key") from error
    if not isinstance(key, rsa.RSAPublicKey) or not RSA_BITS_MIN <= key.key_size <= RSA_BITS_MAX:
        raise BadRequest(f"the key must be RSA with {RSA_BITS_MIN} to {RSA_BITS_MAX} bits")
    return key


def _public_pem(key: rsa.RSAPublicKey) -> str:
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    return key.public_bytes(serialization.Encoding.PEM, form).decode()
