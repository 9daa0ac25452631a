"""Request bodies that a client has packed: Content-Encoding gzip and deflate (RFC 9110, section 8.4.1).

A body that unpacks to more than is allowed is refused at the byte that is too much; what it would have become
is never held.
"""

import zlib
from collections.abc import AsyncGenerator, AsyncIterator

from starlette.exceptions import HTTPException

from govor.errors import BadRequest

PLAIN, PACKED = ("", "identity"), ("gzip", "x-gzip", "deflate")
GZIP_OR_ZLIB = zlib.MAX_WBITS | 32  # the header says which
PIECE_BYTES_MAX = 64 << 10  # of unpacked data at a time


async def plain(parts: AsyncIterator[bytes], coding: str, bytes_max: int) -> AsyncGenerator[bytes, None]:
    """The body as it was before `coding`, a Content-Encoding.

    Raises HTTPException: 415 for a coding that is not unpacked here, 413 beyond `bytes_max`; BadRequest: it
    is not what the coding says.
    """
    name = coding.strip().lower()
    if name not in PLAIN + PACKED:
        raise HTTPException(
            415, "Content-Encoding may be gzip or deflate", {"Accept-Encoding": "gzip, deflate"}
        )
    unpacked = parts if name in PLAIN else _unpacked(parts, name)
    length = 0
    async for piece in unpacked:
        length += len(piece)
        if length > bytes_max:
            raise HTTPException(413, f"the body is longer than {bytes_max} bytes")
        yield piece


async def _unpacked(parts: AsyncIterator[bytes], name: str) -> AsyncGenerator[bytes, None]:
    unpacker, whole = zlib.decompressobj(GZIP_OR_ZLIB), True
    try:
        async for part in parts:
            left: bytes | None = part
            while left is not None:
                piece = unpacker.decompress(left, PIECE_BYTES_MAX)
                if piece:
                    yield piece
                left, whole = _left(unpacker, piece), unpacker.eof
                if whole and left:  # gzip members may stand one behind the other
                    unpacker = zlib.decompressobj(GZIP_OR_ZLIB)
    except zlib.error as error:
        raise BadRequest(f"the body is not {name}, as its Content-Encoding says", str(error)) from error
    if not whole:
        raise BadRequest(f"the body ends before its {name} data does")


def _left(unpacker: "zlib._Decompress", piece: bytes) -> bytes | None:
    """What is still to be unpacked; b"" if more only has to be asked for, None if the next part is needed."""
    left = unpacker.unused_data if unpacker.eof else unpacker.unconsumed_tail
    return left if left or (len(piece) == PIECE_BYTES_MAX and not unpacker.eof) else None
