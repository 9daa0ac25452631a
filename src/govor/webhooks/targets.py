"""Where webhooks may lead: public https addresses, and what GOVOR_WEBHOOK_ALLOW names. No I/O.

Rule 1: a name is checked again when it is connected to, by the address that it then has.
Rule 2: an entry HOST[:PORT] lets that host be private and speak http; an entry NETWORK (10.0.0.0/8) lets any
        name lead there.
"""

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass

from govor.errors import BadRequest, BadSetting
from govor.settings import Settings
from govor.storage import addresses, uris
from govor.storage.addresses import IPAddress

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


@dataclass(frozen=True, kw_only=True, slots=True)
class Target:
    """An address to tell, checked."""

    url: str
    scheme: str
    host: str  # lower case
    port: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Targets:
    """What the operator allows."""

    hosts: Sequence[str] = ()  # HOST or HOST:PORT, lower case
    networks: Sequence[Network] = ()

    @classmethod
    def of(cls, settings: Settings) -> "Targets":
        """From GOVOR_WEBHOOK_ALLOW; raises BadSetting."""
        hosts: list[str] = []
        networks: list[Network] = []
        for entry in filter(None, map(str.strip, settings.webhook_allow.split(","))):
            try:
                networks.append(ipaddress.ip_network(entry))
            except ValueError:
                if "/" in entry or not uris.HOST_AND_PORT.fullmatch(entry):
                    raise BadSetting(
                        f"GOVOR_WEBHOOK_ALLOW: cannot read {entry!r}",
                        "HOST, HOST:PORT or a network, 10.0.0.0/8",
                    ) from None
                hosts.append(entry.lower())
        return cls(hosts=tuple(hosts), networks=tuple(networks))

    def check(self, url: str) -> Target:
        """The target that a link names; BadRequest when none may be told there."""
        try:
            parts = uris.split(url)
            host, port = uris.address(parts) if parts.scheme in uris.PORTS else ("", 0)
        except BadRequest as error:
            raise BadRequest(error.message.replace("audio.uri", "webhook.url")) from None
        target = Target(url=url, scheme=parts.scheme, host=host, port=port)
        if target.scheme != "https" and not (target.host and self._plain(target)):
            raise BadRequest(
                "a webhook's url begins with https://",
                "or have the operator add the host to GOVOR_WEBHOOK_ALLOW",
            )
        if (literal := literal_address(host)) is not None and not self.allows(target, literal):
            raise private(host)
        return target

    def allows(self, target: Target, address: IPAddress) -> bool:
        """Whether this address may be connected to for this target."""
        if addresses.is_public(address) or self._named(target):
            return True
        return any(address in network for network in self.networks)

    def choose(self, target: Target, found: Sequence[IPAddress]) -> IPAddress:
        """The address to connect to; one that is forbidden refuses all of them. BadRequest."""
        if not found or not all(self.allows(target, address) for address in found):
            raise private(target.host)
        return found[0]

    def _named(self, target: Target) -> bool:
        return target.host in self.hosts or f"{target.host}:{target.port}" in self.hosts

    def _plain(self, target: Target) -> bool:
        literal = literal_address(target.host)
        in_network = literal is not None and any(literal in network for network in self.networks)
        return self._named(target) or in_network


def literal_address(host: str) -> IPAddress | None:
    """The address that a host is written as, if it is."""
    try:
        return ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return None


def private(host: str) -> BadRequest:
    """The error for a target that is not of the open Internet."""
    return BadRequest(
        f"webhooks to {host} are refused: a private or reserved address",
        "have the operator add it to GOVOR_WEBHOOK_ALLOW",
    )
