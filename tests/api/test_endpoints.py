"""Discovery: SDKs learn where the services are, which is here."""

from pathlib import Path

import pytest
import requests

from govor.api.endpoints import SPEECHKIT, host_of, local_host
from govor.pb.yandex.cloud.endpoint import api_endpoint_pb2, api_endpoint_service_pb2
from tests.api.live import TIMEOUT_SECONDS, Live, live

SERVICE = "/yandex.cloud.endpoint.ApiEndpointService"
IDS = ["endpoint", "iam", "operation", "ai-stt", "ai-stt-v3", "storage"]


def over_rest(service: Live, **headers: str) -> dict[str, str]:
    answer = requests.get(f"{service.http}/endpoints", headers=headers, timeout=TIMEOUT_SECONDS)
    assert answer.status_code == 200
    return {each["id"]: each["address"] for each in answer.json()["endpoints"]}


def over_grpc(service: Live) -> dict[str, str]:
    request = api_endpoint_service_pb2.ListApiEndpointsRequest()
    answer = service.rpc(
        f"{SERVICE}/List", request, api_endpoint_service_pb2.ListApiEndpointsResponse, authorization=""
    )
    return {each.id: each.address for each in answer.message.endpoints}


def test_every_service_is_here_without_credentials(service: Live) -> None:
    http, grpc = service.http.removeprefix("http://"), service.grpc
    expected = dict.fromkeys(IDS, grpc) | {"storage": http}
    assert over_rest(service) == over_grpc(service) == expected
    assert list(over_rest(service)) == IDS


def test_address_has_the_name_the_caller_knows_us_by(service: Live) -> None:
    port = service.grpc.rpartition(":")[2]
    assert over_rest(service, Host="govor.example.org:8080")["ai-stt"] == f"govor.example.org:{port}"
    assert over_rest(service, Host="govor.example.org")["operation"] == f"govor.example.org:{port}"


@pytest.mark.parametrize(
    ("setting", "expected"),
    [("speechkit", SPEECHKIT), ("govor.example.org:443", dict.fromkeys(IDS, "govor.example.org:443"))],
)
def test_setting_decides_what_is_answered(tmp_path: Path, setting: str, expected: dict[str, str]) -> None:
    with live(tmp_path, discovery=setting) as service:
        assert over_rest(service) == over_grpc(service) == expected


def test_one_endpoint_can_be_asked_for(service: Live) -> None:
    answer = requests.get(f"{service.http}/endpoints/ai-stt", timeout=TIMEOUT_SECONDS)
    assert answer.json() == {"id": "ai-stt", "address": service.grpc}
    request = api_endpoint_service_pb2.GetApiEndpointRequest(api_endpoint_id="iam")
    asked = service.rpc(f"{SERVICE}/Get", request, api_endpoint_pb2.ApiEndpoint, authorization="")
    assert asked.message.address == service.grpc


def test_unknown_endpoint_is_not_found(service: Live) -> None:
    answer = requests.get(f"{service.http}/endpoints/compute", timeout=TIMEOUT_SECONDS)
    assert (answer.status_code, answer.json()["code"]) == (404, 5)
    request = api_endpoint_service_pb2.GetApiEndpointRequest(api_endpoint_id="compute")
    refused = service.rpc(f"{SERVICE}/Get", request, api_endpoint_pb2.ApiEndpoint, authorization="")
    assert refused.code == "NOT_FOUND"


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("govor:8080", "govor"),
        ("govor", "govor"),
        ("10.0.0.7:80", "10.0.0.7"),
        ("[::1]:8080", "[::1]"),
        ("", ""),
        ("a b", ""),
        ("evil/path", ""),
        ("user@host", ""),
    ],
)
def test_host_header_is_taken_apart(header: str, expected: str) -> None:
    assert host_of(header) == expected


@pytest.mark.parametrize(
    ("peer", "expected"),
    [
        ("ipv4:127.0.0.1:43084", "127.0.0.1"),
        ("ipv4:127.9.9.9:1", "127.0.0.1"),
        ("unix:", "localhost"),
        ("", "localhost"),
        ("ipv4:not-an-address:1", "localhost"),
    ],
)
def test_own_address_is_the_one_on_the_way_to_the_peer(peer: str, expected: str) -> None:
    assert local_host(peer) == expected
