"""docs/backup.md for a fleet: pg_dump of a database in use, pg_restore into another, and on it goes."""

import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest

from govor.settings import Settings
from govor.storage.identities import Identities
from tests.fleet.processes import Fleet, fleet, happens
from tests.servers.postgres import PostgresServer
from tests.tiny.service import expected, heard, record

PAGE = Path(__file__).parents[2] / "docs" / "backup.md"
SHORT = [5, 6, 7]
LONG = list(range(100, 250))  # 150 s: three parts
DONE = "SELECT count(*) > 0 FROM workflow_status WHERE parent_workflow_id = %s AND status = 'SUCCESS'"


def commands(**values: str) -> list[list[str]]:
    """The page's two commands with these values."""
    found = re.findall(r"^pg_(?:dump|restore) .*$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    filled = [re.sub(r"\$(\w+)", lambda name: values[name[1]], line) for line in found]
    return [shlex.split(line) for line in filled]


def test_a_dump_of_a_working_fleet_goes_on_elsewhere(
    started_fleet: Fleet, postgres_server: PostgresServer, tmp_path: Path
) -> None:
    programs = postgres_server.programs
    if not (programs / "pg_dump").exists():
        pytest.skip(f"no pg_dump beside the server in {programs}")
    with Identities.open(Settings(database_url=started_fleet.url)) as identities:
        secret, _ = identities.keys.create(name="of before")
        caller = identities.verify(secret)
    door, worker = started_fleet.door(), started_fleet.worker("slow:0.05")
    done = door.submit(record(started_fleet.shared, "short.pcm", SHORT))
    door.finished(done)
    running = door.submit(record(started_fleet.shared, "long.pcm", LONG))
    waiting = door.submit(record(started_fleet.shared, "short.pcm", SHORT))
    new_url = postgres_server.create()
    dump, restore = commands(GOVOR_DATABASE_URL=started_fleet.url, NEW_DATABASE_URL=new_url)
    happens(lambda: bool(started_fleet.rows(DONE, running)[0][0]))
    subprocess.run([str(programs / dump[0]), *dump[1:]], cwd=tmp_path, check=True)
    assert not door.get(running).done
    for life in (door, worker):
        life.kill()
    subprocess.run([str(programs / restore[0]), *restore[1:]], cwd=tmp_path, check=True)
    with Identities.open(Settings(database_url=new_url)) as identities:
        assert identities.verify(secret) == caller
    elsewhere = tmp_path / "elsewhere"
    shutil.copytree(started_fleet.shared / "objects", elsewhere / "shared" / "objects")
    with fleet(new_url, elsewhere) as renewed:
        renewed.worker()
        door = renewed.door()
        assert heard(door.get(done).transcript) == expected(SHORT)
        assert heard(door.finished(running).transcript) == expected(LONG)
        assert heard(door.finished(waiting).transcript) == expected(SHORT)
    postgres_server.drop(new_url)
