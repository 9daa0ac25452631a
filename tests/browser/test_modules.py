"""The pure modules of the page, run by the browser itself on tables of cases."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.api.live import live


@pytest.fixture(scope="module")
def blank(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    """A page whose modules can be called."""
    with live(tmp_path_factory.mktemp("modules")) as service:
        page = browser.new_page()
        page.goto(service.http)
        yield page
        page.close()


def called(page: Page, module: str, script: str, argument: Any) -> Any:
    """What `script`, a function of the module and the argument, returns."""
    address = page.locator('script[type="module"]').get_attribute("src") or ""
    place = json.dumps(address.replace("app.js", module))
    return page.evaluate(f"async (given) => ({script})(await import({place}), given)", argument)


def word(text: str, start: float, confidence: float = 1.0) -> dict[str, Any]:
    """A heard word of half a second."""
    return {"word": text, "start": start, "end": start + 0.5, "confidence": confidence}


@pytest.mark.parametrize(
    ("text", "heard", "expected"),
    [
        ("Добрый день.", ["добрый", "день"], [("Добрый", 0, 0.5), ("день.", 1, 1.5)]),
        ("27 октября", ["двадцать", "седьмое", "октября"], [("27", 0, 1.5), ("октября", 2, 2.5)]),
        ("в 9", ["в", "девять"], [("в", 0, 0.5), ("9", 1, 1.5)]),
        (
            "Ёлка , да",
            ["елка", "да"],
            [("Ёлка", 0, 0.5), (",", 0.5, 0.5), ("да", 1, 1.5)],
        ),
        ("212-85-06", ["два", "двенадцать", "шесть"], [("212-85-06", 0, 2.5)]),
        ("да да да", ["да", "да", "да"], [("да", 0, 0.5), ("да", 1, 1.5), ("да", 2, 2.5)]),
        ("x y", ["z"], [("x", 0, 0.25), ("y", 0.25, 0.5)]),
        ("", [], []),
    ],
)
def test_written_words_have_the_times_of_what_was_heard(
    blank: Page, text: str, heard: list[str], expected: list[tuple[str, float, float]]
) -> None:
    words = [word(each, float(at)) for at, each in enumerate(heard)]
    found = called(
        blank,
        "written.js",
        "(m, u) => m.writtenWords(u)",
        {"text": text, "words": words, "start": 0, "end": 9},
    )
    assert [(each["text"], each["start"], each["end"]) for each in found] == expected


def test_written_word_is_as_sure_as_the_least_sure_word_it_stands_for(blank: Page) -> None:
    words = [word("двадцать", 0, 0.9), word("семь", 1, 0.2)]
    (found,) = called(
        blank,
        "written.js",
        "(m, u) => m.writtenWords(u)",
        {"text": "27", "words": words, "start": 0, "end": 2},
    )
    assert found["confidence"] == 0.2


STREAM = (
    ": heartbeat\n\nevent: progress\nid: 7\ndata: {}\n\nevent: done\r\ndata: a\r\ndata: b\r\nid: 8\r\n\r\n"
)


@pytest.mark.parametrize("step", [1, 3, 1000])
def test_events_do_not_depend_on_how_the_text_arrives(blank: Page, step: int) -> None:
    pieces = [STREAM[at : at + step] for at in range(0, len(STREAM), step)]
    script = """(m, pieces) => {
        const parser = new m.EventParser();
        return [pieces.flatMap((piece) => parser.feed(piece)), parser.lastId];
    }"""
    events, last_id = called(blank, "events.js", script, pieces)
    assert events == [{"type": "progress", "data": "{}"}, {"type": "done", "data": "a\nb"}]
    assert last_id == "8"


ROWS = [
    {
        "channel": 1,
        "written": [
            {"text": t, "start": s, "end": s + 0.4} for s, t in [(0, "Моя"), (1, "ёлка,"), (2, "моя")]
        ],
    },
    {
        "channel": 2,
        "written": [{"text": t, "start": s, "end": s + 0.4} for s, t in [(1.1, "Елка"), (5, "да")]],
    },
]


@pytest.mark.parametrize(
    ("phrase", "expected"),
    [
        ("моя", [(0, 0, 0), (0, 2, 2)]),
        ("МОЯ ЕЛКА", [(0, 0, 1)]),
        ("  елка ", [(0, 1, 1), (1, 0, 0)]),
        ("ка, мо", [(0, 1, 2)]),
        ("ничего", []),
        ("", []),
    ],
)
def test_phrase_is_found_whatever_its_case(
    blank: Page, phrase: str, expected: list[tuple[int, int, int]]
) -> None:
    script = "(m, [rows, phrase]) => new m.Finder(rows).find(phrase)"
    found = called(blank, "find.js", script, [ROWS, phrase])
    assert [(hit["row"], hit["from"], hit["to"]) for hit in found] == expected


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        (0, [[0, 0]]),
        (0.8, [[0, 0]]),
        (1.2, [[0, 1], [1, 0]]),
        (2.2, [[0, 2], [1, 0]]),
        (9, []),
        (5.1, [[1, 1]]),
    ],
)
def test_spoken_words_of_every_channel_are_found(
    blank: Page, seconds: float, expected: list[list[int]]
) -> None:
    script = "(m, [rows, seconds]) => new m.Moments(rows).at(seconds)"
    assert called(blank, "moments.js", script, [ROWS, seconds]) == expected


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ('attachment; filename="call.txt"', "call.txt"),
        (
            "attachment; filename=\"_.txt\"; filename*=UTF-8''%D0%B7%D0%B2%D0%BE%D0%BD%D0%BE%D0%BA.txt",
            "звонок.txt",
        ),
        (None, None),
    ],
)
def test_name_of_a_download_is_read(blank: Page, header: str | None, expected: str | None) -> None:
    assert called(blank, "downloads.js", "(m, header) => m.fileName(header) ?? null", header) == expected
