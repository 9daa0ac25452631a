"""Recordings as the client reads them."""

import asyncio
import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from govor.client.errors import ClientError
from govor.client.records import Recording

Sent = Callable[[int], None]  # called with the bytes that are there now
Began = Callable[[str], None]  # called with the path of a resumable upload


def nothing(_: object) -> None:
    """What is called when nobody listens."""


@contextmanager
def opened(recording: Recording) -> Iterator[tuple[BinaryIO, str]]:
    """The recording as an open file, and its name. A file that the caller opened stays open."""
    if isinstance(recording, bytes):
        yield io.BytesIO(recording), "recording"
    elif isinstance(recording, str | Path):
        try:
            file = Path(recording).open("rb")  # noqa: SIM115 - closed below, errors told apart
        except OSError as error:
            raise ClientError(f"cannot read {recording}", error.strerror or "") from error
        with file:
            yield file, Path(recording).name
    else:
        yield recording, Path(str(getattr(recording, "name", "recording"))).name


def size_of(file: BinaryIO) -> int | None:
    """Bytes from where the file stands to its end; None when it can be read only once."""
    if not file.seekable():
        return None
    here = file.tell()
    size = file.seek(0, io.SEEK_END) - here
    file.seek(here)
    return size if here == 0 else None


def rewind(file: BinaryIO, offset: int) -> None:
    """Stand at a byte again."""
    file.seek(offset)


async def aread(file: BinaryIO, size: int) -> bytes:
    """At most `size` bytes, without holding up the event loop."""
    return await asyncio.to_thread(file.read, size)


def read(file: BinaryIO, size: int) -> bytes:
    """At most `size` bytes."""
    return file.read(size)
