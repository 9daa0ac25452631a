"""The conformance run itself: its table and its tunnel. The clients run with `make conformance`."""

import http.client
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import grpc
import pytest

from conformance.clients import CLIENTS
from conformance.tunnel import tunnel
from govor import certificates
from govor.pb.yandex.cloud.endpoint import api_endpoint_service_pb2
from tests.api.live import TIMEOUT_SECONDS, Live, live

DRIVERS = Path(__file__).parents[1] / "conformance" / "drivers"


def test_every_client_has_a_driver_and_every_driver_a_client() -> None:
    shared = {"tikhonp_session"}  # imported by three drivers
    assert {path.stem for path in DRIVERS.iterdir() if path.suffix in (".py", ".cjs")} == {
        client.driver for client in CLIENTS
    } | shared
    assert len({client.name for client in CLIENTS}) == len(CLIENTS)
    assert all("==" in "".join(client.requirements) for client in CLIENTS if client.requirements)
    assert all("@" in name[1:] for client in CLIENTS for name in client.modules)


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    folder = tmp_path_factory.mktemp("service")
    certificates.write(folder, [], now=datetime.now(UTC))
    pair = {"tls_certificate": folder / "server.pem", "tls_key": folder / "server-key.pem"}
    with live(folder, discovery="speechkit", **pair) as running:
        yield running


def port(address: str) -> int:
    return int(address.rpartition(":")[2])


def test_tunnel_leads_speechkits_names_to_the_port_that_is_meant(service: Live) -> None:
    authority = service.data_dir / "ca.pem"
    with tunnel(port(service.http), port(service.grpc)) as proxy:
        rest = http.client.HTTPSConnection(
            "127.0.0.1", port(proxy), context=ssl.create_default_context(cafile=authority)
        )
        rest.set_tunnel("operation.api.cloud.yandex.net", 443)
        rest.request("GET", "/health/live")
        assert rest.getresponse().status == 200
        rest.close()
        options = (("grpc.http_proxy", proxy),)
        credentials = grpc.ssl_channel_credentials(authority.read_bytes())
        with grpc.secure_channel("api.cloud.yandex.net:443", credentials, options) as channel:
            call: grpc.UnaryUnaryMultiCallable[bytes, bytes] = channel.unary_unary(
                "/yandex.cloud.endpoint.ApiEndpointService/List"
            )
            raw = call(b"", timeout=TIMEOUT_SECONDS)
    answer = api_endpoint_service_pb2.ListApiEndpointsResponse.FromString(raw)
    assert "operation.api.cloud.yandex.net:443" in {each.address for each in answer.endpoints}


def test_tunnel_leads_nowhere_else(service: Live) -> None:
    with tunnel(port(service.http), port(service.grpc)) as proxy:
        there = http.client.HTTPConnection("127.0.0.1", port(proxy))
        there.set_tunnel("example.org", 443)
        with pytest.raises(OSError, match="403"):
            there.request("GET", "/")
        there.close()
