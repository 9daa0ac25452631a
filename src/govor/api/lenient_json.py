"""JSON in, protobuf message out: proto3's JSON mapping, as forgiving as SpeechKit's clients need.

Rule 1: camelCase or snake_case, int64 as number or string, quoted booleans, enums by name or number, null.
Rule 2: an unknown field is reported and not fatal here; a known one of the wrong type is, with its path.
Rule 3: the grammar is strict: UTF-8, no NaN, no key twice. What could be taken for two things is refused.
"""

import base64
import binascii
import functools
import json
import math
import re
from collections.abc import Callable, Mapping
from typing import Any

from google.protobuf import json_format, struct_pb2
from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message import Message

from govor.errors import BadRequest

UNKNOWN_FIELDS_MAX = 20  # as many as a person reads; the rest are counted out of the warning
SHOWN_CHARS_MAX = 60  # of a caller's own text inside our messages
DEPTH_MAX = 50  # of a free JSON object; protobuf itself reads 100 levels, two for each of these
INTEGER = re.compile(r"-?[0-9]{1,19}")  # what fits into 64 bits has no more digits
INTEGER_RANGES = {
    FieldDescriptor.TYPE_INT64: range(-(1 << 63), 1 << 63),
    FieldDescriptor.TYPE_INT32: range(-(1 << 31), 1 << 31),
    FieldDescriptor.TYPE_UINT64: range(1 << 64),
    FieldDescriptor.TYPE_UINT32: range(1 << 32),
}
# Names that SpeechKit's own documentation misspells: (message, JSON name) → field.
MISSPELLINGS = {("yandex.cloud.ai.stt.v2.RecognitionSpec", "rawResult"): "raw_results"}

JSON_TYPES: dict[type, str] = {
    dict: "an object",
    list: "an array",
    str: "a string",
    bool: "a boolean",
    int: "a number",
    float: "a number",
}


def read(body: bytes, message: Message) -> list[str]:
    """Fill `message` from a JSON object; returns the paths of fields that are not in the schema."""
    return fill(message, load(body))


def load(body: bytes) -> dict[str, Any]:
    """Parse a request body that must be one JSON object; raises BadRequest."""
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadRequest("the body is not UTF-8", f"byte {error.start} cannot be decoded") from error
    if not text.strip():
        raise BadRequest("the body is empty; a JSON object is expected")
    try:
        document = json.loads(text, object_pairs_hook=_object, parse_constant=_constant)
    except RecursionError as error:
        raise BadRequest("the JSON is nested too deeply") from error
    except ValueError as error:  # JSONDecodeError, or an integer of more than 4,300 digits
        raise BadRequest("the body is not valid JSON", str(error)) from error
    if not isinstance(document, dict):
        raise BadRequest(f"the body must be a JSON object, not {_type_name(document)}")
    return document


def fill(message: Message, document: Mapping[str, Any], path: str = "") -> list[str]:
    """Set the fields of `message` from parsed JSON; returns the paths of unknown ones. Raises BadRequest."""
    fields = _fields(message.DESCRIPTOR)
    unknown: list[str] = []
    given: dict[str, Any] = {}
    for key, value in document.items():
        here = f"{path}.{shown(key)}" if path else shown(key)
        if (field := fields.get(key)) is None:
            unknown.append(here)
        elif value is not None and _first_spelling(given, field, value, here):
            unknown += _set(message, field, value, here)
    return unknown[: UNKNOWN_FIELDS_MAX + 1]


def shown(text: str) -> str:
    """A caller's text inside a message of ours: one line, escaped where not printable, bounded."""
    clean = "".join(char if char.isprintable() else ascii(char)[1:-1] for char in text[:SHOWN_CHARS_MAX])
    return clean + "…" if len(text) > SHOWN_CHARS_MAX else clean


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    document: dict[str, Any] = {}
    for key, value in pairs:
        if key in document:
            raise BadRequest(f"the key {shown(key)} occurs twice in one object")
        document[key] = value
    return document


def _constant(name: str) -> None:
    raise BadRequest(f"{name} is not JSON")


def _type_name(value: object) -> str:
    return JSON_TYPES.get(type(value), "null")


@functools.cache
def _fields(descriptor: Descriptor) -> Mapping[str, FieldDescriptor]:
    """Every spelling of every field of a message."""
    fields = {field.name: field for field in descriptor.fields}
    fields |= {field.json_name: field for field in descriptor.fields}
    for (message, spelling), name in MISSPELLINGS.items():
        if message == descriptor.full_name:
            fields[spelling] = fields[name]
    return fields


def _first_spelling(given: dict[str, Any], field: FieldDescriptor, value: object, path: str) -> bool:
    """literature_text beside an equal literatureText is harmless; beside another value it is a riddle."""
    for other in field.containing_oneof.fields if field.containing_oneof else ():
        if other.name != field.name and other.name in given:
            raise BadRequest(f"{path} and {other.json_name} exclude each other")
    if field.name in given and given[field.name] != value:
        raise BadRequest(f"{path} is given twice, with different values")
    first = field.name not in given
    given[field.name] = value
    return first


