"""Links: what they name, and that none of them leaves its bucket."""

from pathlib import PurePosixPath
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from govor.errors import BadRequest
from govor.storage.uris import YANDEX, ObjectUri, WebUri, origins_of, parse

PATH_STYLE = "https://storage.yandexcloud.net"

OBJECTS = [
    (f"{PATH_STYLE}/bucket/key.ogg", "bucket", "key.ogg"),
    (f"{PATH_STYLE}:443/bucket/key.ogg", "bucket", "key.ogg"),
    ("https://STORAGE.Yandexcloud.NET/bucket/Key.ogg", "bucket", "Key.ogg"),
    ("https://storage.yandexcloud.net./bucket/key.ogg", "bucket", "key.ogg"),
    ("https://s3.yandexcloud.net/bucket/key.ogg", "bucket", "key.ogg"),
    ("https://bucket.storage.yandexcloud.net/key.ogg", "bucket", "key.ogg"),
    ("https://my.old.bucket.storage.yandexcloud.net/a/b.ogg", "my.old.bucket", "a/b.ogg"),
    ("https://bucket.s3.yandexcloud.net/key.ogg", "bucket", "key.ogg"),
    ("s3://bucket/key.ogg", "bucket", "key.ogg"),
    ("s3://bucket/a/b/c.ogg?versionId=1", "bucket", "a/b/c.ogg"),
    (f"{PATH_STYLE}/bucket/key.ogg?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Expires=3600", "bucket", "key.ogg"),
    (f"{PATH_STYLE}/bucket/key.ogg?a=/../..", "bucket", "key.ogg"),
    (f"{PATH_STYLE}/bucket/two%20words.ogg", "bucket", "two words.ogg"),
    (f"{PATH_STYLE}/bucket/two words.ogg", "bucket", "two words.ogg"),
    (f"{PATH_STYLE}/bucket/a+b.ogg", "bucket", "a+b.ogg"),
    (f"{PATH_STYLE}/bucket/a%2Bb.ogg", "bucket", "a+b.ogg"),
    (f"{PATH_STYLE}/bucket/%D0%B7%D0%B2%D0%BE%D0%BD%D0%BE%D0%BA.ogg", "bucket", "звонок.ogg"),
    (f"{PATH_STYLE}/bucket/звонок.ogg", "bucket", "звонок.ogg"),
    (f"{PATH_STYLE}/bucket/100%25.ogg", "bucket", "100%.ogg"),
    (f"{PATH_STYLE}/bucket/100%2525.ogg", "bucket", "100%25.ogg"),
    (f"{PATH_STYLE}/bucket/a%3Fb%23c.ogg", "bucket", "a?b#c.ogg"),
    (f"{PATH_STYLE}/bucket/a%2Fb.ogg", "bucket", "a/b.ogg"),
    (f"{PATH_STYLE}/bucket/..hidden..", "bucket", "..hidden.."),
]


@pytest.mark.parametrize(("uri", "bucket", "key"), OBJECTS)
def test_links_to_object_storage_name_a_bucket_and_a_key(uri: str, bucket: str, key: str) -> None:
    assert parse(uri) == ObjectUri(bucket=bucket, key=key)


OWN = (
    *YANDEX,
    *origins_of("govor.example.org:8080"),
    *origins_of("127.0.0.1:8080"),
    *origins_of("plain.example.org"),
)
AT_OUR_OWN = [
    ("http://govor.example.org:8080/bucket/a%20b", "bucket", "a b"),
    ("https://govor.example.org:8080/bucket/a", "bucket", "a"),
    ("http://bucket.govor.example.org:8080/folder/a", "bucket", "folder/a"),
    ("http://127.0.0.1:8080/bucket/a+b?X-Amz-Signature=0", "bucket", "a+b"),
    ("http://plain.example.org/bucket/a", "bucket", "a"),
    ("https://plain.example.org/bucket/a", "bucket", "a"),
    ("https://storage.yandexcloud.net/bucket/a", "bucket", "a"),
]


@pytest.mark.parametrize(("uri", "bucket", "key"), AT_OUR_OWN)
def test_links_to_our_own_hosts_name_a_bucket_and_a_key(uri: str, bucket: str, key: str) -> None:
    assert parse(uri, origins=OWN) == ObjectUri(bucket=bucket, key=key)


@pytest.mark.parametrize(
    "uri",
    [
        "http://govor.example.org/bucket/a",
        "http://govor.example.org:8081/bucket/a",
        "http://127.0.0.1:80/bucket/a",
        "http://notgovor.example.org:8080/bucket/a",
        "http://storage.yandexcloud.net/bucket/a",
        "ftp://govor.example.org:8080/bucket/a",
        "http://govor.example.org:8080/",
        "http://govor.example.org:8080/bucket/../keys.db",
    ],
)
def test_links_beside_our_own_hosts_are_refused(uri: str) -> None:
    with pytest.raises(BadRequest):
        parse(uri, origins=OWN)


