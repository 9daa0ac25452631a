"""The S3 door byte by byte: codings of a body, hosts, refusals, and that nothing else is mistaken for S3."""

import base64
import hashlib
import socket
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
import requests
from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from hypothesis import given
from hypothesis import strategies as st

from govor.api.s3 import addressing, errors, xml
from govor.api.s3.addressing import Address
from govor.api.s3.call import DOCUMENT_BYTES_MAX
from govor.errors import GovorError, S3Refusal
from govor.storage import sigv4
from govor.storage.sigv4 import ChunkKey, SignedRequest
from tests.api.live import TIMEOUT_SECONDS, Live, live
from tests.api.s3_clients import REGION, access_key, client, refusal
from tests.storage.test_aws_chunked import coded

BODY = b"0123456789" * 10_000
CRC32 = base64.b64encode(zlib.crc32(BODY).to_bytes(4, "big")).decode()
HOST = "storage.yandexcloud.net"
PIECES = [BODY[start : start + 8_192] for start in range(0, len(BODY), 8_192)]


class Signer:
    """Signs requests as botocore does, with any headers."""

    def __init__(self, service: Live) -> None:
        self.service = service
        self.key = access_key(service)

    def headers(self, method: str, path: str, **more: str) -> dict[str, str]:
        """All headers of a request; keywords have _ for -."""
        given = {name.replace("_", "-"): value for name, value in more.items()}
        host = given.pop("host", self.service.http.removeprefix("http://"))
        request = AWSRequest(method, f"http://{host}{path}", headers={"Host": host, **given})
        request.context["payload_signing_enabled"] = False
        auth = S3SigV4Auth(Credentials(*self.key), "s3", REGION)
        if sha256 := given.get("x-amz-content-sha256"):
            auth.payload = lambda _: sha256
        auth.add_auth(request)
        return dict(request.headers)

    def put(self, key: str, body: bytes, **more: str) -> requests.Response:
        """PUT to the bucket `wire`."""
        path = f"/wire/{quote(key)}"
        return self.send("PUT", path, body, self.headers("PUT", path, **more))

    def send(self, method: str, path: str, body: bytes, headers: dict[str, str]) -> requests.Response:
        """As it is."""
        url = self.service.http + path
        return requests.request(method, url, data=body, headers=headers, timeout=TIMEOUT_SECONDS)


@pytest.fixture(scope="module")
def signer(service: Live) -> Signer:
    return Signer(service)


def error_of(answer: requests.Response) -> tuple[str, int]:
    """Name and status; the document has S3's elements."""
    assert answer.headers["content-type"] == "application/xml"
    assert answer.headers["x-amz-request-id"] in answer.text
    return answer.text.partition("<Code>")[2].partition("</Code>")[0], answer.status_code


def stream_headers(payload: str, **more: str) -> dict[str, str]:
    return {
        "content_encoding": "aws-chunked",
        "x_amz_content_sha256": payload,
        "x_amz_decoded_content_length": str(len(BODY)),
        **more,
    }


def chunk_key(signer: Signer, headers: dict[str, str]) -> ChunkKey:
    """What the chunks' signatures continue from, on the client's side."""
    claim = sigv4.claim_of(
        sigv4.SignedRequest(
            method="PUT", path="", query="", headers=[(k.lower(), v) for k, v in headers.items()]
        )
    )
    assert claim is not None
    key = sigv4.signing_key(signer.key[1], claim)
    return ChunkKey(key=key, moment=claim.moment, scope=claim.scope, seed=claim.signature)


@pytest.mark.parametrize("checksum", [CRC32, "AAAAAA=="])
@pytest.mark.parametrize("signed", [False, True])
def test_body_in_chunks_with_a_trailing_checksum(
    service: Live, signer: Signer, signed: bool, checksum: str
) -> None:
    payload = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER" if signed else "STREAMING-UNSIGNED-PAYLOAD-TRAILER"
    headers = signer.headers(
        "PUT", "/wire/chunks", **stream_headers(payload, x_amz_trailer="x-amz-checksum-crc32")
    )
    trailers = f"x-amz-checksum-crc32:{checksum}\r\n"
    body = coded(PIECES, trailers, chunk_key(signer, headers) if signed else None)
    there = service.data_dir / "objects/wire/chunks"
    there.unlink(missing_ok=True)
    answer = signer.send("PUT", "/wire/chunks", body, headers)
    if checksum == CRC32:
        assert (answer.status_code, answer.headers["x-amz-checksum-crc32"]) == (200, CRC32)
        assert answer.headers["etag"] == f'"{hashlib.md5(BODY).hexdigest()}"'
        assert there.read_bytes() == BODY
    else:
        assert error_of(answer) == ("BadDigest", 400)
        assert not there.exists()


