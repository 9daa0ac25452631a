"""The web page: what a first visit loads, how soon a long transcript is open, how smoothly it scrolls.

`python -m bench.web [--hours 1 4]`: Debian's Chromium without a window, on the same cores as the service. The
words come from a recogniser that says 150 a minute; the page does with them what it does with all others.
Processor time is that of the browser and the service together: other work on the machine does not change it.
"""

import argparse
import os
import tempfile
from pathlib import Path
from typing import Any

import psutil
from playwright.sync_api import Browser, Page

from bench.recordings import repeated
from bench.report import Row, report
from tests.browser import chromium
from tests.browser.served import Served, talking

BYTES_MAX, LOAD_MS_MAX, OPEN_MS_MAX, FRAME_MS_MAX = 200_000, 1_000, 1_000, 33.4
REPEATS = 5
SCROLL_SECONDS, SCROLL_PX_IN_SECOND = 8, 3_000

# Notes when a selector is there for the first time, to the frame in which it is seen.
WATCH = """(selector) => new Promise((done) => {
    const there = () => document.querySelector(selector);
    const look = () => (there() ? done(performance.now()) : requestAnimationFrame(look));
    look();
})"""
LOADED = """() => {
    const kinds = ["navigation", "resource"].flatMap((kind) => performance.getEntriesByType(kind));
    const entries = kinds.filter((entry) => !entry.name.includes("/govor/v1/"));
    const sum = (field) => entries.reduce((total, entry) => total + entry[field], 0);
    return { files: entries.length, sent: sum("transferSize"), bytes: sum("decodedBodySize") };
}"""
OPEN = """async (address) => {
    const from = performance.now();
    location.hash = address;
    await new Promise((done) => {
        const there = () => document.querySelector(".utterance .word");
        const look = () => (there() ? done() : requestAnimationFrame(look));
        look();
    });
    await new Promise((done) => requestAnimationFrame(done));
    return performance.now() - from;
}"""
SCROLL = """async ([seconds, speed]) => {
    const list = document.querySelector(".transcript"), frames = [];
    list.scrollTop = 0;
    const from = await new Promise(requestAnimationFrame);
    for (let last = from; last - from < seconds * 1000; ) {
        const now = await new Promise(requestAnimationFrame);
        frames.push(now - last);
        list.scrollTop += (speed * (now - last)) / 1000;
        last = now;
    }
    return { frames, rows: document.querySelectorAll(".utterance").length, of: list.scrollHeight };
}"""


def processor_ms() -> float:
    """What this process (the service), the browser and all they started have used so far."""
    tree = [psutil.Process(), *psutil.Process().children(recursive=True)]
    return 1000 * sum(sum(process.cpu_times()[:2]) for process in tree)


def first_visit(browser: Browser, service: Served) -> tuple[float, float, dict[str, Any]]:
    """Milliseconds until one can sign in, processor time of that, what was loaded; with an empty cache."""
    context = browser.new_context(locale="ru-RU")
    page = context.new_page()
    before = processor_ms()
    page.goto(service.base, wait_until="commit")
    ms = float(page.evaluate(WATCH, "#key"))
    used = processor_ms() - before
    page.wait_for_load_state("networkidle")
    loaded = dict(page.evaluate(LOADED))
    context.close()
    return ms, used, loaded


def signed_in(browser: Browser, service: Served) -> Page:
    """A tab on the list."""
    page = browser.new_context(locale="ru-RU", viewport={"width": 1280, "height": 900}).new_page()
    page.goto(service.base)
    page.locator("#key").fill(service.key)
    page.keyboard.press("Enter")
    page.locator(".operations li").first.wait_for()
    return page


def transcript_rows(browser: Browser, service: Served, hours: float) -> list[Row]:
    """Open and scroll a call of so many hours."""
    with tempfile.NamedTemporaryFile(suffix=".ogg") as recording:
        repeated("call.ogg", hours * 3600, Path(recording.name))
        content = Path(recording.name).read_bytes()
    operation = service.transcribed(content, f"{hours:g} hours.ogg")
    words = sum(len(each["words"]) for each in transcript_of(service, str(operation["id"]))["utterances"])
    page = signed_in(browser, service)
    times, used = [], []
    for _ in range(REPEATS):
        before = processor_ms()
        times.append(float(page.evaluate(OPEN, f"#/operations/{operation['id']}")))
        used.append(processor_ms() - before)
        page.evaluate("location.hash = '#/'")
        page.locator(".operations li").first.wait_for()
    page.evaluate(OPEN, f"#/operations/{operation['id']}")
    before = processor_ms()
    scrolled = page.evaluate(SCROLL, [SCROLL_SECONDS, SCROLL_PX_IN_SECOND])
    scrolling_ms = (processor_ms() - before) / len(scrolled["frames"])
    frames = sorted(scrolled["frames"])
    name = f"{hours:g} h of two channels, {words} words"
    return [
        Row(what=f"{name}: opens, median", value=times_middle(times), unit="ms", target=f"≤ {OPEN_MS_MAX}"),
        Row(what="  processor time of that", value=times_middle(used), unit="ms"),
        Row(what="  rows that exist, of a list of any length", value=scrolled["rows"], unit=""),
        Row(
            what=f"  scrolling {SCROLL_PX_IN_SECOND} px/s: frames",
            value=len(frames) / SCROLL_SECONDS,
            unit="1/s",
        ),
        Row(what="  processor time of a frame", value=scrolling_ms, unit="ms"),
        Row(what="  a frame, median", value=frames[len(frames) // 2], unit="ms"),
        Row(
            what="  a frame, 95th percentile",
            value=frames[int(0.95 * len(frames))],
            unit="ms",
            target=f"≤ {FRAME_MS_MAX}",
        ),
    ]


def transcript_of(service: Served, operation_id: str) -> dict[str, Any]:
    """As the page gets it."""
    return dict(service.call("GET", f"/operations/{operation_id}/transcript").json())


def times_middle(times: list[float]) -> float:
    """The median of an odd number of times."""
    return sorted(times)[len(times) // 2]


def main() -> int:
    """Measure; print it and write bench/results/web.json. 1 where there is no browser."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hours", type=float, nargs="+", default=[1.0])
    asked = parser.parse_args()
    path = chromium.executable()
    if path is None:
        print(chromium.MISSING)
        return 1
    with (
        tempfile.TemporaryDirectory(prefix="govor-bench-") as folder,
        talking(Path(folder), audio_seconds_max=round(max(asked.hours) * 2 * 3600) + 60) as service,
        chromium.launched(path) as browser,
    ):
        visits = [first_visit(browser, service) for _ in range(REPEATS)]
        loaded = visits[0][2]
        rows = [
            Row(what="first load, all files", value=loaded["bytes"], unit="B", target=f"≤ {BYTES_MAX}"),
            Row(what="  on the wire, compressed", value=loaded["sent"], unit="B"),
            Row(what="  files", value=loaded["files"], unit=""),
            Row(
                what="  until one can sign in, median",
                value=times_middle([ms for ms, _, _ in visits]),
                unit="ms",
                target=f"≤ {LOAD_MS_MAX}",
            ),
            Row(
                what="  processor time of that",
                value=times_middle([used for _, used, _ in visits]),
                unit="ms",
            ),
        ]
        for hours in asked.hours:
            rows += transcript_rows(browser, service, hours)
    busy = Row(what="processes that wanted a core, last minute", value=os.getloadavg()[0], unit="")
    report("web", [*rows, busy])
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
