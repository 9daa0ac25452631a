"""Which requests are S3's, and what they address. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote, unquote

from govor.errors import BadRequest, S3Refusal
from govor.storage import uris
from govor.storage.sigv4 import ALGORITHM, SignedRequest
from govor.storage.uris import OBJECT_HOSTS, ObjectUri

PORT = re.compile(r":[0-9]*$")
# Version 2 has AWSAccessKeyId; it is recognised to be refused in S3's own words.
SIGNED = re.compile(r"(?:^|&)(?:X-Amz-Signature|AWSAccessKeyId)=")


@dataclass(frozen=True, kw_only=True, slots=True)
class Address:
    """A bucket or an object in it; without a bucket, the store."""

    bucket: str = ""
    key: str = ""

    @property
    def level(self) -> str:
        """What it is."""
        return "object" if self.key else "bucket" if self.bucket else "service"

    @property
    def uri(self) -> ObjectUri:
        """The object."""
        return ObjectUri(bucket=self.bucket, key=self.key)


def is_s3(request: SignedRequest) -> bool:
    """Whether it goes to Object Storage's hosts, or is signed the way of AWS."""
    host = host_of(request)
    if any(host == known or host.endswith(f".{known}") for known in OBJECT_HOSTS):
        return True
    authorization = request.header("authorization") or ""
    return authorization.startswith((ALGORITHM, "AWS ")) or bool(SIGNED.search(request.query))


def address_of(request: SignedRequest, hosts: Sequence[str]) -> Address:
    """What it addresses; `hosts` are those that a bucket's name may stand in front of. Raises S3Refusal."""
    host, path = host_of(request), request.path.removeprefix("/")
    for known in hosts:
        if host.endswith(f".{known}"):
            return checked(host.removesuffix(f".{known}"), path)
    bucket, _, key = path.partition("/")
    return checked(unquote(bucket), key)


def checked(bucket: str, quoted_key: str) -> Address:
    """The key is percent-decoded once; a name that could leave its bucket is refused."""
    if not bucket:
        return Address()
    try:
        uris.checked_bucket(bucket)
        if not quoted_key:
            return Address(bucket=bucket)
        return Address(bucket=bucket, key=uris.in_bucket(bucket, quoted_key).key)
    except BadRequest as error:
        raise S3Refusal("InvalidArgument", error.message) from error


def copy_source(value: str) -> Address:
    """The object that X-Amz-Copy-Source names."""
    path, _, version = value.partition("?")
    bucket, _, key = unquote(path).removeprefix("/").partition("/")
    address = checked(bucket, quote(key))
    if address.level != "object" or version:
        raise S3Refusal("InvalidArgument", "x-amz-copy-source must be /BUCKET/KEY, without a version")
    return address


def host_of(request: SignedRequest) -> str:
    """The host in lower case, without the port."""
    return PORT.sub("", request.header("host") or "").lower().rstrip(".")
