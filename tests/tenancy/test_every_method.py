"""Bob tries every method on everything that Alice has: he learns nothing and changes nothing."""

import re
from collections.abc import Iterator
from typing import Any

import grpc
import httpx
import pytest
from starlette.applications import Starlette
from starlette.routing import Route

from govor import app, telemetry
from govor.api import gateway
from govor.api.endpoints import Ports
from govor.settings import Settings
from tests.extensions.running import Running, running
from tests.tenancy import attempts, things
from tests.tenancy.attempts import Attempt
from tests.tenancy.things import HOST, Things

REFUSED = {401, 403, 404, 409, 501}  # 409: a bucket's name is taken, as S3 says it
RPC_REFUSED = {"UNAUTHENTICATED", "PERMISSION_DENIED", "NOT_FOUND", "UNIMPLEMENTED"}
NO_SUCH = "e03" + "0" * 17  # an id that nothing has
# What answers without a key: each says nothing of anybody, or takes a secret in its body.
OPEN = {
    *("/health/live", "/health/ready", "/metrics", "/endpoints", "/endpoints/operation", "/docs", "/"),
    *("/iam/v1/tokens", "/iam/v1/tokens:revoke", "/govor/v1/openapi.json", "/web/recording_worker.js"),
}
TIMEOUT_SECONDS = 60.0


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """With keys."""
    telemetry.configure_logging(Settings(log_level="error"))
    with running(tmp_path_factory.mktemp("tenancy"), webhook_allow="127.0.0.1") as made:
        yield made


@pytest.fixture(scope="module")
def hers(service: Running) -> Things:
    """Alice's."""
    return things.made_by(service, service.alice)


def routes(service: Running) -> list[Route]:
    """Every route of the application that runs."""
    inner: Any = service.service.http.config.app
    while not isinstance(inner, Starlette):
        inner = inner._app
    return [route for route in inner.routes if isinstance(route, Route)]


def methods(service: Running) -> tuple[gateway.Method, ...]:
    """Every gRPC method of ours."""
    settings, parts = service.operations.settings, service.service.parts
    return gateway.methods(app.servicers(settings, parts, Ports()))


def plain(service: Running, key: str) -> httpx.Client:
    """A client that holds answers against no document: most paths are not of the extensions API."""
    headers = {"Authorization": f"Api-Key {key}"} if key else {}
    return httpx.Client(base_url=service.base, headers=headers, timeout=TIMEOUT_SECONDS, trust_env=False)


def told(answer: httpx.Response, markers: frozenset[str]) -> set[str]:
    """Which of Alice's an answer tells, but for what the request itself named."""
    text = answer.text + repr(answer.headers)
    request = answer.request
    own = f"{request.url}{request.headers!r}{request.read().decode(errors='replace')}"
    return {marker for marker in markers if tells(text, marker) and not tells(own, marker)}


def tells(text: str, marker: str) -> bool:
    """Whether it stands there; a number only by itself, for request ids have every five digits at times."""
    return marker in (re.findall(r"[\w-]+", text) if marker.isdigit() else text)


def test_rest_methods_tell_and_change_nothing_of_another_folder(service: Running, hers: Things) -> None:
    before = things.seen(service.alice, hers)
    tried = [*attempts.of_routes(routes(service), hers), *attempts.of_s3(hers)]
    with plain(service, service.keys[1]) as bob:
        for each in tried:
            answer = bob.request(each.verb, each.path, **each.options)
            assert answer.status_code < 500 or answer.status_code == 501, (each, answer.text)
            assert not each.refused or answer.status_code in REFUSED, (each, answer.status_code, answer.text)
            assert not told(answer, hers.markers), (each, answer.text)
    assert things.seen(service.alice, hers) == before


def test_rpc_methods_tell_and_change_nothing_of_another_folder(service: Running, hers: Things) -> None:
    before, table = things.seen(service.alice, hers), attempts.of_rpc(hers)
    metadata = (("authorization", f"Api-Key {service.keys[1]}"),)
    assert {method.full_name for method in methods(service)} == set(table), "what can be tried with it?"
    with things.channel(service) as channel:
        for method in methods(service):
            for asked in (*table[method.full_name], {}):
                code, text, answers = called(channel, method, asked, metadata)
                assert not asked or code in RPC_REFUSED, (method.full_name, asked, code, text)
                shown = f"{text}{answers}"
                leaks = [each for each in hers.markers if tells(shown, each) and not tells(str(asked), each)]
                assert not leaks, (method.full_name, asked, leaks)
    assert things.seen(service.alice, hers) == before


def called(
    channel: grpc.Channel, method: gateway.Method, asked: Any, metadata: Any
) -> tuple[str, str, list[Any]]:
    """A call to its end: code, text, answers."""
    message = method.request(**asked).SerializeToString()
    ours, theirs = ("stream" if each else "unary" for each in (method.client_streams, method.server_streams))
    call: Any = getattr(channel, f"{ours}_{theirs}")(
        f"/{method.full_name}", response_deserializer=method.answer.FromString
    )
    given: Any = iter([message]) if method.client_streams else message
    try:
        answer = call(given, metadata=metadata, timeout=TIMEOUT_SECONDS)
        return "OK", "", list(answer) if method.server_streams else [answer]
    except grpc.RpcError as error:
        return error.code().name, error.details() or "", []


def test_what_is_anothers_looks_like_what_does_not_exist(service: Running, hers: Things) -> None:
    with plain(service, service.keys[1]) as bob:
        for template in sorted({route.path for route in routes(service) if "_id}" in route.path}):
            for each in attempts.filled("GET", template, hers):
                if not each.refused:
                    continue
                there = bob.get(each.path)
                nowhere = bob.get(missing(each, hers))
                assert there.status_code == nowhere.status_code, (each, there.text, nowhere.text)


def missing(each: Attempt, hers: Things) -> str:
    """The same path with an id that nothing has."""
    path = each.path
    for name, own in hers.values.items():
        for value in own if name.endswith("_id") else ():
            path = path.replace(value, NO_SUCH)
    return path


@pytest.mark.parametrize("key", ["", "AQVNwrong"])
def test_without_a_key_only_what_is_open_answers(service: Running, hers: Things, key: str) -> None:
    with plain(service, key) as stranger:
        for each in [*attempts.of_routes(routes(service), hers), *attempts.of_s3(hers)]:
            answer = stranger.request(each.verb, each.path, **each.options)
            assert not told(answer, hers.markers), (each, answer.text)
            path = each.path.partition("?")[0]
            is_s3 = dict(each.options.get("headers", {})).get("Host") == HOST
            if is_s3 or not (path in OPEN or path.startswith("/web/") or each.verb == "OPTIONS"):
                assert answer.status_code in (401, 403), (each, answer.status_code, answer.text)


def test_without_a_key_only_open_rpc_methods_answer(service: Running) -> None:
    from govor.api.admission import OPEN as OPEN_METHODS

    with things.channel(service) as channel:
        for method in methods(service):
            code, _, _ = called(channel, method, {}, ())
            assert (code == "UNAUTHENTICATED") == (method.full_name not in OPEN_METHODS), method.full_name


def test_a_method_that_the_tables_do_not_know_is_an_error(service: Running, hers: Things) -> None:
    for path in ("/govor/v1/everything", "/govor/v1/things/{thing_id}"):
        new = [*routes(service), Route(path, lambda request: None)]
        with pytest.raises(AssertionError, match="what"):
            list(attempts.of_routes(new, hers))