@pytest.mark.parametrize("place", [None, 50_000])
def test_body_in_signed_chunks(service: Live, signer: Signer, place: int | None) -> None:
    payload = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"
    headers = signer.headers("PUT", "/wire/signed", **stream_headers(payload))
    body = bytearray(coded(PIECES, "", chunk_key(signer, headers)))
    there = service.data_dir / "objects/wire/signed"
    there.unlink(missing_ok=True)
    if place is not None:
        body[place] ^= 1
    answer = signer.send("PUT", "/wire/signed", bytes(body), headers)
    if place is None:
        assert (answer.status_code, there.read_bytes()) == (200, BODY)
    else:
        assert error_of(answer) == ("SignatureDoesNotMatch", 403)
        assert not there.exists()


BROKEN: list[tuple[dict[str, str], bytes, tuple[str, int]]] = [
    ({"x_amz_content_sha256": "0" * 64}, BODY, ("XAmzContentSHA256Mismatch", 400)),
    ({"x_amz_content_sha256": "nonsense"}, BODY, ("InvalidArgument", 400)),
    (
        {"x_amz_content_sha256": "STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD"},
        BODY,
        ("MissingContentLength", 411),
    ),
    (stream_headers("STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD"), BODY, ("NotImplemented", 501)),
    (stream_headers("STREAMING-UNSIGNED-PAYLOAD-TRAILER"), BODY, ("InvalidRequest", 400)),
    (stream_headers("STREAMING-UNSIGNED-PAYLOAD-TRAILER"), coded(PIECES[1:]), ("IncompleteBody", 400)),
    (stream_headers("STREAMING-UNSIGNED-PAYLOAD-TRAILER"), coded([*PIECES, b"x"]), ("IncompleteBody", 400)),
    (
        stream_headers("STREAMING-UNSIGNED-PAYLOAD-TRAILER", x_amz_trailer="x-amz-checksum-crc32"),
        coded(PIECES),
        ("MalformedTrailerError", 400),
    ),
    ({"content_md5": base64.b64encode(bytes(16)).decode()}, BODY, ("BadDigest", 400)),
    ({"content_md5": "?"}, BODY, ("InvalidDigest", 400)),
    ({"x_amz_checksum_crc128": "AAAA"}, BODY, ("InvalidRequest", 400)),
    ({"x_amz_meta_long": "x" * 3_000}, BODY, ("InvalidArgument", 400)),
]


@pytest.mark.parametrize(("headers", "body", "error"), BROKEN)
def test_body_that_breaks_its_promise_leaves_nothing(
    service: Live, signer: Signer, headers: dict[str, str], body: bytes, error: tuple[str, int]
) -> None:
    given = {"x_amz_content_sha256": "UNSIGNED-PAYLOAD", **headers}
    assert error_of(signer.put("broken", body, **given)) == error
    assert not (service.data_dir / "objects/wire/broken").exists()
    assert not list((service.data_dir / "objects").glob(".incoming/*"))


def test_content_md5_and_sha256_that_are_right_pass(signer: Signer) -> None:
    md5 = base64.b64encode(hashlib.md5(BODY).digest()).decode()
    answer = signer.put("right", BODY, content_md5=md5, x_amz_content_sha256=hashlib.sha256(BODY).hexdigest())
    assert answer.status_code == 200


@pytest.mark.parametrize("virtual", [False, True])
def test_object_storages_own_hosts_lead_here(service: Live, signer: Signer, virtual: bool) -> None:
    """As with a hosts entry or a proxy: nothing but the host of the request tells that it is S3."""
    host, path = (f"wire.{HOST}", "/hosts") if virtual else (HOST, "/wire/hosts")
    headers = signer.headers("PUT", path, host=host, x_amz_content_sha256="UNSIGNED-PAYLOAD")
    assert signer.send("PUT", path, BODY, headers).status_code == 200
    assert (service.data_dir / "objects/wire/hosts").read_bytes() == BODY
    stranger = signer.send("GET", path, b"", {"Host": host})
    assert error_of(stranger) == ("AccessDenied", 403)
    with_api_key = signer.send("GET", path, b"", {"Host": host, **service.authorization})
    assert with_api_key.content == BODY


def test_key_of_the_api_uploads_what_its_folders_s3_keys_read(service: Live, signer: Signer) -> None:
    put = requests.put(
        f"{service.http}/objects/wire/both-doors",
        BODY,
        headers=service.authorization,
        timeout=TIMEOUT_SECONDS,
    )
    headers = signer.headers("GET", "/wire/both-doors", x_amz_content_sha256="UNSIGNED-PAYLOAD")
    got = signer.send("GET", "/wire/both-doors", b"", headers)
    assert (got.content, got.headers["etag"]) == (BODY, put.headers["etag"])


