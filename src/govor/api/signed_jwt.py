"""The JWT with which a service account asks for an IAM token: which authorised key signed it.

    header   typ JWT, alg PS256, kid = the authorised key's id
    payload  iss = the service account, aud = the token service, iat, exp

Rule 1: what is no JWT of this form is BadRequest; a JWT that proves nothing is Unauthenticated.
Rule 2: SpeechKit takes no JWT that lives for more than an hour; clocks may differ by a minute.
Rule 3: time is an argument; the library's own checks of time are off.
"""

import math
from collections.abc import Callable, Sequence
from fnmatch import fnmatchcase
from typing import Any

import jwt

from govor.errors import BadRequest, Unauthenticated
from govor.storage.authorized_keys import AuthorizedKey

ALGORITHM = "PS256"  # the only one SpeechKit takes
JWT_CHARS_MAX = 8_000  # SpeechKit's limit
LIFE_SECONDS_MAX = 3_600  # exp - iat; the SDK uses all of it
LEEWAY_SECONDS = 60  # clocks differ; one client rounds iat up to the next second
MESSAGE = "UNAUTHORIZED"  # SpeechKit's text for code 16
OPTIONS: Any = {"require": ["iss", "aud", "iat", "exp"]} | {
    f"verify_{claim}": False for claim in ("exp", "iat", "nbf", "aud", "iss", "sub", "jti")
}


def signer(
    token: str, find: Callable[[str], AuthorizedKey | None], audiences: Sequence[str], now: float
) -> AuthorizedKey:
    """The key that signed `token`, if everything about it is right at `now` (seconds since the epoch).

    `audiences` are patterns with `*`. Raises BadRequest and Unauthenticated, and what `find` raises.
    """
    key_id = _key_id(token)
    if (key := find(key_id)) is None:
        raise Unauthenticated(MESSAGE, "the authorised key (kid) is unknown or revoked (`govor keys list`)")
    try:
        claims = jwt.decode(token, key.public_key, algorithms=[ALGORITHM], options=OPTIONS)
    except jwt.InvalidSignatureError as error:
        raise Unauthenticated(MESSAGE, "the signature of the JWT is wrong") from error
    except jwt.InvalidTokenError as error:
        raise BadRequest("jwt is malformed", str(error)) from error
    _check(claims, key, audiences, now)
    return key


def _key_id(token: str) -> str:
    if not token:
        raise BadRequest("jwt is missing", "exactly one identity is required")
    if len(token) > JWT_CHARS_MAX:
        raise BadRequest(f"jwt is longer than {JWT_CHARS_MAX} characters")
    if not token.isascii():
        raise BadRequest("jwt is malformed", "it is base64url and dots")
    try:
        header = jwt.get_unverified_header(token)
    except jwt.InvalidTokenError as error:
        raise BadRequest("jwt is malformed", str(error)) from error
    if header.get("alg") != ALGORITHM:
        raise BadRequest(f"jwt must be signed with {ALGORITHM}")
    if not isinstance(key_id := header.get("kid"), str) or not key_id:
        raise BadRequest("jwt names no key", "kid in its header is the id of the authorised key")
    return key_id


def _check(claims: dict[str, Any], key: AuthorizedKey, audiences: Sequence[str], now: float) -> None:
    if claims["iss"] != key.service_account_id:
        raise Unauthenticated(MESSAGE, "iss is not the service account that the key belongs to")
    named = claims["aud"] if isinstance(claims["aud"], list) else [claims["aud"]]
    if not any(isinstance(each, str) and fnmatchcase(each, known) for each in named for known in audiences):
        raise Unauthenticated(MESSAGE, "aud is not this service (GOVOR_IAM_AUDIENCES)")
    issued_at, expires_at = _seconds(claims, "iat"), _seconds(claims, "exp")
    if not 0 < expires_at - issued_at <= LIFE_SECONDS_MAX:
        raise Unauthenticated(MESSAGE, f"exp must be at most {LIFE_SECONDS_MAX} seconds after iat")
    if issued_at > now + LEEWAY_SECONDS:
        raise Unauthenticated(MESSAGE, "iat is in the future: compare the clocks")
    if expires_at <= now - LEEWAY_SECONDS:
        raise Unauthenticated(MESSAGE, "the JWT has expired")


def _seconds(claims: dict[str, Any], name: str) -> float:
    value = claims[name]
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise BadRequest(f"{name} of the JWT must be a number of seconds")
    return value
