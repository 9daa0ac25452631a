"""Authorised keys and the JWTs they sign, as clients make them."""

import json
import time
from functools import cache
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from govor.storage.authorized_keys import AuthorizedKey, document
from govor.storage.database import new_id
from govor.storage.identities import Identities

AUDIENCE = "https://iam.api.cloud.yandex.net/iam/v1/tokens"


@cache
def pair(number: int) -> tuple[str, str]:
    """A private and a public key (PEM); making one takes up to a second, so that tests share them."""
    private = rsa.generate_private_key(65_537, 2_048)
    return (
        private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode(),
        private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode(),
    )


def key_file(identities: Identities, *, number: int = 0, **account: Any) -> dict[str, str]:
    """A new account's key file, as `govor keys create --authorized` writes it."""
    owner = identities.accounts.create(**{"name": "tests", **account})
    private, public = pair(number)
    key = AuthorizedKey(
        id=new_id("aje"), service_account_id=owner.id, public_key=public, created_at=owner.created_at
    )
    identities.authorized_keys.adopt(key, name="tests")
    fields: dict[str, str] = json.loads(document(private, key))
    return fields


def signed(key: dict[str, str], *, now: float | None = None, header: Any = None, **claims: Any) -> str:
    """The JWT of the documentation's sample; claims given replace its own, None leaves one out."""
    now = int(time.time() if now is None else now)
    own = {"iss": key["service_account_id"], "aud": AUDIENCE, "iat": now, "exp": now + 360}
    payload = {name: value for name, value in {**own, **claims}.items() if value is not None}
    headers = {"kid": key["id"], **(header or {})}
    return jwt.encode(payload, key["private_key"], algorithm="PS256", headers=headers)
