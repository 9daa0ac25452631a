"""Signatures of webhooks, as the Standard Webhooks specification has them (HMAC-SHA256, scheme v1). Pure."""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping

from govor.errors import BadRequest, Unauthenticated
from govor.storage.webhooks import SECRET_PREFIX

ID, TIMESTAMP, SIGNATURE = "webhook-id", "webhook-timestamp", "webhook-signature"
SCHEME = "v1"
TOLERANCE_SECONDS = 300  # between the clocks of sender and receiver; older deliveries are refused as replays


def key_of(secret: str) -> bytes:
    """The bytes of `whsec_BASE64`; BadRequest."""
    try:
        return base64.b64decode(secret.removeprefix(SECRET_PREFIX), validate=True)
    except binascii.Error as error:
        raise BadRequest("a webhook's secret is whsec_ and base64") from error


def sign(secret: str, message_id: str, timestamp: int, body: bytes) -> str:
    """The value of `webhook-signature`; `timestamp` in seconds since the epoch."""
    signed = f"{message_id}.{timestamp}.".encode() + body
    digest = hmac.digest(key_of(secret), signed, hashlib.sha256)
    return f"{SCHEME},{base64.b64encode(digest).decode()}"


def headers(secret: str, message_id: str, timestamp: int, body: bytes) -> dict[str, str]:
    """The three headers of a delivery."""
    signature = sign(secret, message_id, timestamp, body)
    return {ID: message_id, TIMESTAMP: str(timestamp), SIGNATURE: signature}


def verify(secret: str, given: Mapping[str, str], body: bytes, now: float) -> None:
    """Raise Unauthenticated unless a delivery was signed with this secret, and not long ago.

    `given` are its headers, by lower-case names.
    """
    timestamp = given.get(TIMESTAMP, "")
    if not timestamp.isdecimal() or len(timestamp) > 12:
        raise Unauthenticated(f"{TIMESTAMP} is missing", "it is seconds since the epoch")
    if abs(now - int(timestamp)) > TOLERANCE_SECONDS:
        raise Unauthenticated(f"{TIMESTAMP} is too far from now", "look at both clocks; or this is a replay")
    expected = sign(secret, given.get(ID, ""), int(timestamp), body).encode()
    signatures = given.get(SIGNATURE, "").split(" ")
    if not any(hmac.compare_digest(expected, each.encode("utf-8", "replace")) for each in signatures):
        raise Unauthenticated("the signature is wrong", "another secret, or the body was changed on its way")
