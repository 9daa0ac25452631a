"""What `audio.uri` may point to. No I/O.

Rule 1: a link to Yandex Object Storage names a bucket and a key; its query (a signature) is ignored.
Rule 2: any other https host must be on the allow-list; every other scheme is refused.
Rule 3: the key is percent-decoded exactly once, and can never leave its bucket.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import SplitResult, unquote, urlsplit

from govor.errors import BadRequest

# Every host that serves Yandex Object Storage; the bucket is the first path segment or a name in front.
OBJECT_HOSTS = ("storage.yandexcloud.net", "s3.yandexcloud.net")
# Longer than any presigned link we have seen (about 1,500 characters), short enough to log.
URI_CHARS_MAX = 8192
KEY_BYTES_MAX = 1024  # S3's own limit on a key in UTF-8
HTTPS_PORT = 443
BUCKET = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,62}")  # S3's rule, and capitals for old buckets
CONTROL = re.compile(r"[\x00-\x1f\x7f]")
ACCEPTED = "send https://storage.yandexcloud.net/BUCKET/KEY or s3://BUCKET/KEY"


@dataclass(frozen=True, kw_only=True, slots=True)
class ObjectUri:
    """An object in a bucket; `key` is decoded: `folder/запись 1.ogg`."""

    bucket: str
    key: str


@dataclass(frozen=True, kw_only=True, slots=True)
class WebUri:
    """A link to a host on the allow-list, as the caller wrote it."""

    url: str
    host: str  # lower case
    port: int


def parse(uri: str, allowed_hosts: Sequence[str] = ()) -> ObjectUri | WebUri:
    """Say what `uri` points to; BadRequest when it is nothing we may read.

    `allowed_hosts` holds `media.example.org`, `*.example.org` (any depth, not example.org itself)
    or either with `:PORT`.
    """
    parts = split(uri)
    if parts.scheme == "s3":
        return in_bucket(parts.netloc, parts.path.removeprefix("/"))
    if parts.scheme != "https":
        raise BadRequest(f"links of this kind are not read: {parts.scheme or 'no scheme'}", ACCEPTED)
    host, port = address(parts)
    if port == HTTPS_PORT:
        for known in OBJECT_HOSTS:
            if host == known:
                bucket, _, key = parts.path.removeprefix("/").partition("/")
                return in_bucket(unquote(bucket), key)
            if host.endswith(f".{known}"):
                return in_bucket(host.removesuffix(f".{known}"), parts.path.removeprefix("/"))
    if not any(matches(host, port, entry) for entry in allowed_hosts):
        raise BadRequest(
            f"links to {host}:{port} are not read" if port != HTTPS_PORT else f"links to {host} are not read",
            f"{ACCEPTED}, or have the operator add the host to GOVOR_URI_ALLOW",
        )
    return WebUri(url=uri, host=host, port=port)


def split(uri: str) -> SplitResult:
    """Cut a link into its parts; BadRequest for what is not a link at all."""
    if not uri:
        raise BadRequest("audio.uri is required", ACCEPTED)
    if len(uri) > URI_CHARS_MAX:
        raise BadRequest(f"audio.uri is longer than {URI_CHARS_MAX} characters")
    if CONTROL.search(uri) or uri != uri.strip():
        raise BadRequest("audio.uri holds control characters or outer spaces", ACCEPTED)
    try:
        parts = urlsplit(uri)
    except ValueError as error:
        raise BadRequest("audio.uri is not a link", str(error)) from error
    if "@" in parts.netloc:
        raise BadRequest("audio.uri must not hold a user name or password")
    return parts


def address(parts: SplitResult) -> tuple[str, int]:
    """The host in lower case and the port of an https link."""
    try:
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise BadRequest("audio.uri has a bad port", str(error)) from error
    if not host:
        raise BadRequest("audio.uri names no host", ACCEPTED)
    return host.rstrip("."), HTTPS_PORT if port is None else port


def matches(host: str, port: int, entry: str) -> bool:
    """Whether one entry of the allow-list covers this host and port."""
    pattern, _, own_port = entry.strip().lower().partition(":")
    if str(port) != (own_port or str(HTTPS_PORT)):
        return False
    return host.endswith(pattern[1:]) if pattern.startswith("*.") else host == pattern


def in_bucket(bucket: str, path: str) -> ObjectUri:
    """Check a bucket's name and decode a key once; BadRequest for a key that could leave its bucket."""
    checked_bucket(bucket)
    try:
        key = unquote(path, errors="strict")
    except UnicodeDecodeError as error:
        raise BadRequest("the key in audio.uri is not UTF-8", str(error)) from error
    return ObjectUri(bucket=bucket, key=checked_key(key))


def checked_bucket(bucket: str) -> str:
    """The bucket's name itself when it is one."""
    if not BUCKET.fullmatch(bucket):
        raise BadRequest(f"not a bucket's name: {bucket!r}", ACCEPTED)
    return bucket


def checked_key(key: str) -> str:
    """The key itself when it is safe as a path below its bucket."""
    if not key:
        raise BadRequest("audio.uri names a bucket but no object", ACCEPTED)
    if CONTROL.search(key) or "\\" in key:
        raise BadRequest("the key in audio.uri holds a control character or a backslash")
    if any(segment in ("", ".", "..") for segment in key.split("/")):
        raise BadRequest("the key in audio.uri has an empty, '.' or '..' segment")
    try:
        size = len(key.encode())
    except UnicodeEncodeError as error:
        raise BadRequest("the key in audio.uri is not UTF-8", str(error)) from error
    if size > KEY_BYTES_MAX:
        raise BadRequest(f"the key in audio.uri is longer than {KEY_BYTES_MAX} bytes")
    return key
