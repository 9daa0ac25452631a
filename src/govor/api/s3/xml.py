"""S3's documents, written and read. Pure.

Rule 1: what clients send is read without document types and entities; names count with any namespace or none.
"""

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TypeAlias
from xml.etree.ElementTree import Element, ParseError, SubElement, tostring

import defusedxml.ElementTree
from defusedxml.common import DefusedXmlException

from govor.errors import S3Refusal

NAMESPACE = "http://s3.amazonaws.com/doc/2006-03-01/"
DELETED_MAX = 1000  # S3's limit on the keys of one DeleteObjects
PARTS_MAX = 10_000  # S3's limit on the parts of an upload
# What XML 1.0 cannot hold, not even escaped. Clients that ask for encoding-type=url never see it.
UNSPEAKABLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

Node: TypeAlias = tuple[str, "str | int | Sequence[Node]"]


def write(name: str, children: Sequence[Node], *, namespace: str = NAMESPACE) -> bytes:
    """A document: (name, text or children) for each element, (@name, text) for each attribute."""
    root = Element(name, {"xmlns": namespace} if namespace else {})
    _fill(root, children)
    text: bytes = tostring(root, encoding="UTF-8", xml_declaration=True)
    return text


def _fill(element: Element, children: Sequence[Node]) -> None:
    for name, value in children:
        if name.startswith("@"):
            element.set(name[1:], str(value))
            continue
        child = SubElement(element, name)
        if isinstance(value, str | int):
            child.text = UNSPEAKABLE.sub("\ufffd", str(value))
        else:
            _fill(child, value)


def moment(seconds: float) -> str:
    """A time as documents have it: 2024-08-22T11:39:22.000Z."""
    return (
        datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S.")
        + f"{int(seconds * 1000) % 1000:03}Z"
    )


def read_delete(body: bytes) -> tuple[list[str], bool]:
    """The keys of a DeleteObjects, and whether only errors are to be told; raises S3Refusal."""
    root = _parsed(body, "Delete")
    keys = [_text(each, "Key") for each in _named(root, "Object")]
    if not 0 < len(keys) <= DELETED_MAX:
        raise malformed(f"there must be 1 to {DELETED_MAX} objects")
    return keys, any((each.text or "").strip() == "true" for each in _named(root, "Quiet"))


def read_complete(body: bytes) -> list[tuple[int, str]]:
    """Number and ETag of each part of a CompleteMultipartUpload; raises S3Refusal."""
    parts = _named(_parsed(body, "CompleteMultipartUpload"), "Part")
    if len(parts) > PARTS_MAX:
        raise malformed(f"there may be {PARTS_MAX} parts")
    try:
        return [(int(_text(each, "PartNumber")), _text(each, "ETag").strip().strip('"')) for each in parts]
    except ValueError as error:
        raise malformed("a PartNumber is no number") from error


def malformed(text: str) -> S3Refusal:
    """The error for a document that says something else."""
    return S3Refusal("MalformedXML", f"The XML you provided cannot be read: {text}.")


def _parsed(body: bytes, name: str) -> Element:
    try:
        root: Element = defusedxml.ElementTree.fromstring(body, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, LookupError) as error:
        raise malformed(type(error).__name__) from error
    if _local(root) != name:
        raise malformed(f"{name} expected")
    return root


def _named(parent: Element, name: str) -> list[Element]:
    return [child for child in parent if _local(child) == name]


def _text(parent: Element, name: str) -> str:
    found = _named(parent, name)
    if len(found) != 1 or not found[0].text:
        raise malformed(f"one {name} expected")
    return found[0].text


def _local(element: Element) -> str:
    return str(element.tag).rpartition("}")[2]
