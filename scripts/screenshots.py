"""Pictures of the web page for the documents: `make screenshots` writes docs/screenshots/.

A real service transcribes the sample recordings with the embedded model; nothing in the pictures is made up.
"""

import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

from playwright.sync_api import Browser, Page

from scripts.local_service import running
from tests.browser import chromium
from tests.browser.served import SAMPLES, Served
from tests.webhooks.receiver import Receiver, receiving

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / "docs/screenshots"
SIZE = {"width": 1180, "height": 760}
NAMES = ("Библиотека, звонок 14.ogg", "Автоответчик.ogg", "calls/monday/0231.ogg")
SETTLED_MS = 600  # what moves has come to rest
NOTED_ATTEMPTS = 100  # the service notes an attempt a moment after the answer


def filled(service: Served, receiver: Receiver) -> str:
    """Put recordings there, and tell the receiver of them; the id of the conversation."""
    receiver.statuses = [200, 200, 503]
    hook = service.call("POST", "/webhooks", json={"url": receiver.url}).json()
    call, greeting = ((SAMPLES / name).read_bytes() for name in ("call.ogg", "greeting.ogg"))
    service.transcribed(greeting, NAMES[1])
    service.transcribed(greeting, NAMES[2])
    operation = service.transcribed(call, NAMES[0])
    names = {"1": "Библиотека", "2": "Читательница"}
    service.call("PUT", f"/operations/{operation['id']}/speakers", json=names)
    receiver.wait_for(len(NAMES))
    for _ in range(NOTED_ATTEMPTS):
        told = service.call("GET", f"/webhooks/{hook['id']}").json()["deliveries"]
        if all(each["attempts"] for each in told):
            break
        time.sleep(0.1)
    return str(operation["id"])


def signed_in(browser: Browser, service: Served, locale: str, scheme: str) -> Page:
    """A tab on the list of recordings."""
    dark = "dark" if scheme == "dark" else "light"
    context = browser.new_context(locale=locale, color_scheme=dark, viewport=SIZE)  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(service.base)
    page.locator("#key").fill(service.key)
    page.keyboard.press("Enter")
    page.locator(".operations li").first.wait_for()
    return page


def shoot(page: Page, name: str) -> None:
    """Write one picture."""
    page.wait_for_timeout(SETTLED_MS)
    page.screenshot(path=FOLDER / f"{name}.png")


def shoot_transcript(page: Page, service: Served, operation_id: str, name: str) -> None:
    """The transcript while its recording is played."""
    page.goto(f"{service.base}/#/operations/{operation_id}")
    page.locator(".utterance").first.wait_for()
    page.locator(".waveform").wait_for()
    page.locator(".utterance").nth(1).locator(".word").nth(2).click()
    page.locator(".word.spoken").first.wait_for()
    page.locator(".round").click()
    shoot(page, name)


def shoot_all(browser: Browser, service: Served, receiver: Receiver) -> None:
    """Every main view."""
    operation_id = filled(service, receiver)
    views: Mapping[str, tuple[str, str]] = {
        "usage": ("#/usage", ".chart"),
        "webhooks": ("#/webhooks", ".webhook tbody tr"),
        "settings": ("#/settings", ".models"),
    }
    page = signed_in(browser, service, "en-US", "light")
    shoot(page, "recordings")
    shoot_transcript(page, service, operation_id, "transcript")
    for name, (address, sign) in views.items():
        page.goto(f"{service.base}/{address}")
        if name == "webhooks":
            page.locator(".webhook summary").click()
        page.locator(sign).first.wait_for()
        shoot(page, name)
    shoot_transcript(
        signed_in(browser, service, "ru-RU", "dark"), service, operation_id, "transcript-dark-russian"
    )


def main() -> int:
    """1 where there is no browser."""
    path = chromium.executable()
    if path is None:
        print(chromium.MISSING)
        return 1
    FOLDER.mkdir(exist_ok=True)
    with (
        tempfile.TemporaryDirectory(prefix="govor-screenshots-") as folder,
        running(Path(folder), environment={"GOVOR_WEBHOOK_ALLOW": "127.0.0.1"}) as local,
        receiving() as receiver,
        chromium.launched(path) as browser,
    ):
        shoot_all(browser, Served(local.base, local.key), receiver)
    for picture in sorted(FOLDER.glob("*.png")):
        print(f"{picture.relative_to(ROOT)}  {picture.stat().st_size // 1000} kB")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
