"""A backup of a running service, restored elsewhere: keys, results and what was unfinished are all there."""

import io
import json
import os
import shutil
import sqlite3
import stat
import tarfile
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner

from govor.cli import main
from govor.errors import BadRequest, BadSetting, StorageFailed, UnknownOperation
from govor.records import Caller
from govor.settings import Settings
from govor.storage import backup
from govor.storage.identities import Identities
from tests.tiny.life import Life
from tests.tiny.service import ALICE, expected, finished, heard, record, started

LONG = list(range(100, 250))  # 150 s: three parts
SLOW = "slow:0.05"  # so that the backup finds it unfinished
NOW = "2026-11-23T00:00:00Z"


def make_key(data_dir: Path) -> tuple[str, Caller | None]:
    with Identities.open(Settings(data_dir=data_dir)) as identities:
        secret, _ = identities.keys.create(name="of before")
        return secret, identities.verify(secret)


def some_data(data_dir: Path) -> Path:
    """A data directory that no service runs on."""
    make_key(data_dir)
    recording = data_dir / "objects" / "bucket" / "a.raw"
    recording.parent.mkdir(parents=True)
    recording.write_bytes(b"\x01" * 5_000)
    return data_dir


async def test_backup_of_a_running_service_goes_on_elsewhere(tmp_path: Path) -> None:
    """What is done stays done, what waits, runs or came inside its request is finished by the new service."""
    old, new, file = tmp_path / "old", tmp_path / "new", tmp_path / "backup.tar"
    old.mkdir()
    secret, caller = make_key(old)
    life = Life(old, SLOW)
    try:
        done = life.submit(record(old, "short.raw", [5, 6]))
        life.finished(done)
        running = life.submit(record(old, "long.raw", LONG))
        inline = record(old, "inline.raw", [7, 8, 9])
        content = (old / "objects/bucket/inline.raw").read_bytes()
        sent = life.submit_content(inline, content)
        waiting = [life.submit(record(old, "short.raw", [5, 6])) for _ in range(3)]
        backup.write(old, file, made_at=NOW)
        assert not life.get(running).done
        later = life.submit(record(old, "short.raw", [5, 6]))
    finally:
        life.kill()
    shutil.rmtree(old)
    backup.restore(file, new)
    with Identities.open(Settings(data_dir=new)) as identities:
        assert identities.verify(secret) == caller
    async with started(new) as operations:
        read = {each: await finished(operations, each) for each in (done, running, sent, *waiting)}
        with pytest.raises(UnknownOperation):
            await operations.get(later, ALICE)
    assert heard(read[running].transcript) == expected(LONG)
    assert heard(read[sent].transcript) == expected([7, 8, 9])
    assert all(heard(read[each].transcript) == expected([5, 6]) for each in (done, *waiting))


def test_commands_back_up_and_restore(tmp_path: Path) -> None:
    data, new, file = some_data(tmp_path / "data"), tmp_path / "new", tmp_path / "backup.tar"
    (data / "models" / "large").mkdir(parents=True)
    made = CliRunner().invoke(main, ["backup", str(file), "--data-dir", str(data)])
    assert made.exit_code == 0, made.output
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    restored = CliRunner().invoke(main, ["restore", str(file), "--data-dir", str(new)])
    assert restored.exit_code == 0, restored.output
    assert (new / "objects/bucket/a.raw").read_bytes() == b"\x01" * 5_000
    assert stat.S_IMODE((new / "keys.db").stat().st_mode) == 0o600
    assert sorted(path.name for path in new.iterdir()) == ["keys.db", "objects"]
    assert sorted(path.name for path in data.iterdir()) == ["keys.db", "models", "objects"]


def test_recordings_can_stay_out_and_the_restore_says_so(tmp_path: Path) -> None:
    data, new, file = some_data(tmp_path / "data"), tmp_path / "new", tmp_path / "backup.tar"
    CliRunner().invoke(main, ["backup", "--no-objects", str(file), "--data-dir", str(data)])
    restored = CliRunner().invoke(main, ["restore", str(file), "--data-dir", str(new)])
    assert "put it back" in restored.stderr
    assert [path.name for path in new.iterdir()] == ["keys.db"]


def test_nothing_is_restored_over_data(tmp_path: Path) -> None:
    data, file = some_data(tmp_path / "data"), tmp_path / "backup.tar"
    backup.write(data, file, made_at=NOW)
    with pytest.raises(BadRequest, match="holds data already"):
        backup.restore(file, data)


