"""A data directory in one file, taken while the service runs; and such a file back into a new directory.

Rule 1: databases are copied by SQLite's own online backup: a moment of theirs, whatever is written meanwhile.
Rule 2: work files are linked before that moment and after it, so that what was unfinished then has its own.
Rule 3: a backup appears whole or not at all, readable by its owner only: it holds keys.
Rule 4: nothing is restored over a data directory that is in use, and nothing into it before all was checked.
"""

import io
import json
import os
import shutil
import sqlite3
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import BinaryIO

from govor import __version__
from govor.errors import BadRequest, StorageFailed
from govor.storage import disk

FORMAT = 1  # raise it when a restore of today could not read what is written then
MANIFEST = "govor-backup.json"
DATABASES = ("operations.sqlite", "keys.db")  # in this order: what the second tells of, the first has
WORK = "scratch"
OBJECTS = "objects"
MODELS = "models"
# What a start makes anew: the lock, files of calls that are going on, SQLite's logs (they are in the copies).
LEFT_OUT = frozenset(
    {"lock", "immediate", *(f"{name}-{end}" for name in DATABASES for end in ("wal", "shm"))}
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Manifest:
    """The first file of a backup."""

    format: int
    version: str  # of the govor that made it
    made_at: str  # RFC 3339
    objects: bool  # whether the recordings of the local store are in it


def write(data_path: Path, target: Path, *, made_at: str, objects: bool = True) -> int:
    """Make the file `target`; returns its bytes. Models are left out: `govor models pull` brings them again.

    Raises BadRequest where there is nothing to back up, StorageFailed for the disk.
    """
    if not any((data_path / name).exists() for name in DATABASES):
        raise BadRequest(f"{data_path} holds no data of a service", "name another with --data-dir")
    manifest = Manifest(format=FORMAT, version=__version__, made_at=made_at, objects=objects)
    with disk.appearing(target.absolute()) as descriptor, moment(data_path) as copies:
        os.fchmod(descriptor, 0o600)
        with os.fdopen(os.dup(descriptor), "wb") as file, _new_archive(file) as archive:
            _add_text(archive, MANIFEST, json.dumps(asdict(manifest)))
            for path in sorted(copies.iterdir()):
                archive.add(path, path.name)
            for path in sorted(data_path.iterdir()):
                left_out = LEFT_OUT | {*DATABASES, WORK, MODELS} | (set() if objects else {OBJECTS})
                if path.name not in left_out and not path.name.startswith("."):
                    _add_tree(archive, path.resolve(), path.name)
        return os.fstat(descriptor).st_size


def restore(source: Path, data_path: Path) -> Manifest:
    """Make the data directory that a backup was taken of.

    Raises BadRequest: it is no backup, or there are data already; StorageFailed: damaged, or a full disk.
    """
    present = [name for name in (*DATABASES, WORK, OBJECTS) if (data_path / name).exists()]
    if present:
        raise BadRequest(f"{data_path} holds data already: {present[0]}", "restore into a new --data-dir")
    with disk.described(), _opened(source) as archive:
        manifest = _manifest(archive, source)
        data_path.mkdir(parents=True, exist_ok=True, mode=0o700)
        draft = Path(tempfile.mkdtemp(prefix=".restoring-", dir=data_path))
        try:
            for entry in archive:
                if entry.name != MANIFEST:
                    _extract(archive, entry, draft)
            for name in DATABASES:
                if (draft / name).exists():
                    _check(draft / name)
            for path in sorted(draft.iterdir()):
                os.rename(path, data_path / path.name)
        except (tarfile.TarError, EOFError) as error:
            raise StorageFailed(f"{source} is damaged", str(error)) from error
        finally:
            shutil.rmtree(draft, ignore_errors=True)
        disk.sync_folder(data_path)
    return manifest


@contextmanager
def moment(data_path: Path) -> Iterator[Path]:
    """Until the block ends: copies of the databases, and links to the work files of what was unfinished."""
    with disk.described():
        copies = Path(tempfile.mkdtemp(prefix=".backup-", dir=data_path))
    try:
        with disk.described():
            _link_work(data_path / WORK, copies / WORK)
            for name in DATABASES:
                if (data_path / name).exists():
                    _copy_database(data_path / name, copies / name)
            _link_work(data_path / WORK, copies / WORK)
        yield copies
    finally:
        shutil.rmtree(copies, ignore_errors=True)


def _copy_database(source: Path, target: Path) -> None:
    """One moment of a database that others write to."""
    os.close(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
    try:
        with closing(sqlite3.connect(source)) as live, closing(sqlite3.connect(target)) as copy:
            live.backup(copy)
            copy.execute("PRAGMA journal_mode = DELETE")  # one file, without a log beside it
    except sqlite3.Error as error:
        raise StorageFailed(f"cannot copy {source}", str(error)) from error


def _check(database: Path) -> None:
    """Raises StorageFailed for a database that SQLite finds damaged."""
    try:
        with closing(sqlite3.connect(database)) as connection:
            (found,) = connection.execute("PRAGMA integrity_check(1)").fetchone()
    except sqlite3.Error as error:
        raise StorageFailed(f"{database.name} of the backup is damaged", str(error)) from error
    if found != "ok":
        raise StorageFailed(f"{database.name} of the backup is damaged", str(found))


def _link_work(work: Path, target: Path) -> None:
    """Hard links to all work files that are whole; they go and come while we look."""
    for path in sorted(work.glob("*/source")) + sorted(work.glob("*/parts/*")):
        link = target / path.relative_to(work)
        link.parent.mkdir(parents=True, exist_ok=True)
        with suppress(FileNotFoundError, FileExistsError):
            os.link(path, link)


def _new_archive(file: BinaryIO) -> tarfile.TarFile:
    """Files only, no links: of a link to a file, the file."""
    return tarfile.open(fileobj=file, mode="w", dereference=True)


def _extract(archive: tarfile.TarFile, entry: tarfile.TarInfo, folder: Path) -> None:
    """One file or folder of a backup; StorageFailed for what we never write: links, devices, ways out."""
    target = folder / entry.name
    if ".." in target.parts or target.is_absolute() != folder.is_absolute() or folder not in target.parents:
        raise StorageFailed("the backup is damaged", f"it leads out of its folder: {entry.name}")
    if entry.isdir():
        target.mkdir(parents=True, exist_ok=True)
    elif entry.isreg() and (content := archive.extractfile(entry)) is not None:
        target.parent.mkdir(parents=True, exist_ok=True)
        with content, target.open("xb") as file:
            os.fchmod(file.fileno(), entry.mode & 0o777)
            shutil.copyfileobj(content, file)
            os.fsync(file.fileno())
    else:
        raise StorageFailed("the backup is damaged", f"it holds what is no file: {entry.name}")


def _add_tree(archive: tarfile.TarFile, path: Path, name: str) -> None:
    """A file or folder as it is; what is deleted meanwhile is left out."""
    with suppress(FileNotFoundError):
        archive.add(path, name, recursive=False)
        if path.is_dir() and not path.is_symlink():
            for child in sorted(path.iterdir()):
                if not child.name.endswith(".partial"):  # an upload that is still growing
                    _add_tree(archive, child, f"{name}/{child.name}")


def _add_text(archive: tarfile.TarFile, name: str, text: str) -> None:
    entry = tarfile.TarInfo(name)
    entry.size = len(text.encode())
    archive.addfile(entry, io.BytesIO(text.encode()))


@contextmanager
def _opened(source: Path) -> Iterator[tarfile.TarFile]:
    try:
        archive = tarfile.open(source, "r:")  # noqa: SIM115 - closed below
    except (tarfile.TarError, EOFError) as error:
        raise BadRequest(f"{source} is no backup", str(error)) from error
    with archive:
        yield archive


def _manifest(archive: tarfile.TarFile, source: Path) -> Manifest:
    """Raises BadRequest where it is missing, or later than we are."""
    try:
        first = archive.next()
        file = archive.extractfile(first) if first is not None and first.name == MANIFEST else None
        read = json.loads(file.read()) if file else {}
    except (tarfile.TarError, ValueError) as error:
        raise BadRequest(f"{source} is no backup", str(error)) from error
    if not read:
        raise BadRequest(f"{source} is no backup", f"its first file should be {MANIFEST}")
    if read["format"] > FORMAT:
        raise BadRequest(f"{source} was made by govor {read['version']}", "restore it with that version")
    return Manifest(**read)
