"""`govor webhooks`: see what a service tells, while one's own receiver is still to be written."""

import json
import time
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import click

from govor.errors import BadSetting, GovorError

BODY_BYTES_MAX = 1 << 20  # an operation has a few hundred bytes
PORT = 8090


@click.group("webhooks")
def webhooks() -> None:
    """Messages about operations that have ended."""


@webhooks.command("listen")
@click.option("--port", type=click.IntRange(0, 65_535), default=PORT, show_default=True)
@click.option("--secret", help="whsec_…: what signs; without it signatures are not looked at")
@click.option("--answer", type=click.IntRange(200, 599), default=200, show_default=True, help="HTTP status")
@click.option("--count", type=click.IntRange(1), help="End after so many messages")
@click.option("--json", "as_json", is_flag=True, help="The messages alone, one on each line")
def listen(port: int, secret: str | None, answer: int, count: int | None, as_json: bool) -> None:
    """Print what arrives on this machine, and whether its signature is right.

    The service must be allowed to reach it: GOVOR_WEBHOOK_ALLOW=127.0.0.1.
    """
    try:
        server = HTTPServer(("127.0.0.1", port), handler(secret, answer, as_json=as_json))
    except OSError as error:
        raise BadSetting(f"cannot listen on port {port}", str(error)) from error
    click.echo(f"listening on http://127.0.0.1:{server.server_address[1]}/", err=True)
    left = count
    try:
        while left is None or left > 0:
            server.handle_request()
            left = None if left is None else left - 1
    except KeyboardInterrupt:
        click.echo("", err=True)
    finally:
        server.server_close()


def handler(secret: str | None, answer: int, *, as_json: bool) -> type[BaseHTTPRequestHandler]:
    """What answers each message."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            size = int(self.headers.get("content-length", "0"))
            body = self.rfile.read(min(size, BODY_BYTES_MAX))
            headers = {name.lower(): value for name, value in self.headers.items()}
            for line in told(headers, body, secret, as_json=as_json):
                click.echo(line)
            self.send_response(answer)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:
            """Nothing: what arrives is printed."""

    return Handler


def told(headers: dict[str, str], body: bytes, secret: str | None, *, as_json: bool) -> list[str]:
    """The lines for one message."""
    try:
        document = json.loads(body)
    except ValueError:
        document = {"unreadable": body.decode("utf-8", "replace")}
    if as_json:
        return [json.dumps(document, ensure_ascii=False)]
    head = f"{headers.get('webhook-id', 'no webhook-id')}  {document.get('type', '?')}"
    return [f"{head}  {judged(headers, body, secret)}", json.dumps(document, ensure_ascii=False, indent=2)]


def judged(headers: dict[str, str], body: bytes, secret: str | None) -> str:
    """What is to be thought of a message's signature."""
    from govor.webhooks import signature

    if not secret:
        return "signature not looked at (--secret whsec_…)"
    try:
        signature.verify(secret, headers, body, time.time())
    except GovorError as error:
        return f"WRONG SIGNATURE: {error.message}"
    return "signature right"
