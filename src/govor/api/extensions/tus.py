"""The headers of tus 1.0, resumable uploads (tus.io/protocols/resumable-upload). Pure."""

import base64
import binascii
import re
from collections.abc import Mapping

from starlette.exceptions import HTTPException

from govor.errors import BadRequest

VERSION = "1.0.0"
RESUMABLE = "Tus-Resumable"
EXTENSIONS = "creation,creation-with-upload,termination"
OFFSET_TYPE = "application/offset+octet-stream"
NUMBER = re.compile(r"[0-9]{1,18}")

Headers = Mapping[str, str]


def spoken(headers: Headers) -> bool:
    """Whether the client speaks tus; HTTP 412 for another version of it."""
    if (version := headers.get(RESUMABLE.lower())) is None:
        return False
    if version != VERSION:
        raise HTTPException(412, f"tus {VERSION} is spoken here", {"Tus-Version": VERSION})
    return True


def require(headers: Headers) -> None:
    """HTTP 412 unless the client speaks it."""
    if not spoken(headers):
        raise HTTPException(412, f"the header {RESUMABLE}: {VERSION} is missing", {"Tus-Version": VERSION})


def number(headers: Headers, name: str) -> int:
    """A header that holds a whole number; BadRequest."""
    value = headers.get(name.lower(), "")
    if not NUMBER.fullmatch(value):
        raise BadRequest(f"{name} must be a whole number")
    return int(value)


def file_name(headers: Headers) -> str:
    """The name in Upload-Metadata (`filename BASE64,filetype BASE64`); empty when it has none."""
    for pair in headers.get("upload-metadata", "").split(","):
        key, _, value = pair.strip().partition(" ")
        if key in ("filename", "name"):
            try:
                return base64.b64decode(value.strip(), validate=True).decode("utf-8", "replace")
            except binascii.Error as error:
                raise BadRequest("Upload-Metadata is not base64") from error
    return ""


def has_content(headers: Headers) -> bool:
    """Whether a request brings bytes of the upload; HTTP 415 for a body of another type."""
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    if headers.get("content-length", "0") == "0" and "transfer-encoding" not in headers:
        return False
    if kind != OFFSET_TYPE:
        raise HTTPException(415, f"the body must be {OFFSET_TYPE}")
    return True
