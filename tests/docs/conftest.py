"""The reader of all tests here: one service, started as the quickstart says."""

import shutil
from collections.abc import Iterator

import pytest

from tests.docs.reader import QUICKSTART, Reader, reading

NEEDED = ("curl", "setsid")


@pytest.fixture(scope="session")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reader]:
    """One who has done what the quickstart says: the service runs, and its key is in $KEY."""
    for tool in NEEDED:
        if not shutil.which(tool):
            pytest.skip(f"the quickstart needs {tool}, which is not on this machine")
    with reading(tmp_path_factory.mktemp("reader")) as somebody:
        assert somebody.read(QUICKSTART) > 0
        yield somebody