@pytest.mark.parametrize(
    ("query", "signed"),
    [("", False), ("?versionId=1", False), ("?X-Amz-Signature=0", True), ("?a=b&Signature=x", True)],
)
def test_link_is_kept_only_where_it_is_signed(query: str, signed: bool) -> None:
    where = parse(f"{PATH_STYLE}/bucket/key{query}")
    assert isinstance(where, ObjectUri)
    assert (where.link is not None) is signed
    assert "Signature" not in repr(where)  # it is a credential


REFUSED = [
    "",
    " https://storage.yandexcloud.net/bucket/key",
    "bucket/key.ogg",
    "/etc/passwd",
    "file:///etc/passwd",
    "ftp://storage.yandexcloud.net/bucket/key",
    "data:audio/ogg;base64,T2dnUw==",
    "http://storage.yandexcloud.net/bucket/key",
    "https:///bucket/key",
    "https://example.org/key.ogg",
    "https://127.0.0.1/key.ogg",
    "https://169.254.169.254/latest/meta-data",
    "https://[::1]/key.ogg",
    "https://storage.yandexcloud.net.evil.org/bucket/key",
    "https://evilstorage.yandexcloud.net/bucket/key",
    "https://storage.yandexcloud.net:8443/bucket/key",
    "https://storage.yandexcloud.net:port/bucket/key",
    "https://user:secret@storage.yandexcloud.net/bucket/key",
    "https://storage.yandexcloud.net@evil.org/bucket/key",
    f"{PATH_STYLE}/bucket",
    f"{PATH_STYLE}/bucket/",
    f"{PATH_STYLE}//key",
    f"{PATH_STYLE}/bucket/../other/key",
    f"{PATH_STYLE}/bucket/%2e%2e/other/key",
    f"{PATH_STYLE}/bucket/..%2fother",
    f"{PATH_STYLE}/bucket/a//b",
    f"{PATH_STYLE}/bucket/a/./b",
    f"{PATH_STYLE}/bucket//etc/passwd",
    f"{PATH_STYLE}/bucket/a%00.ogg",
    f"{PATH_STYLE}/bucket/a%0a.ogg",
    f"{PATH_STYLE}/bucket/a\n.ogg",
    f"{PATH_STYLE}/bucket/..%5cother",
    f"{PATH_STYLE}/bucket/%ff.ogg",
    f"{PATH_STYLE}/.incoming/key",
    f"{PATH_STYLE}/../key",
    f"{PATH_STYLE}/bucket/" + "k" * 1025,
    f"{PATH_STYLE}/bucket/" + "ы" * 513,
    f"{PATH_STYLE}/bucket/key?" + "q" * 9000,
    "s3://../key",
    "s3:///key",
    "https://[bad/key",
]


@pytest.mark.parametrize("uri", REFUSED)
def test_every_other_link_is_refused_with_a_reason(uri: str) -> None:
    with pytest.raises(BadRequest) as refusal:
        parse(uri)
    assert refusal.value.message


ALLOWED = [
    ("https://media.example.org/a.ogg", "media.example.org", True),
    ("https://MEDIA.example.org/a.ogg", "Media.Example.org", True),
    ("https://media.example.org/a.ogg", "*.example.org", True),
    ("https://a.b.example.org/a.ogg", "*.example.org", True),
    ("https://example.org/a.ogg", "*.example.org", False),
    ("https://notexample.org/a.ogg", "*.example.org", False),
    ("https://media.example.org:8443/a.ogg", "media.example.org", False),
    ("https://media.example.org:8443/a.ogg", "media.example.org:8443", True),
    ("https://media.example.org/a.ogg", "media.example.org:8443", False),
    ("http://media.example.org/a.ogg", "media.example.org", False),
    ("https://other.org/a.ogg", " media.example.org ", False),
]


@pytest.mark.parametrize(("uri", "entry", "readable"), ALLOWED)
def test_other_hosts_are_read_when_the_allow_list_names_them(uri: str, entry: str, readable: bool) -> None:
    if readable:
        assert isinstance(parse(uri, [entry]), WebUri)
    else:
        with pytest.raises(BadRequest):
            parse(uri, [entry])


@given(st.text(max_size=60))
def test_any_text_is_a_safe_path_or_refused(text: str) -> None:
    try:
        where = parse(f"{PATH_STYLE}/bucket/{text}")
    except BadRequest:
        return
    assert isinstance(where, ObjectUri)
    parts = PurePosixPath(where.key).parts
    assert not PurePosixPath(where.key).is_absolute()
    assert not {"..", "/", ""} & set(parts)
    assert "/".join(parts) == where.key  # nothing is normalised away: one name, one file
    assert "\0" not in where.key


@given(
    st.lists(st.text(st.characters(blacklist_categories=["Cs", "Cc"]), min_size=1, max_size=8), max_size=5)
)
def test_a_key_written_in_percents_comes_back_unchanged(segments: list[str]) -> None:
    key = "/".join(segment for segment in segments if segment not in (".", "..") and "\\" not in segment)
    if key and "/" not in "".join(segments):
        assert parse(f"{PATH_STYLE}/bucket/{quote(key)}") == ObjectUri(bucket="bucket", key=key)
