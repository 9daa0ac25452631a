"""ApiEndpointService: SDKs ask here where the services are. All of them are this one, REST beside gRPC.

Rule 1: the addresses are those of the gRPC port, for SDKs speak gRPC; only `storage` is the HTTP port.
Rule 2: unless a setting says more, a service is where the caller reached us: by the Host header, or over gRPC
        by the address of ours that packets to the caller leave from.
"""

import re
import socket
from dataclasses import dataclass
from urllib.parse import unquote

from govor.api.call import Call
from govor.errors import NotFound
from govor.pb.yandex.cloud.endpoint import api_endpoint_pb2, api_endpoint_service_pb2

# Ids that SDKs look up, and where SpeechKit has them (answered with GOVOR_DISCOVERY=speechkit).
SPEECHKIT = {
    "endpoint": "api.cloud.yandex.net:443",
    "iam": "iam.api.cloud.yandex.net:443",
    "operation": "operation.api.cloud.yandex.net:443",
    "ai-stt": "transcribe.api.cloud.yandex.net:443",
    "ai-stt-v3": "stt.api.cloud.yandex.net:443",
    "storage": "storage.yandexcloud.net:443",
}
BY_NAME = "speechkit"
HOST = re.compile(r"(?P<host>\[[0-9a-fA-F:.]+\]|[A-Za-z0-9._-]{1,253})(:[0-9]{1,5})?")
PEER = re.compile(r"(?P<family>ipv4|ipv6):(?P<host>.+):[0-9]+")
DISCARD_PORT = 9  # any would do: connecting a datagram socket sends nothing


@dataclass(kw_only=True, slots=True)
class Ports:
    """The ports that are really listened on; known once they are open."""

    http: int = 0
    grpc: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class ApiEndpointService:
    """yandex.cloud.endpoint.ApiEndpointService."""

    setting: str  # "" (as the caller sees us), "speechkit", or HOST:PORT of the gRPC port or a proxy
    ports: Ports
    descriptor = api_endpoint_service_pb2.DESCRIPTOR.services_by_name["ApiEndpointService"]

    async def list(
        self, request: api_endpoint_service_pb2.ListApiEndpointsRequest, call: Call
    ) -> api_endpoint_service_pb2.ListApiEndpointsResponse:
        """Every service, on one page."""
        endpoints = [self._endpoint(name, call) for name in SPEECHKIT]
        return api_endpoint_service_pb2.ListApiEndpointsResponse(endpoints=endpoints)

    async def get(
        self, request: api_endpoint_service_pb2.GetApiEndpointRequest, call: Call
    ) -> api_endpoint_pb2.ApiEndpoint:
        """One service; raises NotFound."""
        if request.api_endpoint_id not in SPEECHKIT:
            raise NotFound(f"Endpoint {request.api_endpoint_id[:50]!r} not found")
        return self._endpoint(request.api_endpoint_id, call)

    def _endpoint(self, name: str, call: Call) -> api_endpoint_pb2.ApiEndpoint:
        return api_endpoint_pb2.ApiEndpoint(id=name, address=self._address(name, call))

    def _address(self, name: str, call: Call) -> str:
        if self.setting == BY_NAME:
            return SPEECHKIT[name]
        if self.setting:
            return self.setting
        port = self.ports.http if name == "storage" else self.ports.grpc
        return f"{host_of(call.host) or local_host(call.peer)}:{port}"


def host_of(header: str) -> str:
    """The host of a Host header without its port; empty if it is none."""
    found = HOST.fullmatch(header)
    return found["host"] if found else ""


def local_host(peer: str) -> str:
    """Our address on the way to a peer, given as gRPC writes it; "localhost" where there is no such way."""
    found = PEER.fullmatch(peer)
    if not found:
        return "localhost"
    version6 = found["family"] == "ipv6"
    host = unquote(found["host"]).strip("[]")
    with socket.socket(socket.AF_INET6 if version6 else socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect((host, DISCARD_PORT))
        except OSError:  # no route back, such as to a link-local address without its interface
            return "localhost"
        local = str(probe.getsockname()[0])
    return f"[{local}]" if version6 else local
