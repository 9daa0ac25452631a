"""What S3 clients want to know again of an object besides its bytes: its ETag and the headers it came with.

Rule 1: a note lies beside the buckets (ROOT/.notes), never among the objects; an object without one is whole.
Rule 2: a note counts only for the very file it was written for (size and time); a file laid down by hand
        over an older upload has none, and an ETag made of what the file system knows.
Rule 3: a note is written before its object appears: what a crash leaves between the two counts for nothing.
"""

import hashlib
import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from govor.storage import disk
from govor.storage.uris import ObjectUri

FOLDER = ".notes"  # no bucket's name starts with a dot


@dataclass(frozen=True, kw_only=True, slots=True)
class Note:
    """About one object."""

    etag: str  # without quotes: the MD5, or that of the parts' MD5s and their number
    headers: Mapping[str, str] = field(default_factory=dict)  # lower-case names


class Notes:
    """The notes of all buckets below `root`."""

    def __init__(self, root: Path) -> None:
        self.root = root / FOLDER

    def write(self, where: ObjectUri, note: Note, found: os.stat_result) -> None:
        """Note it for the file that `found` describes."""
        text = json.dumps([found.st_size, found.st_mtime_ns, note.etag, dict(note.headers)])
        with disk.appearing(self._path(where)) as descriptor:
            disk.write_all(descriptor, text.encode())

    def read(self, where: ObjectUri, found: os.stat_result) -> Note:
        """The note of the file that `found` describes; a made-up one where none is."""
        made_up = Note(etag=f"{found.st_mtime_ns:016x}{found.st_size:016x}-1")  # nobody takes it for an MD5
        try:
            size, modified_ns, etag, headers = json.loads(self._path(where).read_bytes())
        except (FileNotFoundError, ValueError):  # a note that was torn by a power cut is none
            return made_up
        if (size, modified_ns) != (found.st_size, found.st_mtime_ns):
            return made_up
        return Note(etag=etag, headers=headers)

    def forget(self, where: ObjectUri) -> None:
        """Drop the note of an object that is deleted."""
        self._path(where).unlink(missing_ok=True)

    def forget_bucket(self, bucket: str) -> None:
        """Drop all notes of a bucket."""
        shutil.rmtree(self.root / bucket, ignore_errors=True)

    def _path(self, where: ObjectUri) -> Path:
        """Keys are longer than file names may be; their digests are not."""
        return self.root / where.bucket / hashlib.sha256(where.key.encode()).hexdigest()
