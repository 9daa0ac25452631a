"""One process for each data directory: two of them would run the same work twice."""

import fcntl
import os
from pathlib import Path

from govor.errors import Unavailable

LOCK_FILE = "lock"


class DataDirectoryLock:
    """Held from `take` to `release`; the kernel releases it when the process dies, however it dies."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / LOCK_FILE
        self._descriptor = -1

    def take(self) -> None:
        """Take the lock, leave our process id in the file; Unavailable when another process has it."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            holder = os.read(descriptor, 32).decode().strip() or "unknown"
            os.close(descriptor)
            raise Unavailable(
                f"another govor uses the data directory {self.path.parent}",
                f"process {holder}; stop it, or give this one its own --data-dir",
            ) from error
        os.ftruncate(descriptor, 0)
        os.write(descriptor, f"{os.getpid()}\n".encode())
        self._descriptor = descriptor

    def release(self) -> None:
        """Give the directory up."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1
