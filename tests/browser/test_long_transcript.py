"""A long transcript: a few rows exist at a time, and everything in it can be reached."""

from itertools import pairwise

import pytest
from playwright.sync_api import Page, expect

from bench.recordings import repeated
from tests.browser.served import Served
from tests.browser.steps import opened

ROWS_MAX = 60  # in the document at once; a window of 900 pixels shows about ten
SECONDS = 600.0
TWO_FRAMES = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"


@pytest.fixture(scope="module")
def long(talker: Served, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The id of a call of ten minutes."""
    path = tmp_path_factory.mktemp("long") / "long.ogg"
    repeated("call.ogg", SECONDS, path)
    return str(talker.transcribed(path.read_bytes(), "long.ogg")["id"])


def test_only_the_rows_in_view_exist(page: Page, talker: Served, long: str) -> None:
    opened(page, talker, long)
    utterances = talker.call("GET", f"/operations/{long}/transcript").json()["utterances"]
    assert len(utterances) > 2 * ROWS_MAX
    rows = page.locator(".utterance")
    assert rows.count() < ROWS_MAX
    expect(rows.first).to_have_attribute("aria-setsize", str(len(utterances)))

    page.evaluate(
        "() => { const list = document.querySelector('.transcript'); list.scrollTop = list.scrollHeight; }"
    )
    expect(page.locator(f'[aria-posinset="{len(utterances)}"]')).to_be_visible()
    assert rows.count() < ROWS_MAX


def test_rows_follow_each_other_without_gaps(page: Page, talker: Served, long: str) -> None:
    opened(page, talker, long)
    for _ in range(12):
        page.mouse.move(640, 700)
        page.mouse.wheel(0, 700)
        page.evaluate(TWO_FRAMES)
        boxes = page.evaluate(
            """() => [...document.querySelectorAll(".utterance")].map((row) => row.getBoundingClientRect())
            .map(({top, bottom}) => [Math.round(top), Math.round(bottom)]).sort((a, b) => a[0] - b[0])"""
        )
        assert all(abs(above[1] - below[0]) <= 1 for above, below in pairwise(boxes)), boxes


def test_what_is_far_away_is_found_and_shown(page: Page, talker: Served, long: str) -> None:
    opened(page, talker, long)
    page.get_by_label("Search in the transcript").fill("соколова")
    expect(page.locator(".count")).to_contain_text("1 / ")
    page.get_by_role("button", name="Previous hit").click()
    hits = int(page.locator(".count").inner_text().split("/")[1])
    expect(page.locator(".count")).to_have_text(f"{hits} / {hits}")
    expect(page.locator(".word.current").first).to_be_in_viewport()


def test_doubtful_words_are_marked_by_a_line_and_can_be_visited(
    page: Page, talker: Served, long: str
) -> None:
    opened(page, talker, long)
    word = page.locator(".word.doubtful").first
    style = "(element) => getComputedStyle(element).textDecorationStyle"
    assert word.evaluate(style) == "wavy"
    expect(word).to_have_attribute("title", "25\u00a0% sure")
    page.get_by_role("button", name="next of").click()
    expect(page.locator(".word.cursor")).to_be_in_viewport()
    expect(page.get_by_role("status").first).to_contain_text("doubtful word 1 of")
    page.get_by_label("Doubtful words").uncheck()
    assert word.evaluate(style) == "solid"
