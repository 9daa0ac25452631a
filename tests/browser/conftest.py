"""One browser and one service for all tests of the page; each test has a fresh profile."""

from collections.abc import Generator, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from scripts.local_service import running
from tests.browser import chromium
from tests.browser.served import Served, talking

expect.set_options(timeout=60_000)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Plain tracebacks: pytest's own parse sources, and CPython 3.11 stumbles over that in greenlets."""
    style, item.config.option.tbstyle = item.config.option.tbstyle, "native"
    try:
        return (yield)
    finally:
        item.config.option.tbstyle = style


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium; without one, the tests that need it are skipped."""
    path = chromium.executable()
    if path is None:
        pytest.skip(chromium.MISSING)
    with chromium.launched(path) as found:
        yield found


@pytest.fixture(scope="session")
def service(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A `govor serve` process with the embedded model; its webhooks may lead to this machine."""
    allowed = {"GOVOR_WEBHOOK_ALLOW": "127.0.0.1"}
    with running(tmp_path_factory.mktemp("page"), environment=allowed) as local:
        yield Served(local.base, local.key)


@pytest.fixture(scope="session")
def talker(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A service whose recogniser says much, and hostile things."""
    with talking(tmp_path_factory.mktemp("talker")) as served:
        yield served


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A fresh profile, in English."""
    made = browser.new_context(locale="en-US", viewport={"width": 1280, "height": 900})
    yield made
    made.close()


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    """A tab; the test fails if a script of the page failed or its policy refused something."""
    found = context.new_page()
    found.set_default_timeout(60_000)
    faults: list[str] = []
    found.on("pageerror", lambda error: faults.append(str(error)))
    found.on(
        "console", lambda told: faults.append(told.text) if "Content Security Policy" in told.text else None
    )
    yield found
    assert not faults
