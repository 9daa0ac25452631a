"""The PostgreSQL that other tests rely on."""

import os
import subprocess
import sys

import psycopg
import pytest

from tests.servers.postgres import PostgresServer

# Everything is imported first: the interpreter may lie where only root may read.
AS_NOBODY = """
import os
import psycopg
from tests.servers.postgres import postgres
with psycopg.connect(os.environ["SOME_SERVER"]): pass  # loads what it loads late
os.setgroups([]); os.setgid(65534); os.setuid(65534)
with postgres() as server, psycopg.connect(server.create()) as connection:
    print(connection.execute("SELECT 6 * 7").fetchone()[0])
"""


def test_each_test_has_an_empty_database(postgres_url: str, postgres_server: PostgresServer) -> None:
    other = postgres_server.create()
    with psycopg.connect(other) as connection:
        connection.execute("CREATE TABLE only_there (id int)")
    with psycopg.connect(postgres_url) as connection:
        tables = connection.execute("SELECT * FROM pg_tables WHERE schemaname = 'public'").fetchall()
    postgres_server.drop(other)
    assert tables == []


def test_an_immediate_restart_breaks_connections_and_keeps_what_was_committed(
    postgres_url: str, postgres_server: PostgresServer
) -> None:
    connection = psycopg.connect(postgres_url)
    connection.execute("CREATE TABLE kept (id int)")
    connection.execute("INSERT INTO kept VALUES (42)")
    connection.commit()
    connection.execute("INSERT INTO kept VALUES (43)")
    postgres_server.restart_immediately()
    with pytest.raises(psycopg.OperationalError):
        connection.execute("SELECT 1")
    with psycopg.connect(postgres_url) as again:
        assert again.execute("SELECT id FROM kept").fetchall() == [(42,)]


def test_an_ordinary_user_can_start_it_too(postgres_server: PostgresServer) -> None:
    if postgres_server.user is None:
        pytest.skip("we are an ordinary user: every test shows it")
    environment = {**os.environ, "SOME_SERVER": postgres_server.url()}
    command = [sys.executable, "-c", AS_NOBODY]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, env=environment)
    assert done.stdout == "42\n", done.stderr
