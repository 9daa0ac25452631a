"""Authorised keys and the JWTs they sign, as clients make them."""

import json
import time
from typing import Any

import jwt

from govor.storage.authorized_keys import document
from govor.storage.identities import Identities

AUDIENCE = "https://iam.api.cloud.yandex.net/iam/v1/tokens"


def key_file(identities: Identities, **account: Any) -> dict[str, str]:
    """A new account's key file, as `govor keys create --authorized` writes it."""
    owner = identities.accounts.create(**{"name": "tests", **account})
    private, key = identities.authorized_keys.create(service_account_id=owner.id)
    fields: dict[str, str] = json.loads(document(private, key))
    return fields


def signed(key: dict[str, str], *, now: float | None = None, header: Any = None, **claims: Any) -> str:
    """The JWT of the documentation's sample; claims given replace its own, None leaves one out."""
    now = int(time.time() if now is None else now)
    own = {"iss": key["service_account_id"], "aud": AUDIENCE, "iat": now, "exp": now + 360}
    payload = {name: value for name, value in {**own, **claims}.items() if value is not None}
    headers = {"kid": key["id"], **(header or {})}
    return jwt.encode(payload, key["private_key"], algorithm="PS256", headers=headers)
