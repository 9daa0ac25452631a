"""REST and gRPC on one port, with and without TLS; what a first byte says."""

import dataclasses
import socket
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import grpc
import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st

from govor import certificates
from govor.api.auth import check_exposure
from govor.api.client_hello import HELLO_BYTES_MAX, HTTP2_PREFACE, Door, door
from govor.errors import BadSetting
from govor.pb.yandex.cloud.endpoint import api_endpoint_service_pb2
from govor.settings import Settings
from scripts.local_service import free_port
from tests.api.live import TIMEOUT_SECONDS, Live, live

LIST = "/yandex.cloud.endpoint.ApiEndpointService/List"
LARGE = b"OggS" * (2 << 20)


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Shared:
    """A service with one port, and its authority where it speaks TLS."""

    service: Live
    port: int
    authority: Path | None

    @property
    def origin(self) -> str:
        return f"{'https' if self.authority else 'http'}://localhost:{self.port}"

    def channel(self) -> grpc.Channel:
        if self.authority is None:
            return grpc.insecure_channel(f"127.0.0.1:{self.port}")
        credentials = grpc.ssl_channel_credentials(self.authority.read_bytes())
        options = [("grpc.ssl_target_name_override", "localhost")]
        return grpc.secure_channel(f"127.0.0.1:{self.port}", credentials, options)


@pytest.fixture(scope="module", params=["plain", "tls"])
def shared(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shared]:
    folder, number, pair = tmp_path_factory.mktemp("one-port"), free_port(), {}
    if request.param == "tls":
        certificates.write(folder, [], now=datetime.now(UTC))
        pair = {"tls_certificate": folder / "server.pem", "tls_key": folder / "server-key.pem"}
    with live(folder, one_port=f"127.0.0.1:{number}", **pair) as service:
        yield Shared(service=service, port=number, authority=folder / "ca.pem" if pair else None)


def test_rest_and_large_bodies_pass_through(shared: Shared) -> None:
    with requests.Session() as session:
        session.headers.update(shared.service.authorization)
        session.trust_env = False
        session.verify = str(shared.authority)
        for _ in range(3):  # on one connection
            assert session.get(f"{shared.origin}/health/live", timeout=TIMEOUT_SECONDS).status_code == 200
        stored = session.put(f"{shared.origin}/objects/bucket/a.ogg", LARGE, timeout=TIMEOUT_SECONDS)
        assert stored.status_code == 200
    assert (shared.service.data_dir / "objects/bucket/a.ogg").read_bytes() == LARGE


def test_grpc_passes_through_the_same_port(shared: Shared) -> None:
    with shared.channel() as channel:
        call: grpc.UnaryUnaryMultiCallable[bytes, bytes] = channel.unary_unary(LIST)
        answers = [call(b"", timeout=TIMEOUT_SECONDS) for _ in range(3)]
    listed = api_endpoint_service_pb2.ListApiEndpointsResponse.FromString(answers[-1])
    assert {each.id for each in listed.endpoints} >= {"iam", "ai-stt", "operation"}


def test_connections_that_say_nothing_or_break_off_hurt_nobody(shared: Shared) -> None:
    silent = socket.create_connection(("127.0.0.1", shared.port), TIMEOUT_SECONDS)
    for begin in (b"", b"\x16", b"PRI * HT", b"GET /health/live HTTP/1.1\r\n"):
        with socket.create_connection(("127.0.0.1", shared.port), TIMEOUT_SECONDS) as broken:
            broken.sendall(begin)
    verify = str(shared.authority) if shared.authority else True
    answer = requests.get(f"{shared.origin}/health/live", timeout=TIMEOUT_SECONDS, verify=verify)
    assert answer.status_code == 200
    silent.close()


def hello(*protocols: str) -> bytes:
    """What OpenSSL sends first."""
    context = ssl.create_default_context()
    if protocols:
        context.set_alpn_protocols(list(protocols))
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = context.wrap_bio(incoming, outgoing, server_hostname="stt.api.cloud.yandex.net")
    with pytest.raises(ssl.SSLWantReadError):
        client.do_handshake()
    return outgoing.read()


FIRST = [
    (hello("h2"), Door.GRPC),
    (hello("grpc-exp", "h2"), Door.GRPC),
    (hello("h2", "http/1.1"), Door.HTTP),  # curl, browsers
    (hello("http/1.1"), Door.HTTP),
    (hello(), Door.HTTP),
    (HTTP2_PREFACE + b"\0\0", Door.GRPC),
    (b"POST /speech/stt/v2/longRunningRecognize HTTP/1.1\r\n", Door.HTTP),
    (b"PUT /objects/b/k HTTP/1.1\r\n", Door.HTTP),
    (b"\x16" + bytes(HELLO_BYTES_MAX), Door.HTTP),
]


@pytest.mark.parametrize(("begin", "expected"), FIRST)
def test_first_bytes_say_which_door_is_meant(begin: bytes, expected: Door) -> None:
    assert door(begin) is expected


@pytest.mark.parametrize(("begin", "expected"), FIRST[:6])
def test_a_beginning_is_undecided_until_it_is_whole_and_never_mistaken(begin: bytes, expected: Door) -> None:
    seen = [door(begin[:length]) for length in range(len(begin))]
    first = next((each for each in seen if each is not Door.UNDECIDED), expected)
    assert first is expected


def test_a_hello_in_several_records_is_put_together() -> None:
    whole = hello("h2")
    body = whole[5:]
    parts = [body[place : place + 100] for place in range(0, len(body), 100)]
    records = b"".join(whole[:3] + len(part).to_bytes(2) + part for part in parts)
    assert door(records) is Door.GRPC


@given(st.binary(max_size=200).map(lambda tail: b"\x16\x03\x01" + tail))
def test_any_bytes_are_decided_or_waited_for(begin: bytes) -> None:
    assert door(begin) in Door


def test_one_port_open_to_others_needs_keys() -> None:
    with pytest.raises(BadSetting, match="one_port"):
        check_exposure(Settings(auth="none", one_port="0.0.0.0:443"))
