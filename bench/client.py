"""`python -m bench.client [MEGABYTES]`: what govor.Client needs to upload 1 GB, in pieces and from a pipe.

Memory is by how much this process, the client, has grown at its largest.
"""

import resource
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.report import Row, report
from govor.client import Client
from tests.commands.served import served

MEGABYTES = 1_000
MEMORY_MIB_MAX = 64  # what an upload may take, however long it is; a piece has 8


@dataclass(frozen=True, slots=True)
class Pipe:
    """A file that can be read once."""

    read: Callable[[int], bytes]

    def seekable(self) -> bool:
        """No."""
        return False


def largest_mib() -> float:
    """The largest this process has been."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def measured(client: Client, name: str, recording: Any, megabytes: int) -> list[Row]:
    """Upload and say what it took."""
    before, began = largest_mib(), time.perf_counter()
    upload = client.upload(recording, name="long.wav")
    seconds = time.perf_counter() - began
    assert upload.bytes == megabytes * 1_000_000
    client.delete_upload(upload.id)
    what = f"{megabytes / 1000:g} GB, {name}"
    return [
        Row(what=f"{what}: rate", value=megabytes / seconds, unit="MB/s"),
        Row(what=f"{what}: memory", value=largest_mib() - before, unit="MiB", target=f"≤ {MEMORY_MIB_MAX}"),
    ]


def main(megabytes: int) -> None:
    """Measure, print, save; fails when memory grows with the upload."""
    with tempfile.TemporaryDirectory() as folder, served(Path(folder)) as service:
        path = Path(folder) / "long.wav"
        with path.open("wb") as file:
            file.truncate(megabytes * 1_000_000)  # takes no room until it arrives
        with Client(service.url, service.key) as client, path.open("rb") as file:
            client.upload(b"what the first request loads does not count")
            rows = measured(client, "in pieces", path, megabytes)
            rows += measured(client, "from a pipe", Pipe(file.read), megabytes)
    report("client", rows)
    if any(row.target and row.value > MEMORY_MIB_MAX for row in rows):
        raise SystemExit(f"an upload took more than {MEMORY_MIB_MAX} MiB of memory")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else MEGABYTES)
