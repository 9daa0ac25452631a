"""One service for all tests of the wire; it has no state that they could trip over."""

from collections.abc import Iterator

import pytest

from govor import telemetry
from govor.settings import Settings
from tests.api.live import Live, live


@pytest.fixture(scope="session")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """With keys and default settings; only errors are logged."""
    telemetry.configure_logging(Settings(log_level="error"))
    with live(tmp_path_factory.mktemp("service")) as running:
        yield running
