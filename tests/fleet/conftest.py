"""A fleet for each test, without anybody in it yet."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fleet.processes import Fleet, fleet


@pytest.fixture
def started_fleet(postgres_url: str, tmp_path: Path) -> Iterator[Fleet]:
    """On a database of its own."""
    with fleet(postgres_url, tmp_path) as begun:
        yield begun
