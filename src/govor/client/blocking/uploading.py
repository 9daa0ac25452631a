# Made from govor/client/aio by `python -m scripts.sync_client`; change that and run it again.
"""Recordings into the service's store: small ones whole, large ones in pieces that survive lost connections.

The pieces follow tus 1.0 (https://tus.io/protocols/resumable-upload): after a failure the service is asked
how much it has, and the rest is sent.
"""

import base64
from collections.abc import Iterator
from typing import BinaryIO
from urllib.parse import urlsplit

from govor.client.blocking.session import Session
from govor.client.errors import BadAnswer, ClientError, Refused, Unreachable
from govor.client.files import Began, Sent, read, rewind
from govor.client.records import Upload, narrowing

UPLOADS = "/govor/v1/uploads"
WHOLE_BYTES_MAX = 8 << 20  # sent again whole when the connection breaks; more is sent in pieces
PIECE_BYTES = 8 << 20  # what a broken connection costs at most
READ_BYTES = 256 << 10  # at a time, and in memory
RAW = {"Content-Type": "application/octet-stream"}
TUS = {"Tus-Resumable": "1.0.0"}
CONFLICT = 409  # the service has another number of bytes than we think
FAILURES_MAX = 8  # without a piece getting through in between


def stream(session: Session, file: BinaryIO, name: str, sent: Sent) -> Upload:
    """A file that cannot be read twice: one try."""

    def read_once() -> Iterator[bytes]:
        done = 0
        while some := read(file, READ_BYTES):
            yield some
            done += len(some)
            sent(done)

    params = {"name": name}
    return Upload.of(
        session.document("POST", UPLOADS, params=params, content=read_once(), headers=RAW, again=False)
    )


def whole(session: Session, content: bytes, name: str, sent: Sent) -> Upload:
    """A small recording; what a repeated request leaves behind expires."""
    params = {"name": name}
    made = session.document("POST", UPLOADS, params=params, content=content, headers=RAW, again=True)
    sent(len(content))
    return Upload.of(made)


def begin(session: Session, size: int, name: str) -> str:
    """Begin a resumable upload; returns its path."""
    metadata = f"filename {base64.b64encode(name.encode()).decode()}"
    headers = TUS | {"Upload-Length": str(size), "Upload-Metadata": metadata}
    answer = session.send("POST", UPLOADS, headers=headers, again=True)
    if not (path := urlsplit(str(answer.headers.get("location", ""))).path):
        raise BadAnswer("the service does not say where to upload to", "no Location")
    return path


def offset(session: Session, path: str) -> int:
    """How many bytes the service has. Raises NotFound when it has forgotten the upload."""
    answer = session.send("HEAD", path, headers=TUS)
    with narrowing():
        return int(answer.headers["upload-offset"])


def pieces(
    session: Session,
    file: BinaryIO,
    size: int,
    name: str,
    *,
    sent: Sent,
    resume: str | None,
    began: Began,
) -> Upload:
    """A large recording; `resume` is the path of an upload that was begun before."""
    path = resume or begin(session, size, name)
    began(path)
    done, failures = (offset(session, path) if resume else 0), 0
    while done < size:
        rewind(file, done)
        sent(done)
        try:
            done = append(session, path, done, file, min(PIECE_BYTES, size - done))
        except (Refused, Unreachable) as error:
            failures += 1
            if failures >= FAILURES_MAX or not may_pass(error):
                raise
            done = offset(session, path)  # with its own retries
        else:
            failures = 0
    sent(done)
    return Upload.of(session.document("GET", path))


def append(session: Session, path: str, done: int, file: BinaryIO, size: int) -> int:
    """Send the next `size` bytes of the file; returns how many the service has then."""
    kind = {"Content-Type": "application/offset+octet-stream", "Content-Length": str(size)}
    headers = TUS | {"Upload-Offset": str(done)} | kind
    answer = session.send("PATCH", path, content=part(file, size), headers=headers, again=False)
    with narrowing():
        return int(answer.headers["upload-offset"])


def part(file: BinaryIO, size: int) -> Iterator[bytes]:
    """The next `size` bytes of a file, a little at a time. Raises ClientError when they are not there."""
    while size:
        some = read(file, min(READ_BYTES, size))
        if not some:
            raise ClientError("the file became shorter while it was uploaded")
        yield some
        size -= len(some)


def may_pass(error: ClientError) -> bool:
    """Whether asking for the offset and going on can help."""
    return isinstance(error, Unreachable) or error.http_status in (CONFLICT, 408, 429, 500, 502, 503, 504)
