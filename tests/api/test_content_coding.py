"""Packed request bodies: any cut gives the same bytes, and nothing grows beyond the limit."""

import contextlib
import gzip
import zlib
from collections.abc import AsyncIterator

import pytest
from hypothesis import given
from hypothesis import strategies as some
from starlette.exceptions import HTTPException

from govor.api.content_coding import PIECE_BYTES_MAX, plain
from govor.errors import BadRequest

BODY = bytes(range(256)) * 2_000  # more than one piece of unpacked data
LIMIT = 1 << 20
PACKED = [
    ("gzip", gzip.compress(BODY)),
    ("X-GZIP", gzip.compress(BODY[:70_000]) + gzip.compress(BODY[70_000:])),
    ("deflate", zlib.compress(BODY)),
    (" GZip ", zlib.compress(BODY)),
    ("identity", BODY),
    ("", BODY),
]


async def whole(parts: list[bytes], coding: str, bytes_max: int = LIMIT) -> bytes:
    async def body() -> AsyncIterator[bytes]:
        for part in parts:
            yield part

    return b"".join([piece async for piece in plain(body(), coding, bytes_max)])


@pytest.mark.asyncio
@pytest.mark.parametrize(("coding", "body"), PACKED)
@pytest.mark.parametrize("step", [7, 1_000, 1 << 20])
async def test_body_does_not_depend_on_how_its_bytes_arrive(coding: str, body: bytes, step: int) -> None:
    assert await whole([body[at : at + step] for at in range(0, len(body), step)], coding) == BODY


@pytest.mark.asyncio
@pytest.mark.parametrize("size", [PIECE_BYTES_MAX - 1, PIECE_BYTES_MAX, PIECE_BYTES_MAX + 1, 0])
async def test_nothing_is_left_where_the_last_piece_is_full(size: int) -> None:
    assert await whole([gzip.compress(bytes(size))], "gzip") == bytes(size)


@pytest.mark.asyncio
async def test_empty_body_may_claim_any_coding() -> None:
    assert await whole([], "gzip") == b""


@pytest.mark.asyncio
@pytest.mark.parametrize("coding", ["gzip", "identity"])
async def test_body_that_unpacks_to_more_than_is_allowed_is_refused(coding: str) -> None:
    bomb = bytes(50 << 20)
    with pytest.raises(HTTPException) as refused:
        await whole([gzip.compress(bomb) if coding == "gzip" else bomb], coding)
    assert refused.value.status_code == 413


@pytest.mark.asyncio
@pytest.mark.parametrize("coding", ["br", "zstd", "gzip, gzip", "aws-chunked"])
async def test_coding_that_is_not_unpacked_is_named(coding: str) -> None:
    with pytest.raises(HTTPException) as refused:
        await whole([b"{}"], coding)
    assert refused.value.status_code == 415
    assert refused.value.headers == {"Accept-Encoding": "gzip, deflate"}


@pytest.mark.asyncio
@pytest.mark.parametrize("body", [b"{}", gzip.compress(BODY)[:-9], gzip.compress(BODY) + b"{}"])
async def test_body_that_is_not_what_its_coding_says_is_a_bad_request(body: bytes) -> None:
    with pytest.raises(BadRequest):
        await whole([body], "gzip")


@pytest.mark.asyncio
@given(some.binary(max_size=200))
async def test_any_bytes_are_unpacked_or_refused(body: bytes) -> None:
    with contextlib.suppress(BadRequest):
        await whole([body[:20], body[20:]], "deflate")
