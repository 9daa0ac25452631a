"""One upload's body: decoded, counted and held against everything its headers promised. Without I/O.

Rule 1: the bytes pass through while they are checked; only when `decoded` has ended well are they good.
Rule 2: a checksum of a kind we do not know is refused, never overlooked.
"""

import base64
import hashlib
import hmac
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field

from govor.errors import S3Refusal
from govor.storage.aws_chunked import Decoder
from govor.storage.checksums import ALGORITHMS, HEADER, Checksum, written


@dataclass(frozen=True, kw_only=True, slots=True)
class Promise:
    """What a request says of its body."""

    decoder: Decoder | None = None  # for aws-chunked
    size: int | None = None  # bytes, decoded
    md5: str | None = None  # base64, of Content-MD5
    sha256: str | None = None  # hexadecimal, of X-Amz-Content-Sha256
    checksums: Mapping[str, str] = field(default_factory=dict)  # algorithm → base64
    trailing: tuple[str, ...] = ()  # algorithms whose checksum follows the body


class Intake:
    """Takes a body in; afterwards `checksums` holds what was verified."""

    def __init__(self, promise: Promise) -> None:
        self.checksums: dict[str, str] = {}
        self._promise = promise
        self._size = 0
        self._md5 = hashlib.md5(usedforsecurity=False) if promise.md5 is not None else None
        self._sha256 = hashlib.sha256() if promise.sha256 is not None else None
        self._running = {name: begin(name) for name in {*promise.checksums, *promise.trailing}}

    async def decoded(self, stream: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
        """The object's bytes; raises S3Refusal as soon as a promise is known to be broken."""
        async for piece in stream:
            if found := self.feed(piece):
                yield found
        self.finish()

    def feed(self, piece: bytes) -> bytes:
        """The object's bytes among the next ones of the body."""
        if self._promise.decoder:
            piece = self._promise.decoder.feed(piece)
        self._size += len(piece)
        if self._promise.size is not None and self._size > self._promise.size:
            raise S3Refusal("IncompleteBody", "The body is longer than it was declared.")
        for digest in (self._md5, self._sha256, *self._running.values()):
            if digest is not None:
                digest.update(piece)
        return piece

    def finish(self) -> None:
        """Raise S3Refusal unless every promise was kept."""
        if self._promise.decoder:
            self._promise.decoder.finish()
        if self._promise.size not in (None, self._size):
            raise S3Refusal("IncompleteBody", "The body is shorter than it was declared.")
        if self._md5 is not None:
            same = hmac.compare_digest(written(self._md5), self._promise.md5 or "")
            require(same, "BadDigest", "The Content-MD5 you specified did not match what we received.")
        if self._sha256 is not None:
            same = hmac.compare_digest(self._sha256.hexdigest(), self._promise.sha256 or "")
            text = "The provided 'x-amz-content-sha256' header does not match what was computed."
            require(same, "XAmzContentSHA256Mismatch", text)
        self._check_checksums()

    def _check_checksums(self) -> None:
        promised = dict(self._promise.checksums)
        for name in self._promise.trailing:
            trailers = self._promise.decoder.trailers if self._promise.decoder else {}
            require(
                HEADER + name in trailers, "MalformedTrailerError", f"The trailer {HEADER}{name} is missing."
            )
            promised[name] = trailers[HEADER + name]
        for name, value in promised.items():
            self.checksums[name] = written(self._running[name])
            same = hmac.compare_digest(self.checksums[name].encode(), value.encode())
            require(
                same, "BadDigest", f"The {name.upper()} you specified did not match the calculated checksum."
            )


def begin(algorithm: str) -> Checksum:
    """A checksum by the end of its header's name; raises S3Refusal for an unknown one."""
    if algorithm not in ALGORITHMS:
        raise S3Refusal(
            "InvalidRequest", f"The checksum {algorithm} is not known: use {', '.join(ALGORITHMS)}."
        )
    return ALGORITHMS[algorithm]()


def checked_md5(value: str) -> str:
    """Content-MD5 itself; InvalidDigest when it is not the base64 of 16 bytes."""
    try:
        size = len(base64.b64decode(value, validate=True))
    except ValueError as error:
        raise S3Refusal("InvalidDigest", "The Content-MD5 you specified is not valid.") from error
    require(size == hashlib.md5(usedforsecurity=False).digest_size, "InvalidDigest", "Not an MD5.")
    return value


def require(kept: bool, name: str, text: str) -> None:
    """Refuse unless `kept`."""
    if not kept:
        raise S3Refusal(name, text)
