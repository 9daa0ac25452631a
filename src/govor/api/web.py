"""The web page at `/`: plain files of the package, served from memory.

Rule 1: `/` is asked for afresh each time; everything else is below `/web/VERSION/`, may be kept for ever,
        and VERSION is a digest of all files: a new release is a new address.
Rule 2: the page may run nothing but these files: no inline script or style, no frame around it, no string
        that becomes markup (Trusted Types).
Rule 3: nobody needs a key for the page itself; what it shows it asks `/govor/v1` for, with the caller's key.
"""

import gzip
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import PurePosixPath

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from govor.api import trace

PAGE = "index.html"
WORKER = "recording_worker.js"
VERSION_MARK = b"/web/@/"  # what the page writes where an address has its version
TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}
# Recordings come as blobs where no service worker can fetch them. The one policy of Trusted Types is for the
# address of that worker, and lets no other address through (recording.js).
POLICY = "; ".join(
    (
        "default-src 'self'",
        "media-src 'self' blob:",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
        "trusted-types govor-worker",
    )
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    "Vary": "Accept-Encoding",
}
FRESH = "no-cache"  # kept, but asked about each time
FOR_EVER = "public, max-age=31536000, immutable"


@dataclass(frozen=True, kw_only=True, slots=True)
class WebFile:
    """A file as it is sent."""

    content: bytes
    compressed: bytes
    kind: str  # its Content-Type
    etag: str

    @classmethod
    def of(cls, name: str, content: bytes) -> "WebFile":
        """A file by its name; raises KeyError for a kind that the page does not consist of."""
        return cls(
            content=content,
            compressed=gzip.compress(content, mtime=0),
            kind=TYPES[PurePosixPath(name).suffix],
            etag=f'"{hashlib.sha256(content).hexdigest()[:16]}"',
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class WebDoor:
    """Answers with the files of the page."""

    files: Mapping[str, WebFile]  # by the name below govor/web
    version: str

    @classmethod
    def of_package(cls) -> "WebDoor":
        """What lies in govor/web."""
        contents = read_tree(resources.files("govor") / "web")
        version = version_of(contents)
        contents[PAGE] = contents[PAGE].replace(VERSION_MARK, f"/web/{version}/".encode())
        return cls(
            files={name: WebFile.of(name, content) for name, content in contents.items()}, version=version
        )

    def routes(self) -> list[Route]:
        """The page, the worker at an address whose scope is the page, and the files."""
        return [
            Route("/", self.page),
            Route(f"/web/{WORKER}", self.worker),
            Route("/web/{version}/{name:path}", self.file),
        ]

    async def page(self, request: Request) -> Response:
        """The one document; its views are behind `#`."""
        return self._answer(request, PAGE, FRESH)

    async def worker(self, request: Request) -> Response:
        """The service worker that plays recordings; browsers compare it by its bytes, so it is never old."""
        answer = self._answer(request, WORKER, FRESH)
        answer.headers["Service-Worker-Allowed"] = "/"
        return answer

    async def file(self, request: Request) -> Response:
        """A script, a style sheet or a picture. One of another version is the newest one, not to be kept."""
        current = request.path_params["version"] == self.version
        return self._answer(request, request.path_params["name"], FOR_EVER if current else FRESH)

    def _answer(self, request: Request, name: str, keep: str) -> Response:
        request.scope[trace.METHOD] = "web/File"
        if (found := self.files.get(name)) is None:
            raise HTTPException(404)
        headers = HEADERS | {"ETag": found.etag, "Cache-Control": keep}
        if found.etag in request.headers.get("if-none-match", ""):
            return Response(status_code=304, headers=headers)
        if "gzip" in request.headers.get("accept-encoding", ""):
            return Response(found.compressed, 200, headers | {"Content-Encoding": "gzip"}, found.kind)
        return Response(found.content, 200, headers, found.kind)


def version_of(contents: Mapping[str, bytes]) -> str:
    """Another one whenever a file or a name is."""
    digest = hashlib.sha256()
    for name in sorted(contents):
        digest.update(f"{name}\n{len(contents[name])}\n".encode() + contents[name])
    return digest.hexdigest()[:12]


def read_tree(folder: Traversable, prefix: str = "") -> dict[str, bytes]:
    """Every file of the page below a folder, by its name from there."""
    found: dict[str, bytes] = {}
    for each in folder.iterdir():
        if each.is_dir():
            found |= read_tree(each, f"{prefix}{each.name}/")
        elif PurePosixPath(each.name).suffix in TYPES:
            found[prefix + each.name] = each.read_bytes()
    return found
