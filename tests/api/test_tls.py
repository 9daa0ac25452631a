"""TLS on both ports, with certificates of `govor tls`."""

import shutil
import socket
import ssl
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import grpc
import pytest
import requests
from cryptography import x509
from cryptography.hazmat.primitives import serialization

from govor import certificates
from govor.api import tls
from govor.api.tls import Tls
from govor.errors import BadSetting
from govor.pb.yandex.cloud.endpoint import api_endpoint_service_pb2
from govor.settings import Settings
from tests.api.live import TIMEOUT_SECONDS, Live, live

LIST = "/yandex.cloud.endpoint.ApiEndpointService/List"
LOOKS_MAX = 400  # looks at a certificate that is about to change


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tls")
    certificates.write(folder, [], now=datetime.now(UTC))
    return folder


@pytest.fixture(scope="module")
def service(made: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    folder = tmp_path_factory.mktemp("service")
    for name in certificates.FILES:
        shutil.copy(made / name, folder)
    pair = {"tls_certificate": folder / "server.pem", "tls_key": folder / "server-key.pem"}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tls, "LOOK_SECONDS", 0.05)
        with live(folder, **pair) as running:
            yield running


def port(address: str) -> int:
    return int(address.rpartition(":")[2])


def shown(port_number: int) -> int:
    """Serial number of the certificate on a port."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.set_alpn_protocols(["h2", "http/1.1"])
    with (
        socket.create_connection(("127.0.0.1", port_number), TIMEOUT_SECONDS) as plain,
        context.wrap_socket(plain) as wrapped,
    ):
        return x509.load_der_x509_certificate(wrapped.getpeercert(binary_form=True) or b"").serial_number


@pytest.mark.parametrize("host", certificates.HOSTS)
def test_rest_is_served_under_every_name_to_who_trusts_the_authority(service: Live, host: str) -> None:
    context = ssl.create_default_context(cafile=service.data_dir / "ca.pem")
    with (
        socket.create_connection(("127.0.0.1", port(service.http)), TIMEOUT_SECONDS) as plain,
        context.wrap_socket(plain, server_hostname=host) as wrapped,
    ):
        wrapped.sendall(f"GET /endpoints HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode())
        assert wrapped.recv(9) == b"HTTP/1.1 "


@pytest.mark.parametrize("host", certificates.HOSTS)
def test_grpc_is_served_under_every_name_to_who_trusts_the_authority(service: Live, host: str) -> None:
    credentials = grpc.ssl_channel_credentials((service.data_dir / "ca.pem").read_bytes())
    options = [("grpc.ssl_target_name_override", host)]
    with grpc.secure_channel(service.grpc, credentials, options) as channel:
        call: grpc.UnaryUnaryMultiCallable[bytes, bytes] = channel.unary_unary(LIST)
        answer = api_endpoint_service_pb2.ListApiEndpointsResponse.FromString(
            call(b"", timeout=TIMEOUT_SECONDS)
        )
    assert {each.id for each in answer.endpoints} >= {"iam", "ai-stt", "operation"}


def test_who_does_not_trust_the_authority_or_speaks_no_tls_gets_nothing(service: Live) -> None:
    https = service.http.replace("http:", "https:")
    with pytest.raises(requests.exceptions.SSLError):
        requests.get(f"{https}/health/live", timeout=TIMEOUT_SECONDS)
    with pytest.raises(requests.exceptions.ConnectionError):
        requests.get(f"{service.http}/health/live", timeout=TIMEOUT_SECONDS)
    trusting = requests.get(
        f"{https}/health/live", timeout=TIMEOUT_SECONDS, verify=str(service.data_dir / "ca.pem")
    )
    assert trusting.status_code == 200


def test_renewed_certificate_is_shown_on_both_ports_without_a_restart(service: Live) -> None:
    ports = (port(service.http), port(service.grpc))
    old = {shown(each) for each in ports}
    certificates.write(service.data_dir, [], now=datetime.now(UTC))
    new = x509.load_pem_x509_certificate((service.data_dir / "server.pem").read_bytes()).serial_number
    assert old != {new}
    for _ in range(LOOKS_MAX):
        if {shown(each) for each in ports} == {new}:
            return
        time.sleep(0.05)
    raise AssertionError("the old certificate is still shown")


def test_pair_that_does_not_fit_together_never_replaces_one_that_does(made: Path, tmp_path: Path) -> None:
    certificate, key = tmp_path / "server.pem", tmp_path / "server-key.pem"
    for name in ("server.pem", "server-key.pem"):
        shutil.copy(made / name, tmp_path)
    held = Tls(certificate, key)
    certificates.write(tmp_path / "other", [], now=datetime.now(UTC))
    shutil.copy(tmp_path / "other" / "server.pem", certificate)
    with pytest.raises(BadSetting, match="do not fit together"):
        held.look()
    shutil.copy(made / "server.pem", certificate)
    assert held.look() is False
    for name in ("server.pem", "server-key.pem"):
        shutil.copy(tmp_path / "other" / name, tmp_path)
    assert held.look() is True
    assert held.look() is False


def test_settings_that_cannot_work_are_refused(made: Path, tmp_path: Path) -> None:
    good = {"tls_certificate": made / "server.pem", "tls_key": made / "server-key.pem"}
    assert Tls.of(Settings()) is None
    assert Tls.of(Settings.model_validate(good)) is not None
    key = serialization.load_pem_private_key(good["tls_key"].read_bytes(), None)
    locked = tmp_path / "locked.pem"
    locked.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.BestAvailableEncryption(b"secret"),
        )
    )
    for bad in (
        {"tls_key": None},
        {"tls_certificate": None},
        {"tls_key": tmp_path / "nowhere.pem"},
        {"tls_key": made / "ca-key.pem"},
        {"tls_certificate": made / "server-key.pem"},
        {"tls_key": locked},
    ):
        with pytest.raises(BadSetting):
            Tls.of(Settings.model_validate(good | bad))
