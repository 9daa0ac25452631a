"""Whose a bucket is: the folder (of keys) that made it, noted beside the buckets in ROOT/.owners/BUCKET.

Rule 1: a bucket without an owner, laid down by hand or made while nobody had to have a key, is everybody's.
Rule 2: the owner of a bucket that is gone owns nothing: the next one to make it does.
Rule 3: while nobody has to have a key, nothing is written down and everything may be read.
"""

import fcntl
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from govor.errors import PermissionDenied
from govor.storage import disk

FOLDER, LOCK_FILE = ".owners", ".claiming"  # no bucket's name starts with a dot
UPLOADS = "govor-upload-"  # and a folder's id: 63 characters at most, as many as a bucket's name may have


def upload_bucket(folder_id: str) -> str:
    """Where a folder's uploads lie; nobody else can make it."""
    return UPLOADS + folder_id


class Owners:
    """The owners of the buckets below `root`; `enforced` when callers have keys."""

    def __init__(self, root: Path, *, enforced: bool) -> None:
        self.root = root
        self.enforced = enforced
        self._claiming = threading.Lock()  # two folders that make a bucket at once must not both own it

    def of(self, bucket: str) -> str | None:
        """The folder that owns an existing bucket; None when it is everybody's."""
        try:
            return (self.root / FOLDER / bucket).read_text() if (self.root / bucket).is_dir() else None
        except FileNotFoundError:
            return None

    def require(self, bucket: str, folder_id: str) -> None:
        """PermissionDenied unless this folder's callers may use the bucket."""
        owner = self.of(bucket) if self.enforced else None
        if owner not in (None, folder_id):
            raise PermissionDenied(
                f"Permission to [storage.bucket {bucket}] denied", "the bucket belongs to another folder"
            )

    def claim(self, bucket: str, folder_id: str) -> None:
        """Make the bucket if it is not there, for this folder; PermissionDenied when it is another's."""
        with disk.described(), self._claiming, self._alone():
            self.require(bucket, folder_id)
            if self.enforced and bucket.startswith(UPLOADS) and bucket != upload_bucket(folder_id):
                raise PermissionDenied(
                    f"buckets named {UPLOADS}… are kept for uploads", "choose another name"
                )
            if (self.root / bucket).is_dir():
                return
            if self.enforced and folder_id:
                with disk.appearing(self.root / FOLDER / bucket) as descriptor:
                    disk.write_all(descriptor, folder_id.encode())
            else:
                self.forget(bucket)
            (self.root / bucket).mkdir(parents=True)
            disk.sync_folder(self.root)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """No other process claims meanwhile: the doors of a fleet may share a folder."""
        (self.root / FOLDER).mkdir(parents=True, exist_ok=True)
        descriptor = os.open(self.root / FOLDER / LOCK_FILE, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o640)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)

    def forget(self, bucket: str) -> None:
        """Drop what is known of a bucket that is no more."""
        (self.root / FOLDER / bucket).unlink(missing_ok=True)
