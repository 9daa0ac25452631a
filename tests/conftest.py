"""Servers that tests of several parts need: one for the whole session, a fresh database for each test."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

BROWSER = Path(__file__).parent / "browser"

if TYPE_CHECKING:
    from tests.servers.postgres import PostgresServer


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The browser's tests come last: their driver keeps an event loop in this thread, in others' way."""
    items.sort(key=lambda item: item.path.is_relative_to(BROWSER))


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
