"""The OpenAPI document is valid, complete and true."""

import re
from pathlib import Path
from typing import Any

import pytest
from starlette.routing import Route

from govor.api.auth import Doorkeeper
from govor.api.extensions import docs_page
from govor.api.extensions.assembly import Extensions
from govor.api.rest import RestDoor
from govor.api.v2_json import Style
from tests.tiny.service import build

VERBS = {"get", "head", "post", "put", "patch", "delete", "options"}


@pytest.fixture
def routes(tmp_path: Path) -> list[Route]:
    """Every route of the extensions API."""
    rest = RestDoor(doorkeeper=Doorkeeper(None), style=Style(), strict=False, body_bytes_max=1)
    return Extensions.of(build(tmp_path)).routes(rest, Style(), lambda: False)


def test_every_route_is_described_and_every_description_is_served(routes: list[Route]) -> None:
    served = {
        (verb, route.path)
        for route in routes
        for verb in route.methods or ()
        if route.path.startswith("/govor/v1") and not route.path.endswith("openapi.json")
    }
    described = {
        (verb.upper(), path)
        for path, item in docs_page.document()["paths"].items()
        for verb in item
        if verb in VERBS and path != "/govor/v1/status"  # of a door of its own
    }
    assert described <= served
    unsaid = {(verb, path) for verb, path in served - described if verb not in ("HEAD", "OPTIONS")}
    assert not unsaid


def test_every_reference_leads_somewhere() -> None:
    def walk(node: Any) -> None:
        if isinstance(node, dict):
            if "$ref" in node:
                found: Any = docs_page.document()
                for part in node["$ref"].removeprefix("#/").split("/"):
                    found = found[part]
            for each in node.values():
                walk(each)
        elif isinstance(node, list):
            for each in node:
                walk(each)

    walk(docs_page.document())


def test_every_operation_has_a_summary_answers_and_a_name_of_its_own() -> None:
    told = [item[verb] for item in docs_page.document()["paths"].values() for verb in VERBS if verb in item]
    names = [each["operationId"] for each in told]
    assert len(names) == len(set(names))
    for each in told:
        assert each["summary"]
        assert "default" in each["responses"] or set(each["responses"]) == {"204"}


def test_the_page_shows_every_operation_and_needs_nothing_from_elsewhere() -> None:
    page = docs_page.page().decode()
    for item in docs_page.document()["paths"].values():
        for verb in VERBS & set(item):
            assert f'id="{item[verb]["operationId"]}"' in page
    assert not re.search(r"<script|src=|https?://(?!www\.w3)", page.replace('href="https://', ""))
    for name in docs_page.document()["components"]["schemas"]:
        assert f'<h3 id="{name}">' in page
