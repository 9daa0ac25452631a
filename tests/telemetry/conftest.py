"""One service for tests that leave no trace in it, and a quiet log."""

from collections.abc import Iterator

import pytest

from govor import telemetry
from govor.settings import Settings
from tests.api.live import Live, live


@pytest.fixture(scope="package", autouse=True)
def quiet() -> None:
    """Only errors are logged, to standard error."""
    telemetry.configure_logging(Settings(log_level="error"))


@pytest.fixture(scope="package")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """With keys and default settings."""
    with live(tmp_path_factory.mktemp("service")) as running:
        yield running
