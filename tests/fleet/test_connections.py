"""How many connections to PostgreSQL a process has: what docs/fleet.md tells operators."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import sqlalchemy as sa

from govor.engine.postgres import POOL_SIZE
from govor.storage.database import SHARED_POOL, Database

GUIDE = Path(__file__).parents[2] / "docs" / "fleet.md"
OF_THE_ENGINE = POOL_SIZE + 1  # and the one that DBOS listens with
LOCK = 1  # a worker's proof of life
WAIT_SECONDS = 60.0  # for what must happen


def test_guide_tells_how_many_connections_a_process_has() -> None:
    kept = OF_THE_ENGINE + LOCK + SHARED_POOL["pool_size"]
    most = kept + SHARED_POOL["max_overflow"]
    text = " ".join(GUIDE.read_text().split())
    assert f"a process keeps up to {kept}, and has {most} at most" in text


def test_a_crowd_of_callers_shares_them_and_gives_back_what_is_not_kept(postgres_url: str) -> None:
    database, kept = Database(postgres_url), SHARED_POOL["pool_size"]
    most = kept + SHARED_POOL["max_overflow"]
    together, backends = Barrier(most), set[int]()

    def ask(number: int) -> int:
        with database.connect() as connection:
            backends.add(int(connection.execute(sa.text("SELECT pg_backend_pid()")).scalar_one()))
            if number < most:
                together.wait(WAIT_SECONDS)  # so many have one at the same time
            return database._engine.pool.checkedout()  # type: ignore[attr-defined,no-any-return]

    with ThreadPoolExecutor(4 * most) as threads:
        assert max(threads.map(ask, range(4 * most))) == most
    assert len(backends) >= most
    assert database._engine.pool.checkedin() == kept  # type: ignore[attr-defined]
    database.close()
