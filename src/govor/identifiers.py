"""Identifiers of operations, as SpeechKit makes them: "e03" and 17 characters of 0-9 and a-v. Pure.

The first three characters tell the version of the API: "e03" is v2, "f8d" is v3.
"""

import hashlib
import re
import secrets

PREFIXES = {2: "e03", 3: "f8d"}  # by version of the API
APIS = {prefix: api for api, prefix in PREFIXES.items()}
PREFIX_LENGTH = 3
ALPHABET = "0123456789abcdefghijklmnopqrstuv"
LENGTH = 20
DRAWN = LENGTH - PREFIX_LENGTH
BITS = 5 * DRAWN  # 85: two of a million operations a day meet once in a hundred thousand years
PATTERN = re.compile(f"({'|'.join(PREFIXES.values())})[{ALPHABET}]{{{DRAWN}}}")


def new(api: int = 2) -> str:
    """An id nobody has or can guess, for an operation of this version of the API."""
    return from_number(secrets.randbits(BITS), api)


def of_key(folder_id: str, idempotency_key: str, api: int = 2) -> str:
    """The id of whatever a folder submits under an idempotency key: the same for the same two, always.

    So a repeated submit meets the first one's row, and no table of keys is needed.
    """
    length = len(folder_id.encode())  # or two pairs could read the same when joined
    digest = hashlib.sha256(f"{length}:{folder_id}:{idempotency_key}".encode()).digest()
    return from_number(int.from_bytes(digest, "big") >> (8 * len(digest) - BITS), api)


def from_number(number: int, api: int = 2) -> str:
    """The id that spells this number of BITS bits, 5 for a character."""
    return PREFIXES[api] + "".join(ALPHABET[(number >> shift) & 31] for shift in range(BITS - 5, -1, -5))


def is_one(text: str) -> bool:
    """Whether this can be an operation's id at all."""
    return PATTERN.fullmatch(text) is not None


def api_of(operation_id: str) -> int:
    """The version of the API that an id tells of."""
    return APIS[operation_id[:PREFIX_LENGTH]]
