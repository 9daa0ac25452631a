"""Webhooks on the page: added, told, looked at, deleted."""

import time

import pytest
from playwright.sync_api import Locator, Page, expect

from govor.webhooks import signature
from tests.browser.served import SAMPLES, Served
from tests.browser.steps import sign_in
from tests.browser.test_accessibility import violations
from tests.webhooks.receiver import receiving

GREETING = SAMPLES / "greeting.ogg"


def webhooks_page(page: Page, service: Served) -> None:
    """Signed in, on the view of webhooks."""
    sign_in(page, service)
    page.get_by_role("link", name="Webhooks").click()
    expect(page.get_by_role("heading", name="Webhooks", exact=True)).to_be_visible()


def added(page: Page, url: str, secret: str = "") -> Locator:
    """The row of a webhook that was just added with the form."""
    page.get_by_label("Address", exact=True).fill(url)
    page.get_by_label("Secret, if you have one").fill(secret)
    page.get_by_role("button", name="Add").click()
    row = page.locator(".webhook").filter(has_text=url)
    expect(row).to_be_visible()
    return row


def deleted(page: Page, row: Locator) -> None:
    """Delete it, as the page asks about it."""
    row.get_by_role("button", name="Delete").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(row).to_have_count(0)


def test_webhook_is_added_and_told_and_deleted(page: Page, service: Served) -> None:
    with receiving() as receiver:
        webhooks_page(page, service)
        row = added(page, receiver.url)
        secret = page.locator(".webhook-form .command code").inner_text()
        operation = service.transcribed(GREETING.read_bytes(), "told.ogg")
        (message,) = receiver.wait_for(1)
        signature.verify(secret, message.headers, message.body, time.time())
        page.reload()  # the secret is shown once
        expect(row).to_be_visible()
        assert secret not in page.content()
        row.get_by_text("Last deliveries").click()
        answered(row, "Delivered")
        expect(row.locator("tbody tr")).to_contain_text("HTTP 200")
        assert violations(page) == []
        row.get_by_role("link", name=str(operation["id"])).click()
        expect(page.get_by_role("heading", level=1)).to_have_text("told.ogg")
        page.get_by_role("link", name="Webhooks").click()
        deleted(page, row)
    assert service.call("GET", "/webhooks").json()["webhooks"] == []


def test_delivery_that_failed_says_why_and_when_it_goes_on(page: Page, service: Served) -> None:
    with receiving() as receiver:
        receiver.statuses = [500] * 9
        webhooks_page(page, service)
        row = added(page, receiver.url, "whsec_" + "A" * 44)
        service.transcribed(GREETING.read_bytes(), "refused.ogg")
        receiver.wait_for(1)
        row.get_by_text("Last deliveries").click()
        answered(row, "HTTP 500")
        expect(row.locator("tbody tr")).to_contain_text("Waiting")
        expect(row.locator("tbody .hint")).to_contain_text("again")
        deleted(page, row)


@pytest.mark.parametrize(
    ("url", "told"),
    [("https://10.0.0.1/hook", "private"), ("http://example.org/hook", "https")],
)
def test_address_that_is_not_allowed_is_refused_with_the_reason(
    page: Page, service: Served, url: str, told: str
) -> None:
    webhooks_page(page, service)
    page.get_by_label("Address", exact=True).fill(url)
    page.get_by_role("button", name="Add").click()
    expect(page.get_by_role("alert").filter(has_text=told)).to_be_visible()
    expect(page.locator(".webhook")).to_have_count(0)


def test_hostile_address_is_only_text(page: Page, service: Served) -> None:
    page.expose_function("hacked", lambda: pytest.fail("an address was run"))
    webhooks_page(page, service)
    url = "https://example.org/<img src=x onerror=hacked()>"
    row = added(page, url)
    assert page.locator("main img").count() == 0
    deleted(page, row)


def answered(row: Locator, text: str) -> None:
    """Ask again until the last delivery says so: the service notes it a moment after the answer."""
    for _ in range(100):
        if text in row.locator("tbody").inner_text():
            return
        row.get_by_role("button", name="Refresh").click()
        row.page.wait_for_timeout(100)
    expect(row.locator("tbody")).to_contain_text(text)
