"""The service that a command talks to: its flags, and a client for it."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import click

from govor.settings import Settings

if TYPE_CHECKING:
    from govor.client import Client

Command = TypeVar("Command", bound=Callable[..., Any])

server_option = click.option("--server", metavar="URL", help="A service's address  [GOVOR_SERVER]")
key_option = click.option("--key", metavar="KEY", help="A key of the service  [GOVOR_API_KEY]")


def service_options(command: Command) -> Command:
    """--server and --key."""
    return server_option(key_option(command))


def client_for(server: str | None, key: str | None) -> "Client":
    """A client for what the flags and the settings name; this machine's own service if they name none."""
    from govor.client.blocking.client import DEFAULT_SERVER, Client

    settings = Settings()
    return Client(server or settings.server or DEFAULT_SERVER, key or settings.api_key)
