"""What an upload's headers promise of its body. Pure."""

import re

from govor.errors import S3Refusal
from govor.storage.aws_chunked import Decoder
from govor.storage.checksums import HEADER
from govor.storage.intake import Promise, checked_md5
from govor.storage.sigv4 import UNSIGNED, ChunkKey, SignedRequest

SHA256 = re.compile(r"[0-9a-f]{64}")
CODING = "aws-chunked"
STREAMING = "STREAMING-"
STREAMS = {
    f"{STREAMING}{UNSIGNED}-TRAILER",
    f"{STREAMING}AWS4-HMAC-SHA256-PAYLOAD",
    f"{STREAMING}AWS4-HMAC-SHA256-PAYLOAD-TRAILER",
}
# Headers that begin like checksums and are none.
ABOUT_CHECKSUMS = {HEADER + name for name in ("algorithm", "mode", "type")}
KEPT = ("cache-control", "content-disposition", "content-language", "content-type", "expires")
METADATA = "x-amz-meta-"
METADATA_BYTES_MAX = 2 << 10  # S3's limit on all of it


def promise_of(request: SignedRequest, chunk_key: ChunkKey | None) -> Promise:
    """What is to be checked while the body comes; raises S3Refusal."""
    payload = request.header("x-amz-content-sha256") or UNSIGNED
    md5 = request.header("content-md5")
    checksums = {
        name.removeprefix(HEADER): value
        for name, value in request.headers
        if name.startswith(HEADER) and name not in ABOUT_CHECKSUMS
    }
    trailers = [name.strip().lower() for name in (request.header("x-amz-trailer") or "").split(",")]
    return Promise(
        decoder=_decoder(payload, chunk_key),
        size=size_of(request),
        md5=None if md5 is None else checked_md5(md5),
        sha256=_sha256(payload),
        checksums=checksums,
        trailing=tuple(name.removeprefix(HEADER) for name in trailers if name.startswith(HEADER)),
    )


def size_of(request: SignedRequest) -> int | None:
    """The size of the object's bytes as declared; raises S3Refusal where it must be and is not."""
    streams = (request.header("x-amz-content-sha256") or "").startswith(STREAMING)
    declared = request.header("x-amz-decoded-content-length" if streams else "content-length")
    if declared is None and streams:
        raise S3Refusal("MissingContentLength", "You must provide x-amz-decoded-content-length.")
    if declared is not None and not (declared.isascii() and declared.isdecimal() and len(declared) < 16):
        raise S3Refusal("InvalidArgument", "The length of the body is no number.")
    return None if declared is None else int(declared)


def headers_to_keep(request: SignedRequest) -> dict[str, str]:
    """What readers of the object get back; raises S3Refusal for too much of it."""
    kept = {name: value for name, value in request.headers if name in KEPT or name.startswith(METADATA)}
    codings = [each.strip() for each in (request.header("content-encoding") or "").split(",")]
    if rest := [each for each in codings if each and each.lower() != CODING]:
        kept["content-encoding"] = ", ".join(rest)
    size = sum(len(name) + len(value) for name, value in kept.items() if name.startswith(METADATA))
    if size > METADATA_BYTES_MAX:
        raise S3Refusal("InvalidArgument", f"Your metadata is longer than {METADATA_BYTES_MAX} bytes.")
    return kept


def _decoder(payload: str, chunk_key: ChunkKey | None) -> Decoder | None:
    if not payload.startswith(STREAMING):
        return None
    if payload not in STREAMS:
        raise S3Refusal("NotImplemented", f"{payload} is not implemented here.")
    signed = UNSIGNED not in payload
    return Decoder(chunk_key if signed else None, signed_trailers=payload.endswith("-TRAILER"))


def _sha256(payload: str) -> str | None:
    if payload == UNSIGNED or payload.startswith(STREAMING):
        return None
    if not SHA256.fullmatch(payload):
        raise S3Refusal(
            "InvalidArgument", "x-amz-content-sha256 must be UNSIGNED-PAYLOAD, STREAMING-… or a SHA256."
        )
    return payload
