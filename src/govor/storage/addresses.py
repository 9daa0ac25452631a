"""Which network addresses a caller's link may lead to: public ones, decided after the name is resolved."""

import asyncio
import ipaddress
import socket
from collections.abc import Awaitable, Callable, Sequence

from govor.errors import BadRequest, ObjectMissing

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address
Resolve = Callable[[str, int], Awaitable[Sequence[IPAddress]]]

# All that is the open Internet in IPv6 so far (RFC 4291, 2.4): outside lie ::127.0.0.1, ::ffff:0:127.0.0.1,
# NAT64 and fec0::/10, which Python's tables of private ranges do not name.
UNICAST = ipaddress.IPv6Network("2000::/3")
# What is not, though Python says so: 6to4 and Teredo carry an IPv4 address inside, where a private one could
# hide; a range for documents; the relays of 6to4.
CARRIERS = tuple(ipaddress.IPv6Network(net) for net in ("2002::/16", "2001::/32", "3fff::/20"))
RELAYS = ipaddress.IPv4Network("192.88.99.0/24")


def is_public(address: IPAddress) -> bool:
    """True for an address of the open Internet: not private, loopback, link-local, metadata or multicast."""
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            return is_public(address.ipv4_mapped)
        if address not in UNICAST or any(address in carrier for carrier in CARRIERS):
            return False
    elif address in RELAYS:
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
