"""What `audio.uri` may point to. No I/O.

Rule 1: a link to Object Storage, or to another origin that serves our buckets, names a bucket and a key; its
        query (a signature) is not needed, but kept for stores that we have no credentials for.
Rule 2: any other https host must be on the allow-list; every other scheme is refused.
Rule 3: the key is percent-decoded exactly once, and can never leave its bucket.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import SplitResult, unquote, urlsplit

from govor.errors import BadRequest

# Every host that serves Yandex Object Storage; the bucket is the first path segment or a name in front.
OBJECT_HOSTS = ("storage.yandexcloud.net", "s3.yandexcloud.net")
# Longer than any presigned link we have seen (about 1,500 characters), short enough to log.
URI_CHARS_MAX = 8192
KEY_BYTES_MAX = 1024  # S3's own limit on a key in UTF-8
PORTS = {"https": 443, "http": 80}
HTTPS_PORT = PORTS["https"]
HOST_AND_PORT = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(:[0-9]{1,5})?")
BUCKET = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,62}")  # S3's rule, and capitals for old buckets
SIGNATURE = re.compile(r"(?:^|&)(?:X-Amz-)?Signature=", re.IGNORECASE)  # presigned, version 4 or 2
CONTROL = re.compile(r"[\x00-\x1f\x7f]")
ACCEPTED = "send https://storage.yandexcloud.net/BUCKET/KEY or s3://BUCKET/KEY"


@dataclass(frozen=True, kw_only=True, slots=True)
class Origin:
    """Where buckets are served: as the first segment of the path, or as a name in front of the host."""

    scheme: str
    host: str  # lower case
    port: int

    def bucket(self, scheme: str, host: str, port: int) -> str | None:
        """The bucket that a link's host names; empty when the path does; None for another origin."""
        if (scheme, port) != (self.scheme, self.port):
            return None
        if host == self.host:
            return ""
        return host.removesuffix(f".{self.host}") if host.endswith(f".{self.host}") else None


@dataclass(frozen=True, kw_only=True, slots=True)
class WebUri:
    """A link as the caller wrote it, to a host that was allowed before."""

    url: str = field(repr=False)  # its query may be a credential
    host: str  # lower case
    port: int

    @property
    def scheme(self) -> str:
        """https, or http where the operator's own store is."""
        return urlsplit(self.url).scheme

    @property
    def netloc(self) -> str:
        """The host, and the port unless it is the scheme's own: what a Host header says."""
        return self.host if self.port == PORTS[self.scheme] else f"{self.host}:{self.port}"


@dataclass(frozen=True, kw_only=True, slots=True)
class ObjectUri:
    """An object in a bucket; `key` is decoded: `folder/запись 1.ogg`."""

    bucket: str
    key: str
    link: WebUri | None = field(default=None, compare=False, repr=False)  # as it came, if it is signed


YANDEX = tuple(Origin(scheme="https", host=host, port=HTTPS_PORT) for host in OBJECT_HOSTS)


def parse(
    uri: str, allowed_hosts: Sequence[str] = (), origins: Sequence[Origin] = YANDEX
) -> ObjectUri | WebUri:
    """Say what `uri` points to; BadRequest when it is nothing we may read.

    `allowed_hosts` holds `media.example.org`, `*.example.org` (any depth, not example.org itself)
    or either with `:PORT`.
    """
    parts = split(uri)
    if parts.scheme == "s3":
        return in_bucket(parts.netloc, parts.path.removeprefix("/"))
    if parts.scheme not in PORTS:
        raise BadRequest(f"links of this kind are not read: {parts.scheme or 'no scheme'}", ACCEPTED)
    host, port = address(parts)
    link = WebUri(url=uri, host=host, port=port)
    for origin in origins:
        if (bucket := origin.bucket(parts.scheme, host, port)) is not None:
            path = parts.path.removeprefix("/")
            if not bucket:
                quoted, _, path = path.partition("/")
                bucket = unquote(quoted)
            return in_bucket(bucket, path, link if SIGNATURE.search(parts.query) else None)
    if parts.scheme != "https":
        raise BadRequest(f"links of this kind are not read: {parts.scheme}", ACCEPTED)
    if not any(matches(host, port, entry) for entry in allowed_hosts):
        raise BadRequest(
            f"links to {host}:{port} are not read" if port != HTTPS_PORT else f"links to {host} are not read",
            f"{ACCEPTED}, or have the operator add the host to GOVOR_URI_ALLOW",
        )
    return link


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
    """The host in lower case and the port of an http or https link."""
    try:
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise BadRequest("audio.uri has a bad port", str(error)) from error
    if not host:
        raise BadRequest("audio.uri names no host", ACCEPTED)
    return host.rstrip("."), PORTS[parts.scheme] if port is None else port


def matches(host: str, port: int, entry: str) -> bool:
    """Whether one entry of the allow-list covers this host and port."""
    pattern, _, own_port = entry.strip().lower().partition(":")
    if str(port) != (own_port or str(HTTPS_PORT)):
        return False
    return host.endswith(pattern[1:]) if pattern.startswith("*.") else host == pattern


def in_bucket(bucket: str, path: str, link: WebUri | None = None) -> ObjectUri:
    """Check a bucket's name and decode a key once; BadRequest for a key that could leave its bucket."""
    checked_bucket(bucket)
    try:
        key = unquote(path, errors="strict")
    except UnicodeDecodeError as error:
        raise BadRequest("the key in audio.uri is not UTF-8", str(error)) from error
    return ObjectUri(bucket=bucket, key=checked_key(key), link=link)


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


def origin_of(url: str) -> Origin:
    """The origin that a store's address names; BadRequest for what is no address of one."""
    parts = split(url)
    if parts.scheme not in PORTS:
        raise BadRequest(f"not an address of an object store: {url}", "https://HOST[:PORT]")
    host, port = address(parts)
    return Origin(scheme=parts.scheme, host=host, port=port)


def origins_of(host_and_port: str) -> tuple[Origin, ...]:
    """Both schemes of HOST or HOST:PORT; BadRequest for what is neither."""
    if not HOST_AND_PORT.fullmatch(host_and_port):
        raise BadRequest(f"not HOST or HOST:PORT: {host_and_port}")
    return tuple(origin_of(f"{scheme}://{host_and_port}") for scheme in PORTS)
