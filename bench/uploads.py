"""`python -m bench.uploads`: what `govor serve` needs while 1 GB comes in: in one go, as a form, by tus.

Memory is that of the service process alone, the highest seen while the bytes come in, less that before.
"""

import http.client
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import psutil

from bench.report import Row, report
from scripts.local_service import LocalService, running

SIZE = 1 << 30
PIECE = b"\x00\x01" * (1 << 19)  # 1 MiB
TUS_PIECES = 8  # requests of 128 MiB
MEMORY_MIB_MAX = 64  # what an upload may take, however long it is
SAMPLE_SECONDS = 0.02


def body(size: int) -> Iterator[bytes]:
    """So many bytes, a piece at a time."""
    for _ in range(size // len(PIECE)):
        yield PIECE


def send(
    service: LocalService,
    method: str,
    path: str,
    headers: dict[str, str],
    content: Iterator[bytes],
    size: int,
) -> dict[str, str]:
    """One request; its answer's headers."""
    connection = http.client.HTTPConnection(urlsplit(service.base).netloc, timeout=600)
    given = {"Authorization": f"Api-Key {service.key}", "Content-Length": str(size), **headers}
    connection.request(method, path, content, given)
    answer = connection.getresponse()
    text = answer.read()
    connection.close()
    if answer.status >= 300:
        raise RuntimeError(f"{answer.status}: {text.decode()}")
    return {name.lower(): value for name, value in answer.getheaders()}


def at_once(service: LocalService) -> str:
    """The recording itself as the body."""
    return send(service, "POST", "/govor/v1/uploads?name=long.pcm", {}, body(SIZE), SIZE)["location"]


def as_form(service: LocalService) -> str:
    """A form."""
    head = b'--b\r\nContent-Disposition: form-data; name="file"; filename="long.pcm"\r\n\r\n'
    tail = b"\r\n--b--\r\n"

    def content() -> Iterator[bytes]:
        yield head
        yield from body(SIZE)
        yield tail

    headers = {"Content-Type": "multipart/form-data; boundary=b"}
    size = len(head) + SIZE + len(tail)
    return send(service, "POST", "/govor/v1/uploads", headers, content(), size)["location"]


def in_pieces(service: LocalService) -> str:
    """By tus."""
    tus = {"Tus-Resumable": "1.0.0"}
    begun = send(service, "POST", "/govor/v1/uploads", {**tus, "Upload-Length": str(SIZE)}, iter(()), 0)
    size = SIZE // TUS_PIECES
    for index in range(TUS_PIECES):
        headers = {
            **tus,
            "Content-Type": "application/offset+octet-stream",
            "Upload-Offset": str(index * size),
        }
        send(service, "PATCH", begun["location"], headers, body(size), size)
    return begun["location"]


def measured(service: LocalService, upload: Callable[[LocalService], str]) -> tuple[float, float]:
    """Seconds, and MiB of memory that were added."""
    process, peak, done = psutil.Process(service.process.pid), [0], threading.Event()
    before = process.memory_info().rss

    def watch() -> None:
        while not done.wait(SAMPLE_SECONDS):
            peak[0] = max(peak[0], process.memory_info().rss)

    watching = threading.Thread(target=watch)
    watching.start()
    began = time.perf_counter()
    try:
        place = upload(service)
    finally:
        done.set()
        watching.join()
    seconds = time.perf_counter() - began
    service.call("DELETE", place)
    return seconds, max(0, peak[0] - before) / (1 << 20)


def main() -> None:
    """Measure, print, save; fails when memory grows with the upload."""
    rows: list[Row] = []
    with tempfile.TemporaryDirectory() as folder, running(Path(folder)) as service:
        for name, upload in (("one go", at_once), ("form", as_form), ("tus", in_pieces)):
            seconds, mib = measured(service, upload)
            rows.append(Row(what=f"1 GB, {name}: rate", value=SIZE / 1e6 / seconds, unit="MB/s"))
            target = f"≤ {MEMORY_MIB_MAX}"
            rows.append(Row(what=f"1 GB, {name}: memory", value=mib, unit="MiB", target=target))
    report("uploads", rows)
    if any(row.target and row.value > MEMORY_MIB_MAX for row in rows):
        raise SystemExit(f"an upload took more than {MEMORY_MIB_MAX} MiB of memory")


if __name__ == "__main__":
    main()
