"""Data of earlier versions: scripts/old_data.py had those versions make them, and killed them at work."""

import json
import sqlite3
import tarfile
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from govor.errors import BadAudio, StorageFailed
from govor.settings import Settings
from govor.storage import database
from govor.storage.database import Database
from govor.storage.identities import Identities
from scripts.old_data import FACTS, LONG, PACKED, SHORT
from tests.tiny.service import ALICE, expected, finished, heard, started

OLD = sorted(PACKED.glob("*.tar.xz"))
Facts = dict[str, Any]


def unpacked(packed: Path, folder: Path) -> Facts:
    """Lay an earlier version's data directory out; what must be found in it again."""
    with tarfile.open(packed) as archive:
        archive.extractall(folder)
    facts: Facts = json.loads((folder / FACTS).read_text())
    return facts


def test_there_are_data_of_an_earlier_version() -> None:
    assert OLD


@pytest.mark.parametrize("packed", OLD, ids=lambda path: path.name)
def test_keys_of_an_earlier_version_still_open(packed: Path, tmp_path: Path) -> None:
    facts = unpacked(packed, tmp_path)
    with Identities.open(Settings(data_dir=tmp_path)) as identities:
        caller = identities.verify(facts["secret"])
        static = identities.access_keys.lookup(facts["s3_key"])
    assert caller
    assert (caller.subject_id, caller.folder_id) == (facts["account"], ALICE.folder_id)
    assert static
    assert static.secret == facts["s3_secret"]


@pytest.mark.parametrize("packed", OLD, ids=lambda path: path.name)
async def test_work_of_an_earlier_version_is_kept_and_finished(packed: Path, tmp_path: Path) -> None:
    facts = unpacked(packed, tmp_path)
    async with started(tmp_path) as operations:
        assert (await operations.get(facts["done"], ALICE)).done
        done, failed, long = [await finished(operations, facts[name]) for name in ("done", "failed", "long")]
    assert heard(done.transcript) == expected(SHORT)
    assert failed.failure
    assert failed.failure.code == BadAudio.code
    assert heard(long.transcript) == expected(LONG)


def version_of(data_dir: Path) -> tuple[int, int]:
    with closing(sqlite3.connect(data_dir / database.FILE)) as connection:
        found: tuple[int, int] = connection.execute("SELECT version, needs FROM govor_schema").fetchone()
    return found


@pytest.mark.parametrize("packed", OLD, ids=lambda path: path.name)
def test_tables_of_an_earlier_version_get_our_number(packed: Path, tmp_path: Path) -> None:
    unpacked(packed, tmp_path)
    for _ in range(2):
        Database.open(Settings(data_dir=tmp_path)).close()
        assert version_of(tmp_path) == (database.SCHEMA, database.NEEDS)


def write(settings: Settings, version: int, needs: int) -> None:
    """What a later version would leave."""
    opened = Database.open(settings)
    with opened.begin() as connection:
        connection.execute(database.schema.update().values(version=version, needs=needs))
    opened.close()


def check_later_versions(settings: Settings) -> None:
    """One that only added something leaves us working; one that changed the rest does not."""
    write(settings, database.SCHEMA + 1, database.SCHEMA)
    Identities.open(settings).close()
    opened = Database.open(settings)
    with opened.connect() as connection:
        assert connection.execute(database.schema.select()).one() == (1, database.SCHEMA + 1, database.SCHEMA)
    opened.close()
    write(settings, database.SCHEMA + 2, database.SCHEMA + 1)
    with pytest.raises(StorageFailed, match="later version"):
        Database.open(settings)


def test_versions_work_side_by_side_unless_the_later_one_says_no(tmp_path: Path) -> None:
    check_later_versions(Settings(data_dir=tmp_path))


def test_versions_of_a_fleet_work_side_by_side_too(postgres_url: str) -> None:
    check_later_versions(Settings(database_url=postgres_url))
