"""Holds answers against openapi.yaml: the status, the type and every field have to be described there."""

import json
import re
from collections.abc import Mapping
from functools import cache
from typing import Any

import httpx
from jsonschema import Draft202012Validator

from govor.api.extensions.docs_page import document


@cache
def paths() -> list[tuple[re.Pattern[str], Mapping[str, Any]]]:
    """Every path as a pattern; those with a custom verb come first."""
    templates = sorted(document()["paths"].items(), key=lambda item: ":" not in item[0])
    return [(re.compile(re.sub(r"\{\w+\}", "[^/]+", path)), item) for path, item in templates]


def described(method: str, path: str) -> Mapping[str, Any]:
    """What the document says of a request."""
    for pattern, item in paths():
        if pattern.fullmatch(path) and method.lower() in item:
            found: Mapping[str, Any] = item[method.lower()]
            return found
    raise AssertionError(f"openapi.yaml knows no {method} {path}")


def check(answer: httpx.Response) -> None:
    """Fail unless the document describes this answer."""
    told = described(answer.request.method, answer.request.url.path)
    response = told["responses"].get(str(answer.status_code)) or told["responses"]["default"]
    if name := response.get("$ref", "").rpartition("/")[2]:
        response = document()["components"]["responses"][name]
    content = response.get("content")
    if not content:
        assert not answer.content, "an answer without a described body has one"
        return
    kind = answer.headers["content-type"].partition(";")[0]
    if kind.startswith("audio/"):
        kind = "application/octet-stream"
    assert kind in content, f"{kind} is not described"
    if kind == "application/json":
        validate(content[kind]["schema"], json.loads(answer.content))


def validate(schema: Mapping[str, Any], value: object) -> None:
    """Fail unless a value fits a schema of the document; fields that it does not describe are faults."""
    whole = {**closed(schema), "components": closed(document()["components"])}
    errors = [error.message for error in Draft202012Validator(whole).iter_errors(value)]
    assert not errors, errors


def closed(schema: Any) -> Any:
    """The same schema, in which an object has no other fields than those described."""
    if isinstance(schema, list):
        return [closed(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    made = {name: closed(each) for name, each in schema.items()}
    if "properties" in schema and schema.get("type") == "object" and "additionalProperties" not in schema:
        made.setdefault("unevaluatedProperties", False)
    return made