def _set(message: Message, field: FieldDescriptor, value: object, path: str) -> list[str]:
    if field.is_repeated:
        return _set_repeated(message, field, value, path)
    if field.message_type is not None:
        child: Message = getattr(message, field.name)
        child.SetInParent()
        if isinstance(child, struct_pb2.Struct):  # any JSON object, such as a JSON schema
            return _free(child, _expect_object(value, path), path)
        return fill(child, _expect_object(value, path), path)
    setattr(message, field.name, _scalar(field, value, path))
    return []


def _set_repeated(message: Message, field: FieldDescriptor, value: object, path: str) -> list[str]:
    if not isinstance(value, list):
        raise _wrong(path, "an array", value)
    unknown: list[str] = []
    items = getattr(message, field.name)
    for index, item in enumerate(value):
        here = f"{path}[{index}]"
        if field.message_type is not None:
            unknown += fill(items.add(), _expect_object(item, here), here)
        else:
            items.append(_scalar(field, item, here))
    return unknown


def _free(message: struct_pb2.Struct, document: Mapping[str, Any], path: str) -> list[str]:
    try:
        json.dumps(document, allow_nan=False)  # 1e999 is a number of JSON, and none of ours
        json_format.ParseDict(dict(document), message, max_recursion_depth=DEPTH_MAX)
    except (json_format.ParseError, ValueError) as error:
        raise BadRequest(f"{path} is not a JSON object that can be kept", shown(str(error))) from error
    return []


def _expect_object(value: object, path: str) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise _wrong(path, "an object", value)
    return value


def _wrong(path: str, expected: str, value: object) -> BadRequest:
    return BadRequest(f"{path} must be {expected}, not {_type_name(value)}")


def _scalar(field: FieldDescriptor, value: object, path: str) -> object:
    return SCALARS[field.type](field, value, path)


def _string(field: FieldDescriptor, value: object, path: str) -> str:
    if not isinstance(value, str):
        raise _wrong(path, "a string", value)
    try:
        value.encode()
    except UnicodeEncodeError as error:
        raise BadRequest(f"{path} holds half of a surrogate pair") from error
    return value


def _bool(field: FieldDescriptor, value: object, path: str) -> bool:
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value.lower() in ("true", "false"):
        return value.lower() == "true"
    raise BadRequest(f"{path} must be true or false")


def _integer(field: FieldDescriptor, value: object, path: str) -> int:
    number: int | None = None
    if isinstance(value, str) and INTEGER.fullmatch(value):
        number = int(value)
    elif isinstance(value, int) and not isinstance(value, bool):
        number = value
    elif isinstance(value, float) and math.isfinite(value) and value.is_integer():
        number = int(value)
    if number is None or number not in INTEGER_RANGES[field.type]:
        raise BadRequest(f"{path} must be an integer that fits the field")
    return number


def _double(field: FieldDescriptor, value: object, path: str) -> float:
    try:
        number = float(value) if isinstance(value, str | int | float) else math.nan
    except (ValueError, OverflowError):
        number = math.nan
    if isinstance(value, bool) or not math.isfinite(number):
        raise BadRequest(f"{path} must be a finite number")
    return number


def _bytes(field: FieldDescriptor, value: object, path: str) -> bytes:
    if not isinstance(value, str):
        raise _wrong(path, "a string of base64", value)
    standard = value.rstrip("=").replace("-", "+").replace("_", "/")
    try:
        return base64.b64decode(standard + "=" * (-len(standard) % 4), validate=True)
    except (binascii.Error, ValueError) as error:
        raise BadRequest(f"{path} is not base64") from error


def _enum(field: FieldDescriptor, value: object, path: str) -> int:
    assert field.enum_type is not None
    numbers = {name: each.number for name, each in field.enum_type.values_by_name.items()} | {"": 0}
    number: int | None = None
    if isinstance(value, str) and not INTEGER.fullmatch(value):
        number = numbers.get(value.strip().upper())
    elif isinstance(value, int | str) and not isinstance(value, bool):
        number = int(value)
    if number is None or number not in numbers.values():
        raise BadRequest(f"{path} must be one of {', '.join(name for name, each in numbers.items() if each)}")
    return number


SCALARS: dict[int, Callable[[FieldDescriptor, object, str], object]] = {
    FieldDescriptor.TYPE_STRING: _string,
    FieldDescriptor.TYPE_BOOL: _bool,
    FieldDescriptor.TYPE_INT64: _integer,
    FieldDescriptor.TYPE_INT32: _integer,
    FieldDescriptor.TYPE_UINT64: _integer,
    FieldDescriptor.TYPE_UINT32: _integer,
    FieldDescriptor.TYPE_DOUBLE: _double,
    FieldDescriptor.TYPE_FLOAT: _double,
    FieldDescriptor.TYPE_BYTES: _bytes,
    FieldDescriptor.TYPE_ENUM: _enum,
}
