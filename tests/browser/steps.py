"""What people do on the page, step by step."""

from playwright.sync_api import FilePayload, Locator, Page, expect

from tests.browser.served import Served


def sign_in(page: Page, service: Served) -> None:
    """Up to the list of recordings."""
    page.goto(service.base)
    page.get_by_label("API key").fill(service.key)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("navigation")).to_be_visible()


def recording(name: str, content: bytes) -> FilePayload:
    """A file to choose."""
    return {"name": name, "mimeType": "audio/ogg", "buffer": content}


def choose(page: Page, *files: FilePayload) -> None:
    """Choose files, as after a click on "Choose files"."""
    page.locator("#files").set_input_files(list(files))


def row(page: Page, name: str) -> Locator:
    """A recording in the list."""
    return page.locator(".operations li").filter(has=page.get_by_role("link", name=name, exact=True))


def opened(page: Page, service: Served, operation_id: str) -> None:
    """Signed in, with the transcript of an operation open."""
    sign_in(page, service)
    page.goto(f"{service.base}/#/operations/{operation_id}")
    expect(page.locator(".utterance").first).to_be_visible()
