"""What people do with recordings, from upload to delete, in a real browser against a real service."""

import re
from pathlib import Path

import pytest
import requests
from playwright.sync_api import Browser, Page, Route, expect

from tests.browser.served import SAMPLES, TIMEOUT_SECONDS, Served
from tests.browser.steps import choose, opened, recording, row, sign_in

CALL = SAMPLES / "call.ogg"


def test_recording_goes_from_upload_to_transcript_to_sound_to_file_and_away(
    page: Page, service: Served
) -> None:
    sign_in(page, service)
    choose(page, recording("flow.ogg", CALL.read_bytes()))
    expect(row(page, "flow.ogg").locator(".state")).to_have_text("Done")
    row(page, "flow.ogg").get_by_role("link").click()

    transcript = page.get_by_role("region", name="Transcript")
    for voice in ("1", "2"):
        expect(transcript.locator(f'.utterance[data-voice="{voice}"] .word').first).not_to_be_empty()
    left, right = (
        transcript.locator(f'.utterance[data-voice="{voice}"] p').first.bounding_box() for voice in "12"
    )
    assert left
    assert right
    assert left["x"] < right["x"]

    page.get_by_role("button", name="Play", exact=True).click()
    expect(transcript.locator(".word.spoken").first).to_be_visible()
    expect(page.locator(".clock")).to_have_text(re.compile("^0:0[1-9]"))
    page.get_by_role("button", name="Pause").click()

    operation_id = page.url.rsplit("/", 1)[1]
    page.get_by_text("Download", exact=True).click()
    with page.expect_download() as download:
        page.get_by_role("button", name="Plain text").click()
    wanted = service.call("GET", f"/operations/{operation_id}/export", params={"format": "txt"})
    assert Path(download.value.path()).read_bytes() == wanted.content
    assert download.value.suggested_filename.endswith(".txt")

    page.get_by_role("button", name="Delete", exact=True).click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(page.get_by_label("Search by name")).to_be_visible()
    expect(row(page, "flow.ogg")).to_have_count(0)
    gone = requests.get(
        f"{service.base}/govor/v1/operations/{operation_id}",
        headers=service.headers,
        timeout=TIMEOUT_SECONDS,
    )
    assert gone.status_code == 404


@pytest.mark.parametrize("format_name", ["docx", "srt", "vtt", "json", "v3"])
def test_every_format_is_downloaded_as_the_service_writes_it(
    page: Page, service: Served, format_name: str, call: str
) -> None:
    opened(page, service, call)
    page.get_by_text("Download", exact=True).click()
    with page.expect_download() as download:
        page.locator(f'[data-format="{format_name}"]').click()
    wanted = service.call("GET", f"/operations/{call}/export", params={"format": format_name})
    assert Path(download.value.path()).stat().st_size == len(wanted.content) > 0


@pytest.fixture(scope="session")
def call(service: Served) -> str:
    """The id of the sample call, transcribed."""
    return str(service.transcribed(CALL.read_bytes(), "call.ogg")["id"])


def test_click_on_a_word_plays_from_there(page: Page, service: Served, call: str) -> None:
    opened(page, service, call)
    transcript = service.call("GET", f"/operations/{call}/transcript").json()
    later = transcript["utterances"][3]
    page.locator(".utterance").nth(3).locator(".word").first.click()
    expect(page.locator(".utterance").nth(3).locator(".word.spoken").first).to_be_visible()
    shown = page.locator(".clock").inner_text().split(" ")[0]
    minutes, seconds = map(int, shown.split(":"))
    assert abs(minutes * 60 + seconds - later["start"]) < 3


def test_recording_is_fetched_in_ranges_by_the_service_worker(page: Page, service: Served, call: str) -> None:
    opened(page, service, call)
    page.locator(".word").first.click()
    expect(page.locator(".word.spoken").first).to_be_visible()
    for _ in range(100):  # it takes over the page when it is ready
        if page.evaluate("Boolean(navigator.serviceWorker.controller)"):
            break
        page.wait_for_timeout(100)
    assert page.evaluate("Boolean(navigator.serviceWorker.controller)")


def test_recording_plays_where_there_are_no_service_workers(
    browser: Browser, service: Served, call: str
) -> None:
    context = browser.new_context(locale="en-US", service_workers="block")
    page = context.new_page()
    opened(page, service, call)
    page.locator(".word").first.click()
    expect(page.locator(".word.spoken").first).to_be_visible()
    context.close()


def test_names_of_speakers_are_kept(page: Page, service: Served, call: str) -> None:
    opened(page, service, call)
    page.get_by_text("Speakers", exact=True).click()
    page.get_by_label("Speaker 1").fill("Оператор")
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".speaker").first).to_have_text("Оператор")
    page.reload()
    expect(page.locator(".speaker").first).to_have_text("Оператор")
    assert service.call("GET", f"/operations/{call}").json()["speakers"] == {"1": "Оператор"}


