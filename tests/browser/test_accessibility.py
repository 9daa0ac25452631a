"""axe finds nothing to complain about, in any view, in light and dark."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.browser.served import SAMPLES, Served

VIEWS = {
    "recordings": ("#/", ".operations li"),
    "usage": ("#/usage", ".chart"),
    "webhooks": ("#/webhooks", ".webhook-form"),
    "settings": ("#/settings", ".models"),
}


def violations(page: Page) -> list[str]:
    """What axe finds, a line each, with the elements meant."""
    found = Axe().run(page).response["violations"]
    return [f"{each['id']}: {[node['html'][:200] for node in each['nodes']]}" for each in found]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_view_has_a_barrier(browser: Browser, service: Served, scheme: str) -> None:
    operation = service.transcribed((SAMPLES / "call.ogg").read_bytes(), f"{scheme}.ogg")
    context = browser.new_context(locale="ru-RU", color_scheme="dark" if scheme == "dark" else "light")
    page = context.new_page()
    page.goto(service.base)
    expect(page.locator("#key")).to_be_visible()
    assert violations(page) == []
    page.locator("#key").fill(service.key)
    page.keyboard.press("Enter")
    for address, sign in VIEWS.values():
        page.goto(f"{service.base}/{address}")
        expect(page.locator(sign).first).to_be_visible()
        assert violations(page) == [], address
    page.goto(f"{service.base}/#/operations/{operation['id']}")
    expect(page.locator(".utterance").first).to_be_visible()
    page.locator(".word").first.click()
    page.get_by_text("Скачать", exact=True).click()
    assert violations(page) == []
    context.close()


def test_narrow_screen_scrolls_only_up_and_down(browser: Browser, service: Served) -> None:
    context = browser.new_context(viewport={"width": 360, "height": 740}, locale="ru-RU")
    page = context.new_page()
    sign_in_russian(page, service)
    for address, sign in VIEWS.values():
        page.goto(f"{service.base}/{address}")
        expect(page.locator(sign).first).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth") <= 360, address
    context.close()


def sign_in_russian(page: Page, service: Served) -> None:
    """The way in, in Russian."""
    page.goto(service.base)
    page.locator("#key").fill(service.key)
    page.keyboard.press("Enter")
    expect(page.get_by_role("navigation")).to_be_visible()
