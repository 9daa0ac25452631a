"""JSON bodies of the extensions API: small ones."""

import json
from typing import Any

from starlette.requests import Request

from govor.api.rest import limited
from govor.errors import BadRequest

BODY_BYTES_MAX = 1 << 20  # a thousand hot words have a tenth of it


async def body_of(request: Request) -> bytes:
    """The whole body; HTTP 413 when it is too long."""
    body = bytearray()
    async for piece in limited(request, BODY_BYTES_MAX):
        body += piece
    return bytes(body)


async def json_of(request: Request) -> Any:
    """The body as plain values; BadRequest when it is not JSON."""
    try:
        return json.loads(await body_of(request))
    except (ValueError, RecursionError) as error:
        raise BadRequest("the body is not JSON") from error
