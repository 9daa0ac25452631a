"""Identifiers of operations, as SpeechKit makes them: "e03" and 17 characters of 0-9 and a-v. Pure."""

import hashlib
import re
import secrets

PREFIX = "e03"  # operations of API v2
ALPHABET = "0123456789abcdefghijklmnopqrstuv"
LENGTH = 20
DRAWN = LENGTH - len(PREFIX)
BITS = 5 * DRAWN  # 85: two of a million operations a day meet once in a hundred thousand years
PATTERN = re.compile(f"{PREFIX}[{ALPHABET}]{{{DRAWN}}}")


def new() -> str:
    """An id nobody has or can guess."""
    return from_number(secrets.randbits(BITS))


def of_key(folder_id: str, idempotency_key: str) -> str:
    """The id of whatever a folder submits under an idempotency key: the same for the same two, always.

    So a repeated submit meets the first one's row, and no table of keys is needed.
    """
    length = len(folder_id.encode())  # or two pairs could read the same when joined
    digest = hashlib.sha256(f"{length}:{folder_id}:{idempotency_key}".encode()).digest()
    return from_number(int.from_bytes(digest, "big") >> (8 * len(digest) - BITS))


def from_number(number: int) -> str:
    """The id that spells this number of BITS bits, 5 for a character."""
    return PREFIX + "".join(ALPHABET[(number >> shift) & 31] for shift in range(BITS - 5, -1, -5))


def is_one(text: str) -> bool:
    """Whether this can be an operation's id at all."""
    return PATTERN.fullmatch(text) is not None
