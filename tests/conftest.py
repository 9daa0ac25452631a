"""Servers that tests of several parts need: one for the whole session, a fresh database for each test."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.servers.postgres import PostgresServer


@pytest.fixture(scope="session")
def postgres_server() -> "Iterator[PostgresServer]":
    """A running PostgreSQL."""
    from tests.servers.postgres import PostgresMissing, postgres  # a driver that few tests need

    try:
        with postgres() as server:
            yield server
    except PostgresMissing as error:
        pytest.skip(f"no PostgreSQL can be started here: {error}")


@pytest.fixture
def postgres_url(postgres_server: "PostgresServer") -> Iterator[str]:
    """The address of an empty database, as GOVOR_DATABASE_URL takes it; it goes with the test."""
    url = postgres_server.create()
    yield url
    postgres_server.drop(url)