def test_other_folder_may_not_upload_into_a_bucket_that_has_an_owner(service: Live, signer: Signer) -> None:
    assert signer.put("mine", b"x", x_amz_content_sha256="UNSIGNED-PAYLOAD").status_code == 200
    answer = requests.put(
        f"{service.http}/objects/wire/mine",
        b"y",
        headers={"Authorization": f"Api-Key {service.key_of_another_folder}"},
        timeout=TIMEOUT_SECONDS,
    )
    assert (answer.status_code, answer.json()["code"]) == (403, 7)
    assert answer.json()["message"] == "Permission to [storage.bucket wire] denied"
    assert (service.data_dir / "objects/wire/mine").read_bytes() == b"x"


@pytest.mark.parametrize(
    ("method", "path", "headers", "error"),
    [
        ("GET", "/wire", {"Authorization": "AWS id:signature"}, ("InvalidRequest", 400)),
        ("GET", "/wire/a?AWSAccessKeyId=id&Signature=x&Expires=1", {}, ("InvalidRequest", 400)),
        (
            "GET",
            "/wire",
            {"Authorization": "AWS4-HMAC-SHA256 nonsense"},
            ("AuthorizationHeaderMalformed", 400),
        ),
        ("GET", "/wire/a?X-Amz-Signature=0", {}, ("AuthorizationQueryParametersError", 400)),
        ("GET", "/wire/a", {"Host": HOST, "Authorization": "Api-Key wrong"}, ("AccessDenied", 403)),
    ],
)
def test_request_that_proves_nothing_is_refused_in_s3s_words(
    signer: Signer, method: str, path: str, headers: dict[str, str], error: tuple[str, int]
) -> None:
    assert error_of(signer.send(method, path, b"", headers)) == error


@pytest.mark.parametrize(
    ("method", "path", "error"),
    [
        ("GET", "/.incoming/key", ("InvalidArgument", 400)),
        ("GET", "/.notes/key", ("InvalidArgument", 400)),
        ("PUT", "/wire/folder/", ("InvalidArgument", 400)),
        ("PUT", "/wire/" + "k" * 1_025, ("InvalidArgument", 400)),
        ("GET", "/wire/a?torrent", ("NotImplemented", 501)),
        ("GET", "/wire?max-keys=-1", ("InvalidArgument", 400)),
        ("GET", "/wire?list-type=2&continuation-token=%3F", ("InvalidArgument", 400)),
        ("PATCH", "/wire/a", ("MethodNotAllowed", 405)),
        ("POST", "/wire/a", ("NotImplemented", 501)),
        ("POST", "/wire?delete", ("MalformedXML", 400)),
        ("PUT", "/wire/a?uploadId=0&partNumber=1", ("NoSuchUpload", 404)),
    ],
)
def test_request_that_cannot_be_served_says_why(
    signer: Signer, method: str, path: str, error: tuple[str, int]
) -> None:
    signer.put("a", b"x", x_amz_content_sha256="UNSIGNED-PAYLOAD")
    headers = signer.headers(method, path, x_amz_content_sha256="UNSIGNED-PAYLOAD")
    assert error_of(signer.send(method, path, b"", headers)) == error


def test_document_that_is_too_long_is_refused(signer: Signer) -> None:
    headers = signer.headers("POST", "/wire?delete", x_amz_content_sha256="UNSIGNED-PAYLOAD")
    answer = signer.send("POST", "/wire?delete", b" " * (DOCUMENT_BYTES_MAX + 1), headers)
    assert error_of(answer) == ("EntityTooLarge", 400)


def addressed(path: str, host: str = "127.0.0.1:8080") -> Address:
    request = SignedRequest(method="GET", path=path, query="", headers=[("host", host)])
    return addressing.address_of(request, ["storage.yandexcloud.net", "localhost"])


ADDRESSES = [
    ("/", "127.0.0.1:8080", "", ""),
    ("/bucket", "127.0.0.1:8080", "bucket", ""),
    ("/bucket/", "127.0.0.1:8080", "bucket", ""),
    ("/bucket/a%20b/%D1%8F+%2B%2525", "localhost:8080", "bucket", "a b/я++%25"),
    ("/a/b", "bucket.localhost:8080", "bucket", "a/b"),
    ("/a", "My.Bucket.storage.yandexcloud.net", "my.bucket", "a"),
    ("/", "bucket.storage.yandexcloud.net:443", "bucket", ""),
    ("/bucket/a", "bucket.elsewhere.net", "bucket", "a"),
]


