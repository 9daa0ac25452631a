"""deploy/nginx.conf and deploy/Caddyfile before a real service: REST and gRPC on one port, with TLS."""

import os
import shutil
import socket
import ssl
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import grpc
import pytest
import requests

from govor import certificates
from govor.pb.yandex.cloud.ai.stt.v2 import stt_service_pb2 as stt
from govor.pb.yandex.cloud.operation import operation_pb2
from scripts.local_service import free_port
from tests.api import memory
from tests.api.live import SUBMIT, TIMEOUT_SECONDS, Live, live, request_for

DEPLOY = Path(__file__).parents[2] / "deploy"
URI = "https://storage.yandexcloud.net/bucket/behind-a-proxy.ogg"
ATTEMPTS_MAX = 400  # at connecting to a proxy that starts
TLS = "/etc/govor/tls/"  # where both files look for the certificate


@dataclass(frozen=True, kw_only=True, slots=True)
class Proxied:
    """A service behind a proxy."""

    service: Live
    port: int
    authority: Path


def replaced(name: str, pairs: dict[str, str]) -> str:
    """A file of deploy/ with the ports and paths of this test in it."""
    text = (DEPLOY / name).read_text(encoding="utf-8")
    for old, new in pairs.items():
        assert old in text
        text = text.replace(old, new)
    return text


def nginx(program: str, folder: Path, service: Live, port: int) -> list[str]:
    """The command that serves deploy/nginx.conf, inside an http block as Debian has it."""
    pairs = {
        "server 127.0.0.1:8080;": f"server {service.http.removeprefix('http://')};",
        "server 127.0.0.1:50051;": f"server {service.grpc};",
        "listen 443 ": f"listen 127.0.0.1:{port} ",
        TLS: f"{folder}/",
    }
    (folder / "govor.conf").write_text(replaced("nginx.conf", pairs), encoding="utf-8")
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    paths = "".join(f"{kind}_temp_path {folder}/{kind};\n" for kind in kinds)
    main = folder / "nginx.conf"
    main.write_text(
        f"daemon off; master_process off; pid {folder}/pid; error_log {folder}/error.log;\n"
        f"events {{}}\nhttp {{ access_log off;\n{paths}include {folder}/govor.conf; }}\n"
    )
    return [program, "-p", str(folder), "-c", str(main), "-e", str(folder / "error.log")]


def caddy(program: str, folder: Path, service: Live, port: int) -> list[str]:
    """The command that serves deploy/Caddyfile."""
    pairs = {
        "127.0.0.1:8080": service.http.removeprefix("http://"),
        "127.0.0.1:50051": service.grpc,
        ":443 {": f":{port} {{\n\tbind 127.0.0.1",
        TLS: f"{folder}/",
    }
    (folder / "Caddyfile").write_text(replaced("Caddyfile", pairs), encoding="utf-8")
    return [program, "run", "--adapter", "caddyfile", "--config", str(folder / "Caddyfile")]


PROXIES: dict[str, Callable[[str, Path, Live, int], list[str]]] = {"nginx": nginx, "caddy": caddy}


@pytest.fixture(scope="module", params=PROXIES)
def proxied(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxied]:
    name = request.param
    program = shutil.which(name) or shutil.which(name, path="/usr/sbin:/usr/local/sbin")
    if not program:
        pytest.skip(f"no {name} on this machine")
    folder = tmp_path_factory.mktemp(name)
    certificates.write(folder, [], now=datetime.now(UTC))
    with live(tmp_path_factory.mktemp("service"), discovery="speechkit") as service:
        service.operations.outcomes[URI] = memory.MONO
        port = free_port()
        own = {"HOME": str(folder), "XDG_DATA_HOME": str(folder), "XDG_CONFIG_HOME": str(folder)}
        with (folder / "log").open("wb") as log:
            command = PROXIES[name](program, folder, service, port)
            process = subprocess.Popen(command, stdout=log, stderr=log, env={**os.environ, **own})
        try:
            wait_for(port, process, folder / "log")
            yield Proxied(service=service, port=port, authority=folder / "ca.pem")
        finally:
            process.terminate()
            process.wait(TIMEOUT_SECONDS)


def wait_for(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    """Until the proxy takes connections."""
    for _ in range(ATTEMPTS_MAX):
        assert process.poll() is None, log.read_text()
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)


def test_rest_flow_works_through_the_proxy(proxied: Proxied) -> None:
    with requests.Session() as session:
        session.headers.update(proxied.service.authorization)
        session.trust_env = False  # a CA bundle in the environment would come before ours
        session.verify = str(proxied.authority)
        origin = f"https://localhost:{proxied.port}"
        submitted = session.post(origin + SUBMIT, json=request_for(URI), timeout=TIMEOUT_SECONDS).json()
        polls = [
            session.get(f"{origin}/operations/{submitted['id']}", timeout=TIMEOUT_SECONDS).json()
            for _ in range(2)
        ]
        assert [submitted["done"], *(poll["done"] for poll in polls)] == [False, False, True]
        large = b"OggS" * (512 << 10)  # 2 MiB, over nginx's default limit
        stored = session.put(f"{origin}/objects/bucket/large.ogg", large, timeout=TIMEOUT_SECONDS)
        assert stored.status_code == 200
        addresses = session.get(f"{origin}/endpoints", timeout=TIMEOUT_SECONDS).json()["endpoints"]
        assert {"id": "ai-stt", "address": "transcribe.api.cloud.yandex.net:443"} in addresses


def test_grpc_works_through_the_same_port(proxied: Proxied) -> None:
    credentials = grpc.ssl_channel_credentials(proxied.authority.read_bytes())
    options = [("grpc.ssl_target_name_override", "transcribe.api.cloud.yandex.net")]
    request = stt.LongRunningRecognitionRequest()
    request.audio.uri = URI
    with grpc.secure_channel(f"127.0.0.1:{proxied.port}", credentials, options) as channel:
        call: grpc.UnaryUnaryMultiCallable[bytes, bytes] = channel.unary_unary(
            "/yandex.cloud.ai.stt.v2.SttService/LongRunningRecognize"
        )
        metadata = (("authorization", f"Api-Key {proxied.service.key}"),)
        answer = call(request.SerializeToString(), metadata=metadata, timeout=TIMEOUT_SECONDS)
        assert not operation_pb2.Operation.FromString(answer).done
        with pytest.raises(grpc.RpcError) as refused:
            call(request.SerializeToString(), timeout=TIMEOUT_SECONDS)
    assert refused.value.code() == grpc.StatusCode.UNAUTHENTICATED
    assert refused.value.details() == "UNAUTHORIZED"


@pytest.mark.parametrize("protocol", ["h2", "http/1.1"])
def test_both_versions_of_http_are_offered(proxied: Proxied, protocol: str) -> None:
    context = ssl.create_default_context(cafile=proxied.authority)
    context.set_alpn_protocols([protocol])
    with (
        socket.create_connection(("127.0.0.1", proxied.port), TIMEOUT_SECONDS) as plain,
        context.wrap_socket(plain, server_hostname="stt.api.cloud.yandex.net") as wrapped,
    ):
        assert wrapped.selected_alpn_protocol() == protocol
