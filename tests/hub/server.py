"""A model hub on this machine, with the manners of the real one and faults that tests choose.

It answers `/{repository}/resolve/{revision}/{path}`: small files by itself, with the git hash in `ETag`;
large ones with a redirect to a "file host" (another path), with the SHA-256 in `X-Linked-ETag`. Both know
ranges.
"""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import ThreadingHTTPServer
from pathlib import Path

from tests.servers import http_server

LARGE_BYTES = 1_000  # from here on a file is on the file host


class Hub(ThreadingHTTPServer):
    """Serves the files of a folder laid out as `{repository}/{path}`."""

    daemon_threads = True

    def __init__(self, folder: Path) -> None:
        super().__init__(http_server.FREE_PORT, Answer)
        self.folder = folder
        self.requests: list[tuple[str, str]] = []  # path, Range
        self.breaks_after = 0  # bytes of a large file after which the connection is dropped
        self.breaks_left = 0  # … so many times
        self.failures_left = 0  # so many requests are answered 503
        self.lies: dict[str, str] = {}  # path → another checksum
        self.swaps: dict[str, bytes] = {}  # path → other bytes of the same length
        self.ranges = True
        self.tells_checksums = True
        self.private = False

    @property
    def url(self) -> str:
        """What GOVOR_HUB should be."""
        return f"http://127.0.0.1:{self.server_address[1]}"


class Answer(http_server.Handler):
    """One request."""

    server: Hub
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        hub = self.server
        hub.requests.append((self.path, self.headers.get("Range", "")))
        if hub.failures_left:
            hub.failures_left -= 1
            return self.head(503)
        if hub.private:
            return self.head(401)
        if self.path.startswith("/cdn/"):
            return self.file(self.path.removeprefix("/cdn/"), {})
        repository, _, rest = self.path.removeprefix("/").partition("/resolve/")
        revision, _, path = rest.partition("/")
        name = f"{repository}/{path}"
        content = self.content(name)
        if content is None or not revision:
            return self.head(404)
        if len(content) < LARGE_BYTES:
            blob = hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()
            return self.file(name, {"ETag": f'"{hub.lies.get(path, blob)}"'})
        marks = {
            "X-Linked-Size": str(len(content)),
            "X-Linked-ETag": f'"{hub.lies.get(path, hashlib.sha256(content).hexdigest())}"',
        }
        return self.head(302, {"Location": f"{hub.url}/cdn/{name}", **(marks if hub.tells_checksums else {})})

    def content(self, name: str) -> bytes | None:
        path = self.server.folder / name
        return path.read_bytes() if path.is_file() else None

    def file(self, name: str, marks: dict[str, str]) -> None:
        hub = self.server
        content = hub.swaps.get(name.rpartition("/")[2], self.content(name) or b"")
        first, status = 0, 200
        wanted = self.headers.get("Range", "") if hub.ranges else ""
        if wanted:
            first, status = int(wanted.removeprefix("bytes=").partition("-")[0]), 206
            if first >= len(content):
                return self.head(416, {"Content-Range": f"bytes */{len(content)}"})
            marks |= {"Content-Range": f"bytes {first}-{len(content) - 1}/{len(content)}"}
        part = content[first:]
        self.head(status, {**(marks if hub.tells_checksums else {}), "Content-Length": str(len(part))})
        if hub.breaks_left and len(part) > hub.breaks_after:
            hub.breaks_left -= 1
            self.wfile.write(part[: hub.breaks_after])
            self.close_connection = True
            return None
        self.wfile.write(part)
        return None

    def head(self, status: int, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in {"Content-Length": "0", **(headers or {})}.items():
            self.send_header(name, value)
        self.end_headers()


@contextmanager
def serving(folder: Path) -> Iterator[Hub]:
    """A hub for the files of a folder, until the block ends."""
    hub = Hub(folder)
    with http_server.serving(hub):
        yield hub
