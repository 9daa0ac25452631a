"""What the engine stores: JSON, compressed when long. No pickle: a database must not be able to run code."""

import base64
import json
import zlib
from typing import Any

from dbos import Serializer

from govor import errors
from govor.errors import GovorError, ServiceError

# Below this zlib and base64 together save nothing.
COMPRESS_CHARS_MIN = 512
COMPRESSED = "z"  # no JSON text begins with it
ERROR = "!error"  # the only key of a stored error


class JsonSerializer(Serializer):
    """Plain values and errors to text and back; everything else is a TypeError."""

    def name(self) -> str:
        """Stored with each row, so that a later format can live beside this one."""
        return "govor_json_zlib"

    def serialize(self, data: Any) -> str:
        """The text for a value; an error keeps its name, message and detail."""
        if isinstance(data, GovorError):
            data = {ERROR: error_row(data)}
        elif isinstance(data, Exception):
            data = {ERROR: [type(data).__name__, str(data), ""]}
        text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
        if len(text) < COMPRESS_CHARS_MIN:
            return text
        return COMPRESSED + base64.b64encode(zlib.compress(text.encode())).decode()

    def deserialize(self, serialized_data: str) -> Any:
        """The value, or the error, that `serialize` wrote."""
        if serialized_data.startswith(COMPRESSED):
            serialized_data = zlib.decompress(base64.b64decode(serialized_data[1:])).decode()
        value = json.loads(serialized_data)
        if isinstance(value, dict) and list(value) == [ERROR]:
            return error_of(*value[ERROR])
        return value


def error_row(error: GovorError) -> list[str]:
    """An error as plain values."""
    return [type(error).__name__, error.message, error.detail]


def error_of(name: str, message: str, detail: str) -> GovorError:
    """One of our errors by its name; another library's becomes a ServiceError that names it."""
    kind = getattr(errors, name, None)
    if isinstance(kind, type) and issubclass(kind, GovorError):
        return kind(message, detail)
    return ServiceError(message, name)
