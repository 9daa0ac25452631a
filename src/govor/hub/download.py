"""One file from a model hub to the disk: resumed, compared with its checksum, whole or not at all.

The hub answers `GET /{repository}/resolve/{revision}/{path}`, by itself or with a redirect to a file host.
Its first answer tells the checksum: `X-Linked-ETag` is the SHA-256 of a large file, `ETag` the git hash of a
small one.

Rule 1: bytes arrive in PATH.part; the file gets its name when its checksum is right.
Rule 2: every attempt goes on where the last one broke off; ATTEMPTS_MAX without a byte are the end.
Rule 3: what was put together from several attempts and has the wrong checksum is fetched once more, whole.
"""

import hashlib
import os
import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import httpx

from govor.errors import BadSetting, ModelFailed, StorageFailed, Unavailable
from govor.storage import disk

ATTEMPTS_MAX = 5  # in a row that brought nothing
WAITS_SECONDS = (1.0, 3.0, 10.0, 30.0)  # between attempts; a hub that restarts is back within a minute
SILENCE_SECONDS = 60.0  # a server that sends nothing for so long is given up
REDIRECTS_MAX = 5
SHA256 = re.compile(r"[0-9a-f]{64}")
GIT_BLOB = re.compile(r"[0-9a-f]{40}")

Report = Callable[[int, int], None]  # bytes that are there, bytes there will be (0: not known)


@dataclass(frozen=True, kw_only=True, slots=True)
class Source:
    """A file on a hub."""

    hub: str  # `https://huggingface.co` or a mirror
    repository: str
    revision: str
    path: str
    sha256: str = ""  # what it must be; empty: whatever the hub says

    @property
    def url(self) -> str:
        """Where the hub has it."""
        return (
            f"{self.hub.rstrip('/')}/{self.repository}/resolve/{quote(self.revision, '')}/{quote(self.path)}"
        )


