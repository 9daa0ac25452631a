"""API keys on every database that we support."""

import re
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from govor.errors import BadRequest, StorageFailed
from govor.settings import Settings
from govor.storage.database import Database
from govor.storage.keys import KeyRecord, Keys

NOW = 1_700_000_000


@pytest.fixture(params=["sqlite", "postgresql"])  # every real backend, and no mock
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'keys.db'}"
    return str(request.getfixturevalue("postgres_url"))


@pytest.fixture
def keys(database_url: str) -> Iterator[Keys]:
    keys = Keys(Database(database_url), clock=lambda: NOW)
    yield keys
    keys.close()


def test_secret_looks_like_a_speechkit_key_and_is_never_the_same(keys: Keys) -> None:
    secrets = [keys.create(name="tests")[0] for _ in range(20)]
    assert all(re.fullmatch(r"AQVN[A-Za-z0-9_-]{36}", secret) for secret in secrets)
    assert len(set(secrets)) == 20


def test_record_carries_identifiers_in_speechkits_alphabet(keys: Keys) -> None:
    _, record = keys.create(name="tests")
    assert re.fullmatch(r"aje[0-9a-v]{17}", record.id)
    assert re.fullmatch(r"b1g[0-9a-v]{17}", record.folder_id)
    assert record.created_at == NOW


def test_key_stands_for_its_caller(keys: Keys) -> None:
    secret, record = keys.create(name="tests", folder_id="my-folder")
    caller = keys.verify(secret)
    assert caller is not None
    assert (caller.subject_id, caller.folder_id) == (record.id, "my-folder")


@pytest.mark.parametrize(
    "wrong", ["", "AQVN", "AQVN" + "x" * 36, "ключ", "' OR 1=1 --", "\udcff", "x" * 100_000]
)
def test_unknown_secret_stands_for_nobody(keys: Keys, wrong: str) -> None:
    keys.create(name="tests")
    assert keys.verify(wrong) is None


def test_secret_with_one_character_changed_stands_for_nobody(keys: Keys) -> None:
    secret, _ = keys.create(name="tests")
    assert keys.verify(secret[:-1] + ("A" if secret[-1] != "A" else "B")) is None


def test_revoked_key_stands_for_nobody_but_stays_listed(keys: Keys) -> None:
    secret, record = keys.create(name="tests")
    keys.revoke(record.id)
    keys.revoke(record.id)
    assert keys.verify(secret) is None
    assert [each.revoked_at for each in keys.list()] == [NOW]


def test_revoking_an_unknown_key_is_refused(keys: Keys) -> None:
    with pytest.raises(BadRequest, match="no key has the id aje0"):
        keys.revoke("aje0")


def test_keys_without_a_folder_share_one(keys: Keys, database_url: str) -> None:
    other = Keys(Database(database_url))
    assert keys.create(name="a")[1].folder_id == other.create(name="b")[1].folder_id == keys.default_folder()
    other.close()


@pytest.mark.parametrize("name", ["", "x" * 257])
def test_name_without_sense_is_refused(keys: Keys, name: str) -> None:
    with pytest.raises(BadRequest, match="name"):
        keys.create(name=name)


@pytest.mark.parametrize("folder_id", ["B1G", "a/b", "../x", "x" * 51, "папка", "-a"])
def test_folder_that_cannot_be_an_identifier_is_refused(keys: Keys, folder_id: str) -> None:
    with pytest.raises(BadRequest, match="folder ID"):
        keys.create(name="tests", folder_id=folder_id)


def test_list_shows_records_and_no_secret(keys: Keys) -> None:
    secret, record = keys.create(name="tests")
    assert keys.list() == [record]
    assert secret not in repr(keys.list())
    assert isinstance(record, KeyRecord)


def test_secret_is_nowhere_in_the_files(tmp_path: Path) -> None:
    keys = Keys.open(Settings(data_dir=tmp_path / "data", database_url=""))
    secret, _ = keys.create(name="tests")
    keys.close()
    stored = b"".join(path.read_bytes() for path in (tmp_path / "data").iterdir())
    assert b"tests" in stored
    assert secret.encode() not in stored
    assert secret.removeprefix("AQVN").encode() not in stored


def test_sqlite_keys_survive_a_reader_beside_a_writer(tmp_path: Path) -> None:
    keys = Keys(Database(f"sqlite:///{tmp_path / 'keys.db'}"))
    assert sqlite3.connect(tmp_path / "keys.db").execute("PRAGMA journal_mode").fetchone() == ("wal",)
    keys.close()


def test_first_use_by_many_threads_settles_on_one_folder(database_url: str) -> None:
    folders: list[str] = []
    start = threading.Barrier(8)

    def choose() -> None:
        start.wait()
        keys = Keys(Database(database_url))
        folders.append(keys.default_folder())
        keys.close()

    threads = [threading.Thread(target=choose) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(folders) == 8
    assert len(set(folders)) == 1


def test_database_that_is_no_database_is_reported_as_our_fault(tmp_path: Path) -> None:
    (tmp_path / "keys.db").write_bytes(b"not a database at all, but long enough to be read as one" * 20)
    with pytest.raises(StorageFailed, match="API keys"):
        Keys(Database(f"sqlite:///{tmp_path / 'keys.db'}"))


def test_data_directory_that_cannot_be_made_is_reported_as_our_fault(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StorageFailed, match="data directory"):
        Keys.open(Settings(data_dir=tmp_path / "file" / "data", database_url=""))


def test_keys_made_by_another_process_work_though_the_file_was_opened_twice_here(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path)
    keys, others = Keys.open(settings), Keys.open(settings)  # as a service does for its several tables
    for name in ("one", "two", "three"):
        made = subprocess.run(
            [sys.executable, "-m", "govor", "keys", "create", "--name", name, "--data-dir", str(tmp_path)],
            capture_output=True,
            text=True,
            check=True,
        )
        secret = made.stdout.strip()
        assert [keys.verify(secret), others.verify(secret)].count(None) == 0, name
        assert (tmp_path / "keys.db-wal").exists(), "nobody deletes the log that we write to"
    keys.close()
    others.close()