@pytest.mark.parametrize("length", [0, 100, 600, 5_000, -1_000])
def test_half_a_backup_is_refused_and_leaves_nothing(tmp_path: Path, length: int) -> None:
    data, new, file = some_data(tmp_path / "data"), tmp_path / "new", tmp_path / "backup.tar"
    backup.write(data, file, made_at=NOW)
    os.truncate(file, length if length >= 0 else file.stat().st_size // 2)
    with pytest.raises((BadRequest, StorageFailed)):
        backup.restore(file, new)
    assert not new.exists() or not list(new.iterdir())


def test_damaged_database_is_not_restored(tmp_path: Path) -> None:
    data, new, file = some_data(tmp_path / "data"), tmp_path / "new", tmp_path / "backup.tar"
    backup.write(data, file, made_at=NOW)
    content = bytearray(file.read_bytes())
    page = content.find(b"govor_api_key")
    content[page - 200 : page + 200] = bytes(400)
    file.write_bytes(content)
    with pytest.raises(StorageFailed, match=r"keys\.db of the backup is damaged"):
        backup.restore(file, new)
    assert not list(new.iterdir())


def entry(name: str, kind: bytes = tarfile.REGTYPE, target: str = "") -> tarfile.TarInfo:
    made = tarfile.TarInfo(name)
    made.type, made.linkname = kind, target
    return made


@pytest.mark.parametrize(
    "hostile",
    [
        entry("../outside"),
        entry("objects/../../outside"),
        entry("/outside"),
        entry("objects/link", tarfile.SYMTYPE, "/etc/passwd"),
        entry("objects/hard", tarfile.LNKTYPE, "govor-backup.json"),
        entry("objects/fifo", tarfile.FIFOTYPE),
    ],
    ids=lambda made: made.name,
)
def test_archive_of_somebody_else_writes_nothing_outside(tmp_path: Path, hostile: tarfile.TarInfo) -> None:
    file, new = tmp_path / "backup.tar", tmp_path / "inner" / "new"
    manifest = json.dumps({"format": 1, "version": "0", "made_at": NOW, "objects": True}).encode()
    with tarfile.open(file, "w") as archive:
        head = tarfile.TarInfo(backup.MANIFEST)
        head.size = len(manifest)
        archive.addfile(head, io.BytesIO(manifest))
        archive.addfile(hostile)
    with pytest.raises(StorageFailed, match="damaged"):
        backup.restore(file, new)
    assert [path.name for path in tmp_path.iterdir() if path.name != "inner"] == ["backup.tar"]
    assert not list(new.iterdir())


def test_backup_of_a_later_version_names_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data, file = some_data(tmp_path / "data"), tmp_path / "backup.tar"
    with monkeypatch.context() as patched:
        patched.setattr(backup, "FORMAT", 2)
        patched.setattr(backup, "__version__", "9.9")
        backup.write(data, file, made_at=NOW)
    with pytest.raises(BadRequest, match=r"9\.9"):
        backup.restore(file, tmp_path / "new")


def test_there_is_something_to_back_up(tmp_path: Path) -> None:
    with pytest.raises(BadRequest, match="holds no data"):
        backup.write(tmp_path, tmp_path / "backup.tar", made_at=NOW)
    assert not list(tmp_path.iterdir())


def test_copy_is_of_one_moment_while_others_write(tmp_path: Path) -> None:
    data = some_data(tmp_path / "data")
    with closing(sqlite3.connect(data / "keys.db", isolation_level=None)) as writer:
        writer.execute("CREATE TABLE pairs (a INTEGER, b INTEGER)")
        writer.execute("BEGIN IMMEDIATE")
        writer.executemany("INSERT INTO pairs VALUES (?, ?)", [(n, n) for n in range(1_000)])
        backup.write(data, tmp_path / "backup.tar", made_at=NOW)
        writer.execute("COMMIT")
    backup.restore(tmp_path / "backup.tar", tmp_path / "new")
    with closing(sqlite3.connect(tmp_path / "new" / "keys.db")) as reader:
        assert reader.execute("SELECT count(*) FROM pairs").fetchone() == (0,)


def test_a_fleet_is_sent_to_pg_dump(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GOVOR_DATABASE_URL", "postgresql://localhost/govor")
    result = CliRunner().invoke(main, ["backup", str(tmp_path / "backup.tar")])
    assert result.exit_code == 1
    assert "pg_dump" in result.stderr
    assert BadSetting.__name__ not in result.stderr