class Interrupted(Exception):
    """An attempt broke off, or the hub asks to come again; str() says how."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Promise:
    """What the first answer said of a file."""

    size: int  # 0: not said
    checksum: str  # SHA-256 or git hash of its content; empty: not said


class Downloader:
    """Fetches files; made with `with`, so that connections are closed."""

    def __init__(
        self,
        *,
        free_bytes_min: int,
        waits_seconds: Sequence[float] = WAITS_SECONDS,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.free_bytes_min = free_bytes_min
        self.waits_seconds = waits_seconds
        self.sleep = sleep
        self.client = httpx.Client(
            timeout=SILENCE_SECONDS, headers={"User-Agent": "govor", "Accept-Encoding": "identity"}
        )
        self.client.max_redirects = REDIRECTS_MAX

    def __enter__(self) -> "Downloader":
        return self

    def __exit__(self, *_: object) -> None:
        self.client.close()

    def fetch(self, source: Source, target: Path, report: Report) -> str:
        """Bring a file to `target` (its folder is made); returns its SHA-256.

        Raises ModelFailed (the hub has no such file, refuses it, or gives a wrong one), StorageFailed (no
        room), Unavailable (the hub cannot be reached, or breaks off again and again) and BadSetting.
        """
        target.parent.mkdir(parents=True, exist_ok=True)
        part = target.with_name(f"{target.name}.part")
        resumed = part.exists()
        promise = self._fetch_all(source, part, report)
        found = mismatch(part, source, promise)
        if found and resumed:  # the beginning may be of another revision
            part.unlink()
            promise = self._fetch_all(source, part, report)
            found = mismatch(part, source, promise)
        if found:
            part.unlink()
            raise ModelFailed(f"{source.path} of {source.repository} arrived with a wrong checksum", found)
        os.replace(part, target)
        return file_sha256(target)

    def _fetch_all(self, source: Source, part: Path, report: Report) -> Promise:
        """Attempt after attempt until the file is as long as it should be."""
        failures = 0
        while True:
            before = size_of(part)
            try:
                return self._attempt(source, part, report)
            except (Interrupted, httpx.TransportError, httpx.TooManyRedirects) as error:
                failures = 0 if size_of(part) > before else failures + 1
                if failures >= ATTEMPTS_MAX:
                    raise Unavailable(
                        f"{source.hub} cannot be reached or breaks off", f"{source.url}: {error!r}"
                    ) from error
                self.sleep(self.waits_seconds[min(max(failures - 1, 0), len(self.waits_seconds) - 1)])

    def _attempt(self, source: Source, part: Path, report: Report) -> Promise:
        """One request: whatever it brings is in `part`; returns when that is all."""
        have = size_of(part)
        headers = {"Range": f"bytes={have}-"} if have else {}
        try:
            with self.client.stream("GET", source.url, headers=headers, follow_redirects=True) as answer:
                promise = promised(answer)
                if answer.status_code == httpx.codes.REQUESTED_RANGE_NOT_SATISFIABLE:
                    return self._all_there(part, have, promise)
                refuse(answer, source)
                if answer.status_code == httpx.codes.OK:
                    have = 0  # the server does not know ranges: from the beginning
                self._write(answer, part, have, promise, report)
        except (httpx.InvalidURL, httpx.UnsupportedProtocol) as error:
            raise BadSetting(f"hub: cannot fetch from {source.hub}", str(error)) from error
        if promise.size and size_of(part) < promise.size:
            raise Interrupted(f"{size_of(part)} of {promise.size} bytes came")
        return promise

    def _all_there(self, part: Path, have: int, promise: Promise) -> Promise:
        """The server has nothing after what we have: we have it all, or too much."""
        if promise.size == have:
            return promise
        part.unlink()
        raise Interrupted(f"{have} bytes were there of a file of {promise.size}")

    def _write(self, answer: httpx.Response, part: Path, have: int, promise: Promise, report: Report) -> None:
        """Append the body; StorageFailed before the disk is full."""
        disk.require_free(part.parent, max(0, promise.size - have) + self.free_bytes_min)
        with part.open("r+b" if have else "wb") as file:
            file.seek(have)
            try:
                for chunk in answer.iter_raw():  # as it comes: nothing is lost when it breaks off
                    file.write(chunk)
                    have += len(chunk)
                    report(have, promise.size)
            except OSError as error:
                raise StorageFailed(f"cannot write {part}", str(error)) from error
            finally:
                file.truncate()


def promised(answer: httpx.Response) -> Promise:
    """Size and checksum, from the hub's own answer; the file host after it knows only the size."""
    first = (answer.history or [answer])[0].headers
    size = first.get("x-linked-size") or answer.headers.get("content-range", "").rpartition("/")[2]
    if not size.isdigit():
        size = answer.headers.get("content-length", "") if answer.status_code == httpx.codes.OK else ""
    mark = (first.get("x-linked-etag") or first.get("etag", "")).removeprefix("W/").strip('"')
    known = SHA256.fullmatch(mark) or GIT_BLOB.fullmatch(mark)
    return Promise(size=int(size or 0), checksum=mark if known else "")


def refuse(answer: httpx.Response, source: Source) -> None:
    """Raise for anything but 200 and 206."""
    status = answer.status_code
    if status in (httpx.codes.OK, httpx.codes.PARTIAL_CONTENT):
        return
    if status == httpx.codes.TOO_MANY_REQUESTS or status >= 500:
        raise Interrupted(f"HTTP {status}")
    if status in (httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN):
        why = "the hub refuses it: the model may ask for a licence to be accepted there; see `models import`"
    else:
        why = "the hub has no such file; see GOVOR_HUB"
    raise ModelFailed(f"cannot fetch {source.path} of {source.repository}", f"HTTP {status}: {why}")


def mismatch(part: Path, source: Source, promise: Promise) -> str:
    """Empty if the file is what the catalogue and the hub say, else what is wrong with it."""
    found = file_sha256(part)
    if source.sha256 and found != source.sha256:
        return f"its SHA-256 is {found}, the catalogue has {source.sha256}"
    if SHA256.fullmatch(promise.checksum) and found != promise.checksum:
        return f"its SHA-256 is {found}, the hub says {promise.checksum}"
    if GIT_BLOB.fullmatch(promise.checksum) and (hashed := git_hash(part)) != promise.checksum:
        return f"its git hash is {hashed}, the hub says {promise.checksum}"
    return ""


def size_of(path: Path) -> int:
    """Bytes of a file, 0 if it is not there."""
    return path.stat().st_size if path.exists() else 0


def file_sha256(path: Path) -> str:
    """SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def git_hash(path: Path) -> str:
    """What git calls the content of a (small) file."""
    content = path.read_bytes()
    return hashlib.sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()
