"""IAM tokens: bearer tokens of a service account, valid for at most 12 hours.

    t1.PAYLOAD.MAC      base64url without padding; MAC is HMAC-SHA512 of "t1.PAYLOAD", 86 characters

Rule 1: making one writes nothing (clients ask every 20 seconds), checking one costs a MAC and one query.
Rule 2: the query answers what a MAC cannot: whether the token was revoked, or its key or its account is gone,
        and which roles the account has now.
Rule 3: the signing secret is drawn on first use and kept in the database, so that a fleet shares it.
"""

import base64
import binascii
import hashlib
import hmac
import re
import secrets
import struct
import time
from collections.abc import Callable
from dataclasses import dataclass

import sqlalchemy as sa

from govor.errors import BadRequest, Unauthenticated
from govor.records import Caller
from govor.storage.accounts import CALLER_COLUMNS, caller_of, service_account
from govor.storage.authorized_keys import authorized_key
from govor.storage.database import ID_CHARS, Database, metadata

# As SpeechKit documents its tokens.
FORM = re.compile(r"t1\.[A-Z0-9a-z_-]+[=]{0,2}\.[A-Z0-9a-z_-]{86}[=]{0,2}")
PREFIX = "t1."
LIFE_SECONDS = 12 * 3600  # SpeechKit's maximum
SECRET_BYTES = 64  # as long as the output of SHA-512; a longer HMAC key adds nothing
# Times made and ended (s), service account, authorised key (zeros: none), and chance, so that each is one of
# its kind and revoking it revokes no other.
PAYLOAD = struct.Struct(f">QQ{ID_CHARS}s{ID_CHARS}s8s")
EXPIRED = "The token has expired"  # SpeechKit's text

server_secret = sa.Table(
    "govor_server_secret",
    metadata,
    sa.Column("row", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("secret", sa.String(2 * SECRET_BYTES), nullable=False),
)
revoked_token = sa.Table(
    "govor_revoked_token",
    metadata,
    sa.Column("sha256", sa.String(64), primary_key=True),
    sa.Column("expires_at", sa.BigInteger, nullable=False, index=True),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Token:
    """What a token says. Times are whole seconds since the epoch."""

    text: str
    service_account_id: str
    key_id: str  # the authorised key that asked for it; empty if another account did
    issued_at: int
    expires_at: int


class IamTokens:
    """Makes, checks and revokes tokens."""

    def __init__(self, database: Database, *, clock: Callable[[], float] = time.time) -> None:
        self._database = database
        self._clock = clock
        drawn = secrets.token_hex(SECRET_BYTES)
        self._secret = bytes.fromhex(database.settle(server_secret, server_secret.c.secret, drawn))

    def issue(self, service_account_id: str, key_id: str = "") -> Token:
        """A new token of an account; writes nothing."""
        issued_at = int(self._clock())
        expires_at = issued_at + LIFE_SECONDS
        chance = secrets.token_bytes(8)
        packed = PAYLOAD.pack(issued_at, expires_at, service_account_id.encode(), key_id.encode(), chance)
        signed = PREFIX + _base64(packed)
        return Token(
            text=f"{signed}.{_base64(self._mac(signed))}",
            service_account_id=service_account_id,
            key_id=key_id,
            issued_at=issued_at,
            expires_at=expires_at,
        )

    def read(self, text: str) -> Token | None:
        """What a token of ours says, expired or not; None if we did not make it."""
        if not FORM.fullmatch(text):
            return None
        signed, _, mac = text.rpartition(".")
        if not hmac.compare_digest(_base64(self._mac(signed)), mac.rstrip("=")):
            return None
        try:
            packed = base64.urlsafe_b64decode(signed.removeprefix(PREFIX) + "==")
            issued_at, expires_at, account, key, _ = PAYLOAD.unpack(packed)
        except (binascii.Error, struct.error):  # of another version, with the same secret
            return None
        return Token(
            text=text,
            service_account_id=account.decode(),
            key_id=key.rstrip(b"\0").decode(),
            issued_at=issued_at,
            expires_at=expires_at,
        )

    def verify(self, text: str) -> Caller | None:
        """The caller a token stands for; None if there is none. Raises Unauthenticated if it expired."""
        if (token := self.read(text)) is None:
            return None
        if token.expires_at <= self._clock():
            raise Unauthenticated(EXPIRED, "ask for another one: IAM tokens live for 12 hours")
        key_gone = sa.exists().where(
            authorized_key.c.id == token.key_id, authorized_key.c.revoked_at.is_not(None)
        )
        query = sa.select(*CALLER_COLUMNS).where(
            service_account.c.id == token.service_account_id,
            service_account.c.deleted_at.is_(None),
            ~key_gone,
            ~sa.exists().where(revoked_token.c.sha256 == _sha256(text)),
        )
        with self._database.connect() as connection:
            row = connection.execute(query).one_or_none()
        return None if row is None else caller_of(row)

    def revoke(self, text: str) -> str:
        """End a token; returns the account it was of. Doing it twice is fine. Raises BadRequest."""
        if (token := self.read(text)) is None:
            raise BadRequest("iam_token is not a token of this service")
        now = int(self._clock())
        row = {"sha256": _sha256(text), "expires_at": token.expires_at}
        with self._database.begin() as connection:
            connection.execute(sa.delete(revoked_token).where(revoked_token.c.expires_at < now))
            connection.execute(sa.delete(revoked_token).where(revoked_token.c.sha256 == row["sha256"]))
            connection.execute(sa.insert(revoked_token).values(row))
        return token.service_account_id

    def _mac(self, signed: str) -> bytes:
        return hmac.digest(self._secret, signed.encode(), hashlib.sha512)


def _base64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _sha256(text: str) -> str:
    """Of the token without padding: with and without it is the same token."""
    return hashlib.sha256(re.sub("=", "", text).encode()).hexdigest()