@pytest.mark.parametrize(("path", "host", "bucket", "key"), ADDRESSES)
def test_request_addresses_a_bucket_and_a_key(path: str, host: str, bucket: str, key: str) -> None:
    assert addressed(path, host) == Address(bucket=bucket, key=key)


@pytest.mark.parametrize(
    "path",
    [
        "/b/../c",
        "/b/%2e%2e/%2e%2e/keys.db",
        "/%2e%2e/keys.db",
        "/..%2fkeys.db/a",
        "/b//a",
        "/b/a%00",
        "/b/%ff",
    ],
)
def test_address_never_leaves_its_bucket(path: str) -> None:
    with pytest.raises(S3Refusal, match="InvalidArgument"):
        addressed(path)


@given(st.text(max_size=60))
def test_any_path_is_a_safe_address_or_refused(path: str) -> None:
    try:
        where = addressed(f"/bucket/{path}")
    except S3Refusal:
        return
    assert where.bucket == "bucket"
    assert not {"..", "."} & set(where.key.split("/"))


def test_old_signature_is_refused(service: Live, signer: Signer) -> None:
    headers = signer.headers("GET", "/wire", x_amz_content_sha256="UNSIGNED-PAYLOAD")
    day = datetime.now(UTC).strftime("%Y%m%d")
    headers["X-Amz-Date"] = f"{int(day) - 10_000}{headers['X-Amz-Date'][8:]}"
    headers["Authorization"] = headers["Authorization"].replace(day, str(int(day) - 10_000))
    assert error_of(signer.send("GET", "/wire", b"", headers)) == ("RequestTimeTooSkewed", 403)


def asked_to_continue(service: Live, headers: dict[str, str]) -> str:
    """The first line of the answer to a PUT that waits for our word before it sends."""
    host, port = service.http.removeprefix("http://").split(":")
    lines = [f"{name}: {value}" for name, value in headers.items() if name.lower() != "content-length"]
    with socket.create_connection((host, int(port)), timeout=TIMEOUT_SECONDS) as connection:
        head = ["PUT /wire/continue HTTP/1.1", *lines, f"Content-Length: {len(BODY)}", "Expect: 100-continue"]
        connection.sendall("\r\n".join([*head, "", ""]).encode())
        answer = b""
        while b"\r\n\r\n" not in answer and (piece := connection.recv(4_096)):
            answer += piece
        if answer.startswith(b"HTTP/1.1 100"):
            connection.sendall(BODY)
            answer = connection.recv(4_096)
        return answer.partition(b"\r\n")[0].decode()


def test_body_is_asked_for_only_when_it_will_be_taken(service: Live, signer: Signer) -> None:
    headers = signer.headers("PUT", "/wire/continue", x_amz_content_sha256="UNSIGNED-PAYLOAD")
    assert asked_to_continue(service, headers) == "HTTP/1.1 200 OK"
    assert (service.data_dir / "objects/wire/continue").read_bytes() == BODY
    wrong = {**headers, "Authorization": headers["Authorization"][:-4] + "0000"}
    assert asked_to_continue(service, wrong) == "HTTP/1.1 403 Forbidden"