def test_search_goes_from_hit_to_hit(page: Page, service: Served, call: str) -> None:
    opened(page, service, call)
    word = page.locator(".utterance").last.locator(".word").last.inner_text()
    page.get_by_label("Search in the transcript").fill(word.upper())
    expect(page.locator(".word.current")).to_have_text(re.compile(re.escape(word), re.IGNORECASE))
    expect(page.locator(".count")).to_have_text(re.compile(r"1 / \d+"))
    page.get_by_label("Search in the transcript").fill("такого слова нет")
    expect(page.locator(".count")).to_have_text("Not found")
    expect(page.locator(".word.hit")).to_have_count(0)


def test_waveform_shows_each_channel_and_seeks(page: Page, service: Served, call: str) -> None:
    opened(page, service, call)
    slider = page.get_by_role("slider", name="Position in the recording")
    box = slider.bounding_box()
    assert box
    slider.click(position={"x": box["width"] / 2, "y": 10})
    seconds = service.call("GET", f"/operations/{call}").json()["audioSeconds"]
    assert abs(int(slider.get_attribute("aria-valuenow") or 0) - seconds / 2) <= 1
    drawn = page.evaluate(
        """() => { const canvas = document.querySelector("canvas"), pen = canvas.getContext("2d");
        const row = (y) => pen.getImageData(0, y, canvas.width, 1).data.some((value) => value > 0);
        return [row(canvas.height / 4), row(3 * canvas.height / 4)]; }"""
    )
    assert drawn == [True, True]


def test_links_become_operations_and_refused_ones_say_why(page: Page, service: Served) -> None:
    requests.put(
        f"{service.base}/objects/calls/linked.ogg",
        CALL.read_bytes(),
        headers=service.headers,
        timeout=TIMEOUT_SECONDS,
    ).raise_for_status()
    sign_in(page, service)
    page.get_by_label("Or links").fill("s3://calls/linked.ogg\nhttps://example.org/secret.ogg")
    page.get_by_role("button", name="Transcribe links").click()
    expect(row(page, "linked.ogg").locator(".state")).to_have_text("Done")
    refused = page.locator(".sending li").filter(has_text="example.org/secret.ogg")
    expect(refused.locator(".error")).not_to_be_empty()


def test_what_is_no_recording_is_refused_with_the_reason(page: Page, service: Served) -> None:
    sign_in(page, service)
    choose(page, recording("letter.ogg", b"Dear Sirs, " * 99))
    refused = page.locator(".sending li").filter(has_text="letter.ogg")
    expect(refused.locator(".error")).to_contain_text("Invalid audio received")
    refused.get_by_role("button").click()
    expect(refused).to_have_count(0)


def test_broken_upload_goes_on_where_it_stopped(page: Page, service: Served) -> None:
    sign_in(page, service)
    broken: list[str] = []

    def break_once(route: Route) -> None:
        if route.request.method != "PATCH" or broken:
            return route.continue_()
        broken.append(route.request.url)
        return route.abort("connectionreset")

    page.route("**/govor/v1/uploads/*", break_once)
    choose(page, recording("broken.ogg", CALL.read_bytes()))
    expect(row(page, "broken.ogg").locator(".state")).to_have_text("Done")
    assert broken


def test_several_recordings_are_listed_searched_and_filtered(page: Page, service: Served) -> None:
    sign_in(page, service)
    greeting = (SAMPLES / "greeting.ogg").read_bytes()
    names = ["monday.ogg", "tuesday.ogg", "wednesday.ogg"]
    choose(page, *(recording(name, greeting) for name in names))
    for name in names:
        expect(row(page, name).locator(".state")).to_have_text("Done")
    page.get_by_label("Search by name").fill("TUES")
    expect(row(page, "monday.ogg")).to_have_count(0)
    expect(row(page, "tuesday.ogg")).to_have_count(1)
    page.get_by_label("Show", exact=True).select_option("failed,cancelled")
    expect(page.get_by_text("Nothing found")).to_be_visible()
    row_count = page.locator(".operations li")
    expect(row_count).to_have_count(0)


def test_usage_and_models_are_shown(page: Page, service: Served, call: str) -> None:
    sign_in(page, service)
    page.get_by_role("link", name="Usage").click()
    expect(page.get_by_role("img", name=re.compile("Minutes of sound by day"))).to_be_visible()
    total = service.call("GET", "/usage", params={"days": 30}).json()["total"]["operations"]
    expect(page.locator(".tile dd").first).to_have_text(str(total))
    page.get_by_role("link", name="Settings").click()
    russian = page.locator(".models tr").filter(has_text="ru-RU")
    expect(russian).to_contain_text("ru-small")
    expect(russian).to_contain_text("govor models pull")
