"""Signatures: the examples of Amazon's own pages, and requests that must not pass."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from govor.errors import S3Refusal
from govor.storage import sigv4
from govor.storage.sigv4 import SignedRequest

KEY_ID = "AKIAIOSFODNN7EXAMPLE"
SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
MOMENT = "20130524T000000Z"
NOW = datetime(2013, 5, 24, tzinfo=UTC).timestamp()
EMPTY = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
HOST = ("host", "examplebucket.s3.amazonaws.com")
CREDENTIAL = f"{KEY_ID}/20130524/us-east-1/s3/aws4_request"


def signed(method: str, target: str, headers: dict[str, str], signature: str) -> SignedRequest:
    """A request whose every header is signed."""
    path, _, query = target.partition("?")
    given = [HOST, ("x-amz-date", MOMENT), *headers.items()]
    names = ";".join(sorted(name for name, _ in given))
    authorization = f"AWS4-HMAC-SHA256 Credential={CREDENTIAL},SignedHeaders={names},Signature={signature}"
    return SignedRequest(
        method=method, path=path, query=query, headers=[*given, ("authorization", authorization)]
    )


GET = signed(
    "GET",
    "/test.txt",
    {"range": "bytes=0-9", "x-amz-content-sha256": EMPTY},
    "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41",
)
# Amazon S3 API reference: "Examples: Signature Calculations" and "Example: … Query Parameters".
EXAMPLES = {
    "get": GET,
    "put": signed(
        "PUT",
        "/test%24file.text",
        {
            "date": "Fri, 24 May 2013 00:00:00 GMT",
            "x-amz-storage-class": "REDUCED_REDUNDANCY",
            "x-amz-content-sha256": "44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072",
        },
        "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd",
    ),
    "get lifecycle": signed(
        "GET",
        "/?lifecycle",
        {"x-amz-content-sha256": EMPTY},
        "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543",
    ),
    "list": signed(
        "GET",
        "/?max-keys=2&prefix=J",
        {"x-amz-content-sha256": EMPTY},
        "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7",
    ),
    "link": SignedRequest(
        method="GET",
        path="/test.txt",
        query="X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1"
        "%2Fs3%2Faws4_request&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host"
        "&X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404",
        headers=[HOST],
    ),
}


def check(request: SignedRequest, *, secret: str = SECRET, now: float = NOW) -> None:
    claim = sigv4.claim_of(request)
    assert claim is not None
    assert claim.key_id == KEY_ID
    sigv4.verify(claim, request, secret, now)


def refusal(request: SignedRequest, **changed: object) -> str:
    with pytest.raises(S3Refusal) as refused:
        check(request, **changed)  # type: ignore[arg-type]
    return refused.value.message


@pytest.mark.parametrize("name", EXAMPLES)
def test_signatures_of_amazons_pages_are_right(name: str) -> None:
    check(EXAMPLES[name])


@pytest.mark.parametrize("name", EXAMPLES)
def test_wrong_secret_does_not_match(name: str) -> None:
    assert refusal(EXAMPLES[name], secret=SECRET + "x") == "SignatureDoesNotMatch"


@pytest.mark.parametrize(
    "request_",
    [
        replace(GET, method="DELETE"),
        replace(GET, path="/test2.txt"),
        replace(GET, query="versionId=1"),
        replace(GET, headers=[("host", "other.s3.amazonaws.com"), *GET.headers[1:]]),
        replace(EXAMPLES["link"], query=EXAMPLES["link"].query + "&response-content-type=text%2Fhtml"),
        replace(EXAMPLES["link"], query=EXAMPLES["link"].query.replace("Expires=86400", "Expires=86401")),
    ],
)
def test_whatever_is_changed_after_signing_is_noticed(request_: SignedRequest) -> None:
    assert refusal(request_) == "SignatureDoesNotMatch"


@pytest.mark.parametrize("name", EXAMPLES)
def test_amazon_header_that_was_not_signed_is_refused(name: str) -> None:
    request = EXAMPLES[name]
    smuggled = replace(request, headers=[*request.headers, ("x-amz-copy-source", "/other/secret")])
    assert refusal(smuggled) == "AccessDenied"


@pytest.mark.parametrize(
    ("name", "later_seconds", "error"),
    [
        ("get", 14 * 60, ""),
        ("get", 16 * 60, "RequestTimeTooSkewed"),
        ("get", -16 * 60, "RequestTimeTooSkewed"),
        ("link", 86_400, ""),
        ("link", 86_401, "AccessDenied"),
        ("link", -16 * 60, "AccessDenied"),
    ],
)
def test_signatures_have_their_time(name: str, later_seconds: float, error: str) -> None:
    if error:
        assert refusal(EXAMPLES[name], now=NOW + later_seconds) == error
    else:
        check(EXAMPLES[name], now=NOW + later_seconds)


@pytest.mark.parametrize(
    "authorization",
    [
        "AWS4-HMAC-SHA256",
        f"AWS4-HMAC-SHA256 Credential={CREDENTIAL},SignedHeaders=host",
        "AWS4-HMAC-SHA256 Credential=x,SignedHeaders=host,Signature=00",
        f"AWS4-HMAC-SHA256 Credential={CREDENTIAL.replace('s3', 'ec2')},SignedHeaders=host,Signature=0",
        f"AWS4-HMAC-SHA256 Credential={CREDENTIAL.replace('0524', '0525')},SignedHeaders=host,Signature=0",
    ],
)
def test_claim_that_cannot_be_read_is_malformed(authorization: str) -> None:
    headers = [HOST, ("x-amz-date", MOMENT), ("authorization", authorization)]
    assert refusal(replace(GET, headers=headers)) == "AuthorizationHeaderMalformed"


@pytest.mark.parametrize(
    "change", [("=86400", "=0"), ("=86400", "=604801"), ("=86400", "=٣"), ("T000000Z", "")]
)
def test_link_that_cannot_be_read_is_refused(change: tuple[str, str]) -> None:
    request = EXAMPLES["link"]
    broken = replace(request, query=request.query.replace(*change))
    assert refusal(broken) == "AuthorizationQueryParametersError"


def test_host_must_be_signed() -> None:
    authorization = f"AWS4-HMAC-SHA256 Credential={CREDENTIAL},SignedHeaders=x-amz-date,Signature=0"
    headers = [HOST, ("x-amz-date", MOMENT), ("authorization", authorization)]
    assert refusal(replace(GET, headers=headers)) == "AccessDenied"


def test_request_without_a_signature_claims_nothing() -> None:
    assert sigv4.claim_of(SignedRequest(method="GET", path="/", query="a=b", headers=[HOST])) is None


@given(st.text(max_size=80), st.text(max_size=80), st.text(max_size=80))
def test_any_request_is_read_or_refused(path: str, query: str, authorization: str) -> None:
    for value in (authorization, "AWS4-HMAC-SHA256 " + authorization):
        for tail in ("", "&X-Amz-Signature=0&X-Amz-Algorithm=AWS4-HMAC-SHA256"):
            request = SignedRequest(
                method="GET",
                path=path,
                query=query + tail,
                headers=[HOST, ("authorization", value), ("x-amz-date", MOMENT)],
            )
            try:
                claim = sigv4.claim_of(request)
                if claim:
                    sigv4.verify(claim, request, SECRET, NOW)
            except S3Refusal:
                continue
            assert claim is None