@pytest.fixture(scope="module")
def tight(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """Takes objects of 1,000 bytes."""
    with live(tmp_path_factory.mktemp("tight"), object_bytes_max=1_000) as running:
        yield running


@pytest.mark.parametrize("chunked", [False, True])
def test_object_above_the_limit_is_refused(tight: Live, chunked: bool) -> None:
    signer = Signer(tight)
    body = b"x" * 1_001
    headers = {"x_amz_content_sha256": "UNSIGNED-PAYLOAD"}
    if chunked:
        headers = stream_headers("STREAMING-UNSIGNED-PAYLOAD-TRAILER", x_amz_decoded_content_length="1001")
        body = coded([body])
    assert error_of(signer.put("big", body, **headers)) == ("EntityTooLarge", 400)
    path = "/wire/big"
    undeclared = signer.headers("PUT", path, x_amz_content_sha256="UNSIGNED-PAYLOAD")
    answer = requests.put(
        tight.http + path, iter([b"x" * 1_001]), headers=undeclared, timeout=TIMEOUT_SECONDS
    )
    assert error_of(answer) == ("EntityTooLarge", 400)
    assert not [path for path in tight.data_dir.rglob("*") if path.name == "big"]


def test_body_that_would_fill_the_disk_is_refused_before_it_is_sent(tmp_path: Path) -> None:
    with live(tmp_path, disk_free_bytes_min=1 << 60) as full:
        answer = Signer(full).put("key", BODY, x_amz_content_sha256="UNSIGNED-PAYLOAD")
        assert error_of(answer) == ("ServiceUnavailable", 503)
        assert not (tmp_path / "objects/wire/key").exists()


def test_full_disk_can_be_cleared(tmp_path: Path) -> None:
    (tmp_path / "objects/wire").mkdir(parents=True)
    for name in ("one", "two"):
        (tmp_path / "objects/wire" / name).write_bytes(b"x")
    with live(tmp_path, disk_free_bytes_min=1 << 60) as full:
        s3 = client(full.http, access_key(full))
        s3.delete_object(Bucket="wire", Key="one")
        s3.delete_objects(Bucket="wire", Delete={"Objects": [{"Key": "two"}]})
        assert refusal(s3.copy_object, Bucket="wire", Key="a", CopySource="wire/b") == (
            "ServiceUnavailable",
            503,
        )
    assert list((tmp_path / "objects/wire").iterdir()) == []


def test_without_keys_any_signature_is_good(tmp_path: Path) -> None:
    with live(tmp_path, auth="none") as open_service:
        signer = Signer(open_service)
        signer.key = ("anything", "at all")
        headers = signer.headers("PUT", "/wire/key", **stream_headers("STREAMING-AWS4-HMAC-SHA256-PAYLOAD"))
        body = coded(PIECES, "", chunk_key(signer, headers))
        assert signer.send("PUT", "/wire/key", body, headers).status_code == 200
        assert (tmp_path / "objects/wire/key").read_bytes() == BODY
        unsigned = signer.send("GET", "/wire/key", b"", {"Host": HOST})
        assert unsigned.content == BODY


def test_store_that_is_elsewhere_is_not_served_here(tmp_path: Path) -> None:
    with live(tmp_path, s3_endpoint="https://s3.example.org") as elsewhere:
        answer = Signer(elsewhere).put("key", BODY, x_amz_content_sha256="UNSIGNED-PAYLOAD")
        assert error_of(answer) == ("NotImplemented", 501)


def test_every_refusal_has_a_status() -> None:
    assert all(
        errors.refused(kind("text", "")).status >= 400 for kind in kinds(GovorError) if kind is not S3Refusal
    )
    assert errors.refused(GovorError("secret")).text != "secret"


def kinds(kind: type[GovorError]) -> Iterator[type[GovorError]]:
    """A class and everything below it."""
    yield kind
    for below in kind.__subclasses__():
        yield from kinds(below)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<Delete>",
        b"<Other/>",
        b"<Delete/>",
        b"<Delete><Object/></Delete>",
        b"<Delete><Object><Key></Key></Object></Delete>",
        b"<Delete>" + b"<Object><Key>k</Key></Object>" * 1_001 + b"</Delete>",
        b'<!DOCTYPE d [<!ENTITY e "x">]><Delete><Object><Key>&e;</Key></Object></Delete>',
        b'<!DOCTYPE d SYSTEM "file:///etc/passwd"><Delete><Object><Key>k</Key></Object></Delete>',
        b"<?xml version='1.0' encoding='nonsense'?><Delete/>",
    ],
)
def test_document_that_says_something_else_is_malformed(body: bytes) -> None:
    with pytest.raises(S3Refusal, match="MalformedXML"):
        xml.read_delete(body)


@given(st.binary(max_size=200))
def test_any_document_is_read_or_refused(body: bytes) -> None:
    for read in (xml.read_delete, xml.read_complete):
        for document in (body, b"<Delete>" + body + b"</Delete>"):
            try:
                read(document)
            except S3Refusal:
                continue


@given(st.lists(st.text(min_size=1), min_size=1, max_size=5))
def test_any_text_can_be_written(texts: list[str]) -> None:
    nodes: list[Any] = [("Key", text.encode("utf-8", "replace").decode()) for text in texts]
    assert xml.write("Delete", nodes).startswith(b"<?xml")


def test_namespaces_do_not_matter() -> None:
    keys = '<Object><Key>ключ &amp; "1"</Key></Object><Quiet>true</Quiet>'
    for opening in ("<Delete>", f'<Delete xmlns="{xml.NAMESPACE}">'):
        assert xml.read_delete(f"{opening}{keys}</Delete>".encode()) == (['ключ & "1"'], True)
    part = "<Part><ETag>&quot;ab&quot;</ETag><PartNumber>3</PartNumber></Part>"
    document = f"<CompleteMultipartUpload>{part}</CompleteMultipartUpload>"
    assert xml.read_complete(document.encode()) == [(3, "ab")]
