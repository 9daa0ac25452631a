"""Bodies and what their headers promise of them."""

import base64
import hashlib
from collections.abc import AsyncIterator

import pytest

from govor.errors import S3Refusal
from govor.storage.aws_chunked import Decoder
from govor.storage.checksums import ALGORITHMS, written
from govor.storage.intake import Intake, Promise, begin, checked_md5

BODY = b"123456789"
MD5 = base64.b64encode(hashlib.md5(BODY).digest()).decode()
SHA256 = hashlib.sha256(BODY).hexdigest()
# The check values of the catalogue of parametrised CRC algorithms, and of FIPS 180-4.
CHECKS = {
    "crc32": "cbf43926",
    "crc32c": "e3069283",
    "crc64nvme": "ae8b14860a799888",
    "sha1": "f7c3bc1d808e04732adf679965ccc34ca7ae3441",
    "sha256": "15e2b0d3c33891ebb0f1ef609ec419420c20e320ce94c65fbc8c3312448eb225",
}


def value(algorithm: str) -> str:
    return base64.b64encode(bytes.fromhex(CHECKS[algorithm])).decode()


async def parts(*pieces: bytes) -> AsyncIterator[bytes]:
    for piece in pieces:
        yield piece


async def taken(promise: Promise, *pieces: bytes) -> bytes:
    return b"".join([piece async for piece in Intake(promise).decoded(parts(*pieces))])


@pytest.mark.parametrize("algorithm", sorted(ALGORITHMS))
def test_checksums_have_their_published_values(algorithm: str) -> None:
    whole, cut = begin(algorithm), begin(algorithm)
    whole.update(BODY)
    for byte in BODY:
        cut.update(bytes([byte]))
    assert whole.digest().hex() == cut.digest().hex() == CHECKS[algorithm]
    assert written(whole) == value(algorithm)


KEPT = [
    Promise(),
    Promise(size=9, md5=MD5, sha256=SHA256),
    Promise(checksums={name: value(name) for name in CHECKS}),
]


@pytest.mark.parametrize("promise", KEPT)
async def test_body_that_keeps_its_promises_passes(promise: Promise) -> None:
    assert await taken(promise, BODY[:4], BODY[4:]) == BODY


BROKEN = [
    (Promise(size=8), "IncompleteBody"),
    (Promise(size=10), "IncompleteBody"),
    (Promise(md5=base64.b64encode(bytes(16)).decode()), "BadDigest"),
    (Promise(sha256="0" * 64), "XAmzContentSHA256Mismatch"),
    *((Promise(checksums={name: "AAAA"}), "BadDigest") for name in CHECKS),
    (Promise(checksums={"crc32": "ы"}), "BadDigest"),
    (Promise(trailing=("crc32",)), "MalformedTrailerError"),
]


@pytest.mark.parametrize(("promise", "error"), BROKEN)
async def test_body_that_breaks_a_promise_is_refused(promise: Promise, error: str) -> None:
    with pytest.raises(S3Refusal) as refused:
        await taken(promise, BODY)
    assert refused.value.message == error


@pytest.mark.parametrize("algorithm", sorted(ALGORITHMS))
@pytest.mark.parametrize("good", [True, False])
async def test_checksum_behind_the_body_is_verified(algorithm: str, good: bool) -> None:
    trailer = f"x-amz-checksum-{algorithm}:{value(algorithm) if good else 'AAAA'}\r\n".encode()
    coded = b"9\r\n" + BODY + b"\r\n0\r\n" + trailer + b"\r\n"
    promise = Promise(decoder=Decoder(), size=9, trailing=(algorithm,))
    if good:
        assert await taken(promise, coded) == BODY
    else:
        with pytest.raises(S3Refusal, match="BadDigest"):
            await taken(promise, coded)


def test_unknown_checksum_is_refused_rather_than_overlooked() -> None:
    with pytest.raises(S3Refusal, match="InvalidRequest"):
        Intake(Promise(checksums={"crc128": "AAAA"}))


@pytest.mark.parametrize("value", ["", "?", "AAAA", "ы", MD5 + "\n"])
def test_content_md5_must_be_one(value: str) -> None:
    with pytest.raises(S3Refusal, match="InvalidDigest"):
        checked_md5(value)
