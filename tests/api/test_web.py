"""The files of the web page, as a browser asks for them."""

import gzip
import re
from pathlib import Path

import pytest
import requests

from govor.api import web
from tests.api.live import TIMEOUT_SECONDS, Live, live

FIRST_LOAD_BYTES_MAX = 200_000  # what a first visit may cost, uncompressed


def fetch(service: Live, path: str, **headers: str) -> requests.Response:
    """Without a key; keyword headers have _ for -."""
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    return requests.get(service.http + path, headers=given, timeout=TIMEOUT_SECONDS)


def named_in(page: str) -> list[str]:
    """The addresses of the page's own files that it asks for itself."""
    return re.findall(r'(?:href|src)="(/web/[^"]+)"', page)


def test_page_needs_no_key_and_is_asked_for_afresh(service: Live) -> None:
    answer = fetch(service, "/")
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert answer.headers["Cache-Control"] == "no-cache"
    assert '<main id="main"' in answer.text
    assert "/web/@/" not in answer.text


def test_files_of_the_page_may_be_kept_for_ever(service: Live) -> None:
    for path in named_in(fetch(service, "/").text):
        answer = fetch(service, path)
        assert (answer.status_code, answer.headers["Cache-Control"]) == (200, web.FOR_EVER)
        again = fetch(service, path, If_None_Match=answer.headers["ETag"])
        assert (again.status_code, again.content) == (304, b"")


def test_file_of_another_version_is_the_newest_one_and_not_kept(service: Live) -> None:
    answer = fetch(service, "/web/0123456789ab/app.js")
    assert (answer.status_code, answer.headers["Cache-Control"]) == (200, web.FRESH)


@pytest.mark.parametrize(
    "path",
    [
        "/web/",
        "/web/x/",
        "/web/x/none.js",
        "/web/x/../../app.py",
        "/web/x/%2e%2e/%2e%2e/app.py",
        "/web/x//etc/passwd",
        "/web/x/style",
    ],
)
def test_nothing_but_the_files_of_the_page_is_served(service: Live, path: str) -> None:
    assert fetch(service, path).status_code == 404


@pytest.mark.parametrize("path", ["/", "/web/x/app.js", f"/web/{web.WORKER}"])
def test_page_may_run_nothing_but_its_own_files(service: Live, path: str) -> None:
    headers = fetch(service, path).headers
    policy = dict(each.split(" ", 1) for each in headers["Content-Security-Policy"].split("; "))
    assert policy["default-src"] == "'self'"
    assert policy["frame-ancestors"] == policy["form-action"] == policy["base-uri"] == "'none'"
    assert policy["require-trusted-types-for"] == "'script'"
    assert not [source for source in policy.values() if "unsafe" in source or "http" in source]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"


def test_worker_may_serve_the_whole_page(service: Live) -> None:
    answer = fetch(service, f"/web/{web.WORKER}")
    assert (answer.headers["Service-Worker-Allowed"], answer.headers["Cache-Control"]) == ("/", "no-cache")


def test_compressed_files_are_the_same_files(service: Live) -> None:
    plain = fetch(service, "/web/x/app.js", Accept_Encoding="identity")
    assert "Content-Encoding" not in plain.headers
    squeezed = requests.get(service.http + "/web/x/app.js", stream=True, timeout=TIMEOUT_SECONDS)
    assert squeezed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(squeezed.raw.read(decode_content=False)) == plain.content


def test_first_load_is_small() -> None:
    door = web.WebDoor.of_package()
    assert sum(len(file.content) for file in door.files.values()) < FIRST_LOAD_BYTES_MAX


def test_version_is_another_one_when_a_file_is() -> None:
    door = web.WebDoor.of_package()
    assert door.version.encode() in door.files[web.PAGE].content
    assert web.version_of({"app.js": b"1"}) != web.version_of({"app.js": b"2"})
    assert web.version_of({"a.js": b""}) != web.version_of({"b.js": b""})


def test_no_file_of_the_page_writes_markup_or_runs_strings() -> None:
    refused = re.compile(
        r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|setHTML|DOMParser"
        r"|style=|https?://(?!www\.w3\.org/|storage\.yandexcloud\.net)"
    )
    for name, file in web.WebDoor.of_package().files.items():
        assert not refused.search(file.content.decode()), name


def test_every_language_has_all_words() -> None:
    folder = Path(web.__file__).parent.parent / "web/words"
    english, russian = (
        set(re.findall(r'(?:^|[{,])\s*("[^"]+"|[\w]+): ', (folder / f"{tag}.js").read_text(), re.MULTILINE))
        for tag in ("en", "ru")
    )
    assert russian - english <= {"few"}
    assert not english - russian


def test_page_can_be_switched_off(tmp_path: Path) -> None:
    with live(tmp_path, web_page=False) as service:
        assert fetch(service, "/").status_code == 404
        assert fetch(service, "/health/live").status_code == 200
