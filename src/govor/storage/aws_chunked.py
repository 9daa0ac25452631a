r"""The aws-chunked coding of S3 uploads, without I/O: coded bytes in, the object's bytes out.

    SIZE-IN-HEXADECIMAL[;chunk-signature=…]\r\n BYTES \r\n … 0[;…]\r\n [NAME:VALUE\r\n …] \r\n

Rule 1: bytes come out as they come in; a chunk's signature is checked at its end, so what came out counts
        only once `finish` has returned.
Rule 2: however the bytes are cut on their way, the same comes out.
Rule 3: with a key every chunk must be signed; without one (its secret unknown) signatures are not looked at.

Source: Amazon S3 API reference, "Signature Calculations … Multiple Chunks" and "… with Trailing Headers".
"""

import enum
import hashlib
import hmac
import re

from govor.errors import S3Refusal
from govor.storage.sigv4 import ChunkKey

LINE_BYTES_MAX = 1024  # a size and a signature have about 90, a trailing checksum less
TRAILERS_MAX = 8  # clients send one checksum and its signature
SIZE_LINE = re.compile(rb"([0-9A-Fa-f]{1,12})(?:;chunk-signature=([0-9a-f]{64}))?")  # 12 digits: 256 TiB
SIGNATURE_TRAILER = "x-amz-trailer-signature"


class Expect(enum.Enum):
    """What the next bytes must be."""

    SIZE = enum.auto()
    BYTES = enum.auto()
    LINE_END = enum.auto()  # after a chunk's bytes
    TRAILER = enum.auto()
    NOTHING = enum.auto()


class Decoder:
    """Feed it pieces; ask `trailers` after `finish`."""

    def __init__(self, key: ChunkKey | None = None, *, signed_trailers: bool = False) -> None:
        self.trailers: dict[str, str] = {}
        self._key = key
        self._signed_trailers = signed_trailers
        self._expect = Expect.SIZE
        self._line = bytearray()
        self._left = 0  # bytes of the chunk still to come
        self._digest = hashlib.sha256()
        self._claimed = ""
        self._previous = key.seed if key else ""

    def feed(self, piece: bytes) -> bytes:
        """The object's bytes in `piece`; raises S3Refusal for what is not aws-chunked or wrongly signed."""
        found = bytearray()
        rest = memoryview(piece)
        while rest:
            if self._expect is Expect.NOTHING:
                raise malformed("bytes follow the end of the body")
            if self._expect is Expect.BYTES:
                taken, rest = rest[: self._left], rest[self._left :]
                self._take(taken)
                found += taken
            else:
                rest = self._feed_line(rest)
        return bytes(found)

    def finish(self) -> None:
        """Raise S3Refusal unless the body came to its end, signatures included."""
        if self._expect is not Expect.NOTHING:
            raise S3Refusal("IncompleteBody", "The body ended before its last chunk.")
        if self._key and self._signed_trailers:
            self._check_trailers(self._key)

    def _take(self, taken: memoryview) -> None:
        if self._key:
            self._digest.update(taken)
        self._left -= len(taken)
        if not self._left:
            self._end_chunk()
            self._expect = Expect.LINE_END

    def _feed_line(self, rest: memoryview) -> memoryview:
        """Take bytes up to the end of a line, and act on it when it is whole."""
        room = LINE_BYTES_MAX - len(self._line) + 1
        head = bytes(rest[:room])
        end = head.find(b"\n")
        self._line += head if end < 0 else head[:end]
        if end < 0:
            if len(self._line) > LINE_BYTES_MAX:
                raise malformed("a line is too long")
            return rest[len(head) :]
        line = bytes(self._line).removesuffix(b"\r")
        self._line.clear()
        self._take_line(line)
        return rest[end + 1 :]

    def _take_line(self, line: bytes) -> None:
        if self._expect is Expect.SIZE:
            self._begin_chunk(line)
        elif self._expect is Expect.LINE_END:
            if line:
                raise malformed("a chunk is longer than it says")
            self._expect = Expect.SIZE
        elif not line:
            self._expect = Expect.NOTHING
        else:
            self._take_trailer(line)

    def _begin_chunk(self, line: bytes) -> None:
        found = SIZE_LINE.fullmatch(line)
        if not found:
            raise malformed("a chunk does not begin with its size")
        self._left = int(found[1], 16)
        self._claimed = (found[2] or b"").decode()
        self._digest = hashlib.sha256()
        if self._left:
            self._expect = Expect.BYTES
        else:
            self._end_chunk()
            self._expect = Expect.TRAILER

    def _end_chunk(self) -> None:
        if self._key:
            self._previous = self._key.chunk(self._previous, self._digest.hexdigest())
            matches(self._previous, self._claimed)

    def _take_trailer(self, line: bytes) -> None:
        name, colon, value = line.decode("latin-1").partition(":")
        name = name.strip().lower()
        if not colon or name in self.trailers or len(self.trailers) == TRAILERS_MAX:
            raise malformed("the trailing headers cannot be read")
        self.trailers[name] = value.strip()

    def _check_trailers(self, key: ChunkKey) -> None:
        claimed = self.trailers.get(SIGNATURE_TRAILER, "")
        lines = "".join(
            f"{name}:{value}\n" for name, value in sorted(self.trailers.items()) if name != SIGNATURE_TRAILER
        )
        matches(key.trailer(self._previous, hashlib.sha256(lines.encode()).hexdigest()), claimed)


def matches(expected: str, claimed: str) -> None:
    """SignatureDoesNotMatch unless both are the same."""
    if not hmac.compare_digest(expected.encode(), claimed.encode()):
        raise S3Refusal("SignatureDoesNotMatch", "The signature of a chunk does not match its content.")


def malformed(text: str) -> S3Refusal:
    """The error for a body that is not aws-chunked."""
    return S3Refusal("InvalidRequest", f"The aws-chunked body cannot be read: {text}.")
