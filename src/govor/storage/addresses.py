"""Which network addresses a caller's link may lead to: public ones, decided after the name is resolved."""

import asyncio
import ipaddress
import socket
from collections.abc import Awaitable, Callable, Sequence

from govor.errors import BadRequest, ObjectMissing

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address
Resolve = Callable[[str, int], Awaitable[Sequence[IPAddress]]]

# IPv6 ranges that carry an IPv4 address inside, where a private one could hide: NAT64, 6to4, Teredo.
CARRIERS = tuple(ipaddress.IPv6Network(net) for net in ("64:ff9b::/32", "2002::/16", "2001::/32"))


def is_public(address: IPAddress) -> bool:
    """True for an address of the open Internet: not private, loopback, link-local, metadata or multicast."""
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            return is_public(address.ipv4_mapped)
        if any(address in carrier for carrier in CARRIERS):
            return False
    return address.is_global and not address.is_multicast


async def resolve(host: str, port: int) -> Sequence[IPAddress]:
    """Every address of `host`; ObjectMissing when the name has none."""
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise ObjectMissing(f"the host {host} cannot be found", str(error)) from error
    return [ipaddress.ip_address(entry[4][0]) for entry in found]


def choose(host: str, found: Sequence[IPAddress], allowed: Callable[[IPAddress], bool]) -> IPAddress:
    """The address to connect to; one forbidden address among several refuses the whole name."""
    if not found or not all(allowed(address) for address in found):
        raise BadRequest(f"links to {host} are not read", "the name leads to a private or reserved address")
    return found[0]
