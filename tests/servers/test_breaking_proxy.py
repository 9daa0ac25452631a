"""The proxy breaks what it should, and only as long as it should."""

import http.client
import http.server
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator

import pytest

from tests.servers.breaking_proxy import CUT_BYTES, BreakingProxy, Fault, breaking_proxy

BODY = b"sound" * CUT_BYTES


class Answer(http.server.BaseHTTPRequestHandler):
    """Sends the same body to everybody."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(len(BODY)))
        self.end_headers()
        self.wfile.write(BODY)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing."""


@pytest.fixture(scope="module")
def proxy() -> Iterator[BreakingProxy]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with breaking_proxy(server.server_address[1]) as made:
        yield made
    server.shutdown()
    server.server_close()


def get(proxy: BreakingProxy, timeout: float = 30) -> bytes:
    with urllib.request.urlopen(f"http://127.0.0.1:{proxy.port}/", timeout=timeout) as answer:
        return bytes(answer.read())


@pytest.mark.parametrize("fault", [Fault.ERRORS, Fault.RESETS, Fault.CUTS, Fault.STALLS])
def test_a_fault_breaks_requests_until_it_ends(proxy: BreakingProxy, fault: Fault) -> None:
    assert get(proxy) == BODY
    proxy.suffer(fault)
    with pytest.raises((OSError, http.client.HTTPException)):
        get(proxy, timeout=0.3)
    proxy.suffer(Fault.NONE)
    assert get(proxy) == BODY


def test_errors_are_those_of_a_store(proxy: BreakingProxy) -> None:
    proxy.suffer(Fault.ERRORS)
    with pytest.raises(urllib.error.HTTPError) as refused:
        get(proxy)
    proxy.suffer(Fault.NONE)
    assert refused.value.code == 503
    assert b"SlowDown" in refused.value.read()


def test_a_stalled_request_goes_on_when_the_stall_ends(proxy: BreakingProxy) -> None:
    proxy.suffer(Fault.STALLS)
    ended = threading.Timer(0.2, proxy.suffer, [Fault.NONE])
    ended.start()
    assert get(proxy) == BODY
    ended.join()
