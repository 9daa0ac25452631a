"""The audit of dependencies, against a server that answers as OSV does."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from scripts import audit
from scripts.audit import Package

BAD = "starlette"  # as if there were something in it
LOCK = "\n".join(
    ["av==17.1.0 \\", "    --hash=sha256:00", "Foo_Bar.baz==1.0rc1 ; python_version < '4' \\", "# x==1"]
)


class Osv(BaseHTTPRequestHandler):
    """POST /v1/querybatch; PATH begins with what to do wrong."""

    def do_POST(self) -> None:
        queries = json.loads(self.rfile.read(int(self.headers["content-length"])))["queries"]
        assert all(each["package"]["ecosystem"] == "PyPI" and each["version"] for each in queries)
        results = [
            {"vulns": [{"id": "PYSEC-1"}]} if each["package"]["name"] == BAD else {} for each in queries
        ]
        if self.path.startswith("/short"):
            results.pop()
        self.send_response(500 if self.path.startswith("/fails") else 200)
        self.end_headers()
        self.wfile.write(
            b"no json" if self.path.startswith("/nonsense") else json.dumps({"results": results}).encode()
        )

    def log_message(self, *_: object) -> None:
        """Quietly."""


@pytest.fixture
def osv() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Osv)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_pinned_versions_are_read() -> None:
    assert audit.pinned([LOCK, LOCK]) == [
        Package(name="Foo_Bar.baz", version="1.0rc1"),
        Package(name="av", version="17.1.0"),
    ]


def test_our_locks_pin_what_we_depend_on() -> None:
    names = {each.name for each in audit.pinned(lock.read_text() for lock in audit.LOCKS)}
    assert {"starlette", "grpcio", "av", "dbos", "pytest"} <= names


def test_what_is_known_is_told(osv: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert audit.main(osv) == 1
    assert f"{BAD} " in capsys.readouterr().out
    none = [Package(name="av", version="17.1.0")]
    assert audit.vulnerabilities(none, osv) == {}


@pytest.mark.parametrize("wrong", ["/fails", "/nonsense", "/short"])
def test_an_osv_that_cannot_be_asked_is_said_and_no_fault(
    osv: str, wrong: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert audit.main(osv + wrong) == 0
    assert capsys.readouterr().out.startswith("skipped: ")


def test_an_osv_that_nobody_serves_is_said_too(capsys: pytest.CaptureFixture[str]) -> None:
    assert audit.main("http://127.0.0.1:9") == 0
    assert "skipped: http://127.0.0.1:9 cannot be asked" in capsys.readouterr().out
