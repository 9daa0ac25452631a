"""The path of a request in its usual form. Pure.

RFC 9112, section 3.2.2: a server takes `GET https://HOST/PATH` as well, as clients write it that believe to
speak to a proxy; its HOST counts more than the Host header. A base address that ends in a slash makes
`//PATH` of the paths behind it: harmless, but for S3, whose keys may hold anything.
"""

import re
from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import unquote

from starlette.routing import Route
from starlette.types import Scope

ABSOLUTE = re.compile(rb"https?://(?P<host>[^/?#]+)(?P<path>/.*)?", re.IGNORECASE | re.DOTALL)


def origin_form(scope: Scope) -> Scope:
    """The scope with a path that begins with a slash; itself where that is so already."""
    found = ABSOLUTE.fullmatch(scope["raw_path"])
    if not found:
        return scope
    path = found["path"] or b"/"
    others = [(name, value) for name, value in scope["headers"] if name != b"host"]
    decoded = unquote(path.decode("latin-1"))
    return {**scope, "path": decoded, "raw_path": path, "headers": [(b"host", found["host"]), *others]}


class ApiRoute(Route):
    """A route whose path may begin with more than one slash."""

    def __init__(self, path: str, endpoint: Callable[..., Any], *, methods: Sequence[str]) -> None:
        super().__init__(path, endpoint, methods=methods)
        self.path_regex = re.compile(self.path_regex.pattern.replace("^/", "^/+", 1))
