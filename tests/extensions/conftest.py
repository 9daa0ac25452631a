"""One service for all tests of a file: the engine lets a process have one at a time."""

from collections.abc import Iterator

import pytest

from tests.extensions.running import Client, Running, running


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """With keys; webhooks may lead to this machine."""
    with running(tmp_path_factory.mktemp("extensions"), webhook_allow="127.0.0.1") as made:
        yield made


@pytest.fixture
def alice(service: Running) -> Client:
    """A caller."""
    return service.alice


@pytest.fixture
def bob(service: Running) -> Client:
    """A caller of another folder."""
    return service.bob
