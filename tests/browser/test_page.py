"""The page itself: keys, languages, colours, the keyboard, and what hostile names and transcripts may do."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from scripts.local_service import running
from tests.browser.served import SAMPLES, Served
from tests.browser.steps import choose, opened, recording, row, sign_in
from tests.tiny.talker import HOSTILE

CALL = SAMPLES / "call.ogg"
HOSTILE_NAME = "<img src=x onerror=hacked()>&quot;<script>hacked()</script>.ogg"


def test_wrong_key_is_refused_and_the_right_one_stays_in_the_tab(page: Page, service: Served) -> None:
    page.goto(service.base)
    page.get_by_label("API key").fill("wrong")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_have_text("This key is not valid.")
    sign_in(page, service)
    assert page.evaluate("sessionStorage.length") == 1
    assert page.evaluate("Object.values(localStorage).concat(document.cookie).join()").find(service.key) < 0
    page.reload()
    expect(page.get_by_role("navigation")).to_be_visible()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_label("API key")).to_be_visible()
    assert page.evaluate("sessionStorage.length") == 0


def test_without_keys_nobody_signs_in(page: Page, tmp_path: Path) -> None:
    with running(tmp_path, environment={"GOVOR_AUTH": "none"}) as local:  # one engine to a process
        page.goto(local.base)
        expect(page.get_by_label("Search by name")).to_be_visible()
        expect(page.get_by_role("button", name="Sign out")).to_have_count(0)


@pytest.mark.parametrize(
    ("locale", "title", "tag"),
    [("ru-RU", "Вход", "ru"), ("en-GB", "Sign in", "en"), ("de-DE", "Sign in", "en")],
)
def test_page_speaks_the_language_of_the_browser(
    browser: Browser, service: Served, locale: str, title: str, tag: str
) -> None:
    context = browser.new_context(locale=locale)
    page = context.new_page()
    page.goto(service.base)
    expect(page.get_by_role("heading", name=title)).to_be_visible()
    expect(page.locator("html")).to_have_attribute("lang", tag)
    context.close()


def test_language_and_colours_are_remembered(page: Page, service: Served) -> None:
    sign_in(page, service)
    page.get_by_label("Language of this page").select_option("ru")
    expect(page.get_by_role("link", name="Расход")).to_be_visible()
    page.get_by_label("Цвета").select_option("dark")
    before = page.evaluate("getComputedStyle(document.body).backgroundColor")
    page.reload()
    expect(page.get_by_role("link", name="Расход")).to_be_visible()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == before == "rgb(20, 22, 21)"


def test_hostile_file_name_is_only_text(page: Page, service: Served) -> None:
    page.expose_function("hacked", lambda: pytest.fail("a file's name was run"))
    sign_in(page, service)
    choose(page, recording(HOSTILE_NAME, CALL.read_bytes()))
    uploaded = row(page, HOSTILE_NAME)
    expect(uploaded.locator(".state")).to_have_text("Done")
    uploaded.get_by_role("link").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(HOSTILE_NAME)
    page.get_by_role("button", name="Delete", exact=True).click()
    expect(page.get_by_role("dialog")).to_contain_text("<img")
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(page.get_by_label("Search by name")).to_be_visible()
    assert page.locator("main img, main script").count() == 0


def test_hostile_transcript_is_only_text(page: Page, talker: Served) -> None:
    page.expose_function("hacked", lambda: pytest.fail("a transcript was run"))
    operation = talker.transcribed((SAMPLES / "greeting.ogg").read_bytes(), "hostile.ogg")
    talker.call("PUT", f"/operations/{operation['id']}/speakers", json={"1": HOSTILE})
    opened(page, talker, str(operation["id"]))
    page.get_by_label("Search in the transcript").fill(HOSTILE)
    expect(page.locator(".word.current").first).to_contain_text("onerror")
    expect(page.locator(".speaker").first).to_have_text(HOSTILE)
    assert page.locator("main img, main script").count() == 0


def test_strings_never_become_markup(browser: Browser, service: Served) -> None:
    context = browser.new_context()
    page = context.new_page()
    page.goto(service.base)
    attempt = "try { document.body.innerHTML = '<b>taken</b>'; 'taken' } catch (error) { error.name }"
    assert page.evaluate(attempt) == "TypeError"
    context.close()


def test_everything_works_with_the_keyboard_alone(page: Page, service: Served) -> None:
    page.goto(service.base)
    expect(page.get_by_label("API key")).to_be_focused()
    page.keyboard.type(service.key)
    page.keyboard.press("Enter")
    expect(page.get_by_role("navigation")).to_be_visible()
    tab_to(page, "#files")
    with page.expect_file_chooser() as chooser:
        page.keyboard.press("Enter")
    chooser.value.set_files(recording("keys.ogg", CALL.read_bytes()))
    expect(row(page, "keys.ogg").locator(".state")).to_have_text("Done")
    tab_to(page, 'a.name:text-is("keys.ogg")')
    page.keyboard.press("Enter")
    expect(page.locator(".utterance").first).to_be_visible()

    tab_to(page, ".waveform")
    page.keyboard.press("ArrowRight")
    expect(page.locator(".clock")).to_have_text(re.compile("^0:05"))
    tab_to(page, '.time[tabindex="0"]')
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowRight")
    expect(page.locator(".utterance").nth(1).locator(".word.cursor")).to_have_attribute("data-word", "1")
    page.keyboard.press("Enter")
    expect(page.locator(".word.spoken").first).to_be_visible()

    tab_to(page, "button:text-is('Delete')")
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Delete", exact=True)).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_label("Search by name")).to_be_visible()
    expect(row(page, "keys.ogg")).to_have_count(0)


def tab_to(page: Page, selector: str) -> None:
    """Press Tab until an element has the focus, at most once around the page."""
    target = page.locator(selector).first
    for _ in range(60):
        if target.evaluate("(element) => element === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{selector} is not reached by Tab")
