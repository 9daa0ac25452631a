"""What every answer of the extensions API has in common."""

import asyncio
import json
from collections.abc import Callable, Mapping
from typing import Any

from starlette.responses import Response

JSON = "application/json"
NO_HEADERS: Mapping[str, str] = {}


def written(document: Mapping[str, Any]) -> bytes:
    """JSON in UTF-8, Cyrillic as it is; half a surrogate pair in a name does no harm."""
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
    return text.encode("utf-8", "backslashreplace")


def answer(
    document: Mapping[str, Any], status: int = 200, headers: Mapping[str, str] = NO_HEADERS
) -> Response:
    """An answer that no cache keeps."""
    return Response(written(document), status, {"Cache-Control": "no-store", **headers}, JSON)


async def long_answer(make: Callable[[], Mapping[str, Any]]) -> Response:
    """One whose document takes a while to make and to write: in a thread, while others are answered."""
    body = await asyncio.to_thread(lambda: written(make()))
    return Response(body, 200, {"Cache-Control": "no-store"}, JSON)


def gone() -> Response:
    """204: done, and nothing to tell."""
    return Response(status_code=204)
