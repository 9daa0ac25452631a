"""/govor/v1/openapi.json, and the same for people at /docs: one page, no scripts, nothing from elsewhere."""

import base64
import hashlib
import re
from collections.abc import Iterator, Mapping
from functools import cache
from html import escape
from importlib import resources
from typing import Any

import yaml
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from govor.api import trace
from govor.api.extensions.answers import JSON, written
from govor.api.extensions.door import PREFIX

Node = Mapping[str, Any]
VERBS = ("get", "head", "post", "put", "patch", "delete", "options")
STYLE = """
:root{color-scheme:light dark;--line:#8884;--soft:#8881}
body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}
code,.verb{font-family:ui-monospace,monospace;font-size:.92em}
section{border-top:1px solid var(--line);margin-top:2rem}
details{border:1px solid var(--line);border-radius:.4rem;margin:.5rem 0;padding:.4rem .8rem}
summary{cursor:pointer}.verb{font-weight:700;display:inline-block;min-width:4.5rem}
table{border-collapse:collapse;width:100%}td,th{border-bottom:1px solid var(--line);padding:.25rem .5rem;
text-align:left;vertical-align:top}nav a{margin-right:1rem}
"""
HASH = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
HEADERS = {
    "Content-Security-Policy": (
        f"default-src 'none'; style-src 'sha256-{HASH}'; frame-ancestors 'none'; base-uri 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}


def routes() -> list[Route]:
    """Open to everybody: they tell nothing of anybody."""
    return [
        Route(f"{PREFIX}/openapi.json", show_document, methods=["GET"]),
        Route("/docs", show_page, methods=["GET"]),
    ]


async def show_document(request: Request) -> Response:
    """The document as JSON."""
    request.scope[trace.METHOD] = "govor.v1/openapi"
    return Response(written(document()), media_type=JSON)


async def show_page(request: Request) -> Response:
    """The document as a page."""
    request.scope[trace.METHOD] = "govor.v1/docs"
    return Response(page(), 200, HEADERS, "text/html; charset=utf-8")


@cache
def document() -> Node:
    """openapi.yaml."""
    text = resources.files(__package__).joinpath("openapi.yaml").read_text(encoding="utf-8")
    read: Node = yaml.safe_load(text)
    return read


@cache
def page() -> bytes:
    """All of it as HTML."""
    content = document()
    title = escape(content["info"]["title"])
    links = "".join(f'<a href="#{tag["name"]}">{tag["name"]}</a>' for tag in content["tags"])
    body = "".join(section(content, tag) for tag in content["tags"]) + schemas(content)
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
        '<meta name="viewport" content="width=device-width"><style>'
        f"{STYLE}</style></head><body><header><h1>{title}</h1>{prose(content['info']['description'])}"
        f'<p><a href="{PREFIX}/openapi.json">openapi.json</a></p><nav aria-label="Sections">{links}'
        f'<a href="#schemas">schemas</a></nav></header><main>{body}</main></body></html>'
    ).encode()


def section(content: Node, tag: Node) -> str:
    """The operations of one tag."""
    made = "".join(
        operation(verb, path, item[verb], item.get("parameters", ()))
        for path, item in content["paths"].items()
        for verb in VERBS
        if verb in item and tag["name"] in item[verb]["tags"]
    )
    name = tag["name"]
    return f'<section id="{name}"><h2>{name}</h2>{prose(tag["description"])}{made}</section>'


def operation(verb: str, path: str, told: Node, shared: Any) -> str:
    """One verb of one path."""
    asked = [*shared, *told.get("parameters", ())]
    rows = "".join(
        row(
            f"{each['name']}<br><small>{each['in']}</small>",
            kind(each["schema"]),
            each.get("description", ""),
        )
        for each in asked
    )
    body = ", ".join(f"{name}: {kind(each['schema'])}" for name, each in content_of(told.get("requestBody")))
    answers = "".join(
        row(status, answer_kind(each), each.get("description", "")) for status, each in responses(told)
    )
    return (
        f'<details id="{told["operationId"]}"><summary><span class="verb">{verb.upper()}</span>'
        f"<code>{escape(path)}</code> {escape(told['summary'])}</summary>{prose(told.get('description', ''))}"
        + (f"<h4>Parameters</h4><table>{rows}</table>" if rows else "")
        + (f"<h4>Body</h4><p>{body}</p>" if body else "")
        + f"<h4>Answers</h4><table>{answers}</table></details>"
    )


def responses(told: Node) -> Iterator[tuple[str, Node]]:
    """Status and response, references followed."""
    for status, each in told["responses"].items():
        name = each.get("$ref", "").rpartition("/")[2]
        yield (
            ("otherwise" if status == "default" else str(status)),
            (document()["components"]["responses"][name] if name else each),
        )


def content_of(told: Node | None) -> Iterator[tuple[str, Node]]:
    """Media types of a body."""
    for name, each in (told or {}).get("content", {}).items():
        yield escape(name), each


def answer_kind(told: Node) -> str:
    """What an answer holds."""
    return ", ".join(f"{name}: {kind(each['schema'])}" for name, each in content_of(told))


def schemas(content: Node) -> str:
    """Every schema with its fields."""
    made = ""
    for name, schema in content["components"]["schemas"].items():
        fields = "".join(
            row(escape(field), kind(each), each.get("description", "")) for field, each in fields_of(schema)
        )
        made += f'<h3 id="{name}">{name}</h3>{prose(schema.get("description", ""))}<table>{fields}</table>'
    return f'<section id="schemas"><h2>schemas</h2>{made}</section>'


def fields_of(schema: Node) -> Iterator[tuple[str, Node]]:
    """The fields of a schema, those of its parts included."""
    for part in schema.get("allOf", ()):
        yield from fields_of(part)
    yield from schema.get("properties", {}).items()


def kind(schema: Node) -> str:
    """A schema's type in a few words, with a link where it has a name."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return f'<a href="#{name}">{name}</a>'
    for several in ("oneOf", "allOf"):
        if several in schema:
            return " or ".join(map(kind, schema[several]))
    if "enum" in schema:
        return " | ".join(f"<code>{escape(str(each))}</code>" for each in schema["enum"])
    if schema.get("type") == "array":
        return f"list of {kind(schema.get('items', {}))}"
    named = schema.get("type", "anything")
    text = " or ".join(named) if isinstance(named, list) else str(named)
    return escape(f"{text}, {schema['format']}" if "format" in schema else text)


def row(name: str, what: str, text: str) -> str:
    """A row of a table."""
    return f"<tr><td><code>{name}</code></td><td>{what}</td><td>{inline(text)}</td></tr>"


def prose(text: str) -> str:
    """Paragraphs."""
    parts = [part for part in text.split("\n\n") if part.strip()]
    return "".join(f"<p>{inline(part)}</p>" for part in parts)


def inline(text: str) -> str:
    """Text with `code` in it."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(str(text)))
