"""The readers that meet strangers' bytes first. Each takes any bytes; only a refusal of ours may come out.

Add a reader here and both the tests and `make fuzz` try it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from govor.api import client_hello, lenient_json
from govor.api.s3 import xml
from govor.audio import mp3_frames, ogg, sniff, wav
from govor.audio.ogg_opus import TimeLine
from govor.errors import BadAudio, BadRequest, CallerError, GovorError, S3Refusal
from govor.pb.yandex.cloud.ai.stt.v2 import stt_service_pb2 as v2
from govor.pb.yandex.cloud.ai.stt.v3 import stt_pb2 as v3
from govor.records import AudioEncoding, AudioSpec
from govor.storage import aws_chunked, sigv4, uris
from tests.audio.recordings import mp3, opus, tone
from tests.audio.recordings import wav as wav_file

PIECE_BYTES = 997  # how files arrive: in pieces that fit nothing
SUBMIT = (
    b'{"config": {"specification": {"languageCode": "ru-RU", "sampleRateHertz": "8000", "rawResults": "1"}},'
    b' "audio": {"uri": "https://storage.yandexcloud.net/bucket/key"}}'
)
SUBMIT_V3 = (
    b'{"uri": "s3://b/k", "recognition_model": {"audioFormat": {"rawAudio": {"sampleRateHertz": 1.6e4}}},'
    b' "summarization": {"properties": [{"jsonSchema": {"schema": {"a": [1, null, {"b": "c"}]}}}]}}'
)
LINK = (
    b"X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=K%2F20260101%2Fru-central1%2Fs3%2Faws4_request"
    b"&X-Amz-Date=20260101T000000Z&X-Amz-Expires=60&X-Amz-SignedHeaders=host&X-Amz-Signature=" + b"0" * 64
)
HELLO = bytes.fromhex("160301002f0100002b0303") + bytes(32) + b"\0\0\2\x13\1\1\0\0\0"


@dataclass(frozen=True, kw_only=True, slots=True)
class Target:
    """One reader, bytes that it likes, and what it may raise."""

    read: Callable[[bytes], object]
    seeds: Sequence[bytes]
    refuses: tuple[type[GovorError], ...] = (CallerError,)


def ogg_opus(data: bytes) -> None:
    """A file as it comes, page by page; time never runs backwards and no sound is negative."""
    reader, line = ogg.PageReader(), TimeLine()
    for at in range(0, len(data), PIECE_BYTES):
        for page in reader.feed(data[at : at + PIECE_BYTES]):
            line.push(page)
    for page in reader.finish():
        line.push(page)


def sealed_ogg_opus(data: bytes) -> None:
    """The same with checksums that are right: what is inside the pages is read."""
    ogg_opus(sealed(data))


def sealed(data: bytes) -> bytes:
    """Every page gets the checksum of what it holds."""
    made, at = bytearray(data), data.find(ogg.CAPTURE)
    while at >= 0 and (size := ogg.page_size(data, at)) is not None:
        made[at + 22 : at + 26] = bytes(4)
        made[at + 22 : at + 26] = ogg.checksum(bytes(made[at : at + size])).to_bytes(4, "little")
        at = data.find(ogg.CAPTURE, at + max(size, 4))
    return bytes(made)


def heads(data: bytes) -> None:
    """The first bytes of a recording, under every declared encoding; each is accepted or refused alone."""
    for encoding in AudioEncoding:
        try:
            sniff.probe(data, AudioSpec(encoding=encoding, sample_rate_hz=8_000, channels=2))
        except BadAudio:
            continue


def mp3_file(data: bytes) -> None:
    """Frames of an MP3 file."""
    reader = mp3_frames.FrameReader()
    for at in range(0, len(data), PIECE_BYTES):
        for frame in reader.feed(data[at : at + PIECE_BYTES]):
            mp3_frames.leading_delay(frame)
    for frame in reader.finish():
        mp3_frames.leading_delay(frame)


def chunked(data: bytes) -> None:
    """A body of an S3 client, in pieces."""
    decoder = aws_chunked.Decoder()
    for at in range(0, len(data), 7):
        decoder.feed(data[at : at + 7])
    decoder.finish()


def s3_documents(data: bytes) -> None:
    """The two documents that S3 clients send."""
    for read in (xml.read_delete, xml.read_complete):
        try:
            read(data)
        except S3Refusal:
            continue


def signed_link(data: bytes) -> None:
    """The query of a presigned link; and what is claimed in it, verified."""
    query = data.decode("latin-1")
    request = sigv4.SignedRequest(method="GET", path="/b/k", query=query, headers=[("host", "x")])
    if claim := sigv4.claim_of(request):
        sigv4.verify(claim, request, "secret", 1_767_225_600.0)


def link(data: bytes) -> None:
    """A link of a request."""
    uris.parse(data.decode("utf-8", "replace"), ["*.example.org"])


TARGETS: Mapping[str, Target] = {
    "ogg": Target(read=ogg_opus, seeds=(opus(tone(0.2)), opus(tone(0.1)) * 2)),
    "ogg-sealed": Target(
        read=sealed_ogg_opus,
        seeds=(opus(tone(0.2)), opus(tone(0.1, [440.0] * 6), b="200k", mapping_family="255")),
    ),
    "heads": Target(read=heads, seeds=(opus(tone(0.1)), mp3(tone(0.1)), wav_file(tone(0.1), 48_000))),
    "mp3": Target(read=mp3_file, seeds=(mp3(tone(0.2)), b"ID3\4\0\0\0\0\1\0" + bytes(128) + mp3(tone(0.1)))),
    "wav": Target(read=wav.read_header, seeds=(wav_file(tone(0.1), 48_000)[:200],)),
    "json-v2": Target(
        read=lambda data: lenient_json.read(data, v2.LongRunningRecognitionRequest()),
        seeds=(SUBMIT,),
        refuses=(BadRequest,),
    ),
    "json-v3": Target(
        read=lambda data: lenient_json.read(data, v3.RecognizeFileRequest()),
        seeds=(SUBMIT_V3,),
        refuses=(BadRequest,),
    ),
    "aws-chunked": Target(read=chunked, seeds=(b"5\r\nhello\r\n0\r\nx-amz-checksum-crc32:AAAAAA==\r\n\r\n",)),
    "s3-xml": Target(
        read=s3_documents,
        seeds=(
            b"<Delete><Object><Key>a</Key></Object><Quiet>true</Quiet></Delete>",
            b"<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>x</ETag></Part>"
            b"</CompleteMultipartUpload>",
        ),
    ),
    "sigv4-link": Target(read=signed_link, seeds=(LINK,)),
    "link": Target(
        read=link, seeds=(b"https://b.storage.yandexcloud.net/k%20?X-Amz-Signature=1", b"s3://bucket/key")
    ),
    "hello": Target(read=client_hello.door, seeds=(HELLO, b"PRI * HTTP/2.0\r\n", b"GET / HTTP/1.1\r\n")),
}
