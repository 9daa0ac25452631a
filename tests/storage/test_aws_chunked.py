"""The aws-chunked coding: Amazon's example, any cut of the bytes, and bodies that are broken."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from govor.errors import S3Refusal
from govor.storage import sigv4
from govor.storage.aws_chunked import LINE_BYTES_MAX, Decoder
from govor.storage.sigv4 import ChunkKey, Claim

# Amazon S3 API reference: "Example: PUT Object", 65 KiB of `a` in chunks of 64 KiB.
CLAIM = Claim(
    key_id="AKIAIOSFODNN7EXAMPLE",
    date="20130524",
    region="us-east-1",
    moment="20130524T000000Z",
    signed_headers=("host",),
    signature="",
    payload="STREAMING-AWS4-HMAC-SHA256-PAYLOAD",
)
SIGNATURES = (
    "ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648",
    "0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497",
    "b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9",
)


def key() -> ChunkKey:
    return ChunkKey(
        key=sigv4.signing_key("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", CLAIM),
        moment=CLAIM.moment,
        scope=CLAIM.scope,
        seed="4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9",
    )


def example() -> bytes:
    first, second, last = (f";chunk-signature={signature}\r\n".encode() for signature in SIGNATURES)
    chunks = b"10000" + first + b"a" * 65_536 + b"\r\n" + b"400" + second + b"a" * 1_024 + b"\r\n"
    return chunks + b"0" + last + b"\r\n"


def coded(pieces: list[bytes], trailers: str = "", signer: ChunkKey | None = None) -> bytes:
    """What a client sends for these chunks, signed if there is a signer."""
    body, previous = b"", signer.seed if signer else ""
    for piece in [*filter(None, pieces), b""]:
        line = f"{len(piece):x}"
        if signer:
            previous = signer.chunk(previous, hashlib.sha256(piece).hexdigest())
            line += f";chunk-signature={previous}"
        body += line.encode() + b"\r\n" + piece + (b"\r\n" if piece else b"")
    body += trailers.encode()
    if signer and trailers:
        digest = hashlib.sha256(trailers.replace("\r\n", "\n").encode()).hexdigest()
        body += f"x-amz-trailer-signature:{signer.trailer(previous, digest)}\r\n".encode()
    return body + b"\r\n"


def decoded(body: bytes, decoder: Decoder, step: int) -> bytes:
    found = b"".join(decoder.feed(body[start : start + step]) for start in range(0, len(body), step))
    decoder.finish()
    return found


@pytest.mark.parametrize("step", [1 << 20, 4_096, 7])
def test_signed_chunks_of_amazons_page_are_right(step: int) -> None:
    assert decoded(example(), Decoder(key()), step) == b"a" * 66_560


@pytest.mark.parametrize("place", [5, 100, 66_500, len(example()) - 10])
def test_change_anywhere_in_signed_chunks_is_noticed(place: int) -> None:
    body = bytearray(example())
    body[place] ^= 1
    with pytest.raises(S3Refusal) as refused:
        decoded(bytes(body), Decoder(key()), 1 << 20)
    assert refused.value.message in ("SignatureDoesNotMatch", "InvalidRequest")


@given(
    st.lists(st.binary(max_size=200), max_size=6),
    st.integers(1, 300),
    st.booleans(),
    st.sampled_from(["", "AA=="]),
)
def test_chunks_do_not_depend_on_how_the_bytes_arrive(
    pieces: list[bytes], step: int, signed: bool, checksum: str
) -> None:
    signer = key() if signed else None
    trailers = f"x-amz-checksum-crc32:{checksum}\r\n" if checksum else ""
    decoder = Decoder(signer, signed_trailers=bool(trailers))
    assert decoded(coded(pieces, trailers, signer), decoder, step) == b"".join(pieces)
    assert decoder.trailers.get("x-amz-checksum-crc32", "") == checksum


@given(st.lists(st.binary(max_size=50), max_size=4), st.data())
def test_body_that_ends_early_is_incomplete(pieces: list[bytes], data: st.DataObject) -> None:
    body = coded(pieces, "x-amz-checksum-crc32:AAAAAA==\r\n")
    cut = data.draw(st.integers(0, len(body) - 1))
    with pytest.raises(S3Refusal) as refused:
        decoded(body[:cut], Decoder(), 16)
    assert refused.value.message == "IncompleteBody"


@given(st.binary(max_size=300), st.integers(1, 50))
def test_any_bytes_are_decoded_or_refused(body: bytes, step: int) -> None:
    try:
        found = decoded(body, Decoder(), step)
    except S3Refusal:
        return
    assert len(found) < len(body)


@pytest.mark.parametrize(
    "body",
    [
        b"\r\n",
        b"-1\r\na\r\n0\r\n\r\n",
        b"0x5\r\nhello\r\n0\r\n\r\n",
        b"5;other=1\r\nhello\r\n0\r\n\r\n",
        b"4\r\nhello\r\n0\r\n\r\n",
        b"f" * 13 + b"\r\n",
        b"0\r\nno colon\r\n\r\n",
        b"0\r\na:b\r\nA:b\r\n\r\n",
        b"0\r\n" + b"".join(b"%d:b\r\n" % number for number in range(9)) + b"\r\n",
        b"0\r\n\r\nmore",
        b"1" * (LINE_BYTES_MAX + 1),
        b"0\r\nx:" + b"y" * LINE_BYTES_MAX,
    ],
)
@pytest.mark.parametrize("step", [1, 1 << 20])
def test_what_is_not_aws_chunked_is_refused(body: bytes, step: int) -> None:
    with pytest.raises(S3Refusal) as refused:
        decoded(body, Decoder(), step)
    assert refused.value.message == "InvalidRequest"


def test_unsigned_chunk_is_refused_where_signatures_are_wanted() -> None:
    with pytest.raises(S3Refusal) as refused:
        decoded(b"1\r\na\r\n0\r\n\r\n", Decoder(key()), 1 << 20)
    assert refused.value.message == "SignatureDoesNotMatch"


def test_trailer_that_was_changed_does_not_match() -> None:
    body = coded([b"abc"], "x-amz-checksum-crc32:AAAAAA==\r\n", key()).replace(b"AAAAAA==", b"BBBBBB==")
    with pytest.raises(S3Refusal) as refused:
        decoded(body, Decoder(key(), signed_trailers=True), 1 << 20)
    assert refused.value.message == "SignatureDoesNotMatch"
