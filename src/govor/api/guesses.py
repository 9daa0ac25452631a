"""Addresses that try one key after another are told to wait.

Rule 1: different wrong secrets count, not requests: a client with a key that was revoked asks with one.
Rule 2: a secret that was right before is looked at whatever others try from its address: behind a proxy, or
        on the one port for REST and gRPC, all callers have the same.
Rule 3: what is refused here costs no look into the database.
"""

import hashlib
import ipaddress
import re
from urllib.parse import unquote

from govor.errors import QuotaExceeded

WINDOW_SECONDS = 60.0
ADDRESSES_MAX = 10_000  # remembered at a time, the longest silent go first: 60 digests each are 40 MB at most
PROVEN_MAX = 10_000  # secrets that were right, the oldest go first
IPV6_PREFIX = 64  # one customer of a provider has so many bits of his own to guess from
GRPC_PEER = re.compile(r"ipv[46]:(?P<host>.*):[0-9]+")


class Guesses:
    """Wrong secrets of the last minute, by address. Secrets are here as digests only."""

    def __init__(self, most: int) -> None:
        """At most so many different ones from an address; 0: no limit."""
        self._most = most
        self._wrong: dict[str, dict[bytes, float]] = {}  # address → digest → when; both the oldest first
        self._proven: dict[bytes, None] = {}

    def require(self, address: str, secret: str, now: float) -> None:
        """QuotaExceeded if this secret must not be looked at: too many from there were wrong."""
        known = self._recent(address, now)
        digest = digest_of(secret)
        if not self._most or len(known) < self._most or digest in self._proven or digest in known:
            return
        wait_seconds = next(iter(known.values())) + WINDOW_SECONDS - now
        raise QuotaExceeded(
            "Too many unknown keys",
            f"from one address; at most {self._most} a minute are looked at (GOVOR_WRONG_KEYS_PER_MINUTE)",
            retry_after_seconds=wait_seconds,
        )

    def wrong(self, address: str, secret: str, now: float) -> None:
        """It stands for nobody."""
        digest = digest_of(secret)
        self._proven.pop(digest, None)
        known = self._recent(address, now)
        known.pop(digest, None)
        known[digest] = now
        self._wrong.pop(address, None)
        self._wrong[address] = known
        if len(self._wrong) > ADDRESSES_MAX:
            del self._wrong[next(iter(self._wrong))]

    def right(self, secret: str) -> None:
        """It stands for a caller."""
        self._proven[digest_of(secret)] = None
        if len(self._proven) > PROVEN_MAX:
            del self._proven[next(iter(self._proven))]

    def _recent(self, address: str, now: float) -> dict[bytes, float]:
        known = self._wrong.get(address, {})
        while known and next(iter(known.values())) <= now - WINDOW_SECONDS:
            del known[next(iter(known))]
        return known


def digest_of(secret: str) -> bytes:
    """SHA-256; secrets are long and random."""
    return hashlib.sha256(secret.encode("utf-8", "surrogateescape")).digest()


def source(host: str) -> str:
    """Whom an address is counted as: itself, of IPv6 its network."""
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return host
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is None:
        return str(ipaddress.ip_network((address, IPV6_PREFIX), strict=False))
    return str(getattr(address, "ipv4_mapped", None) or address)


def source_of_peer(peer: str) -> str:
    """The same of a caller as gRPC writes it: "ipv4:10.0.0.7:41234", "ipv6:%5B::1%5D:41234"."""
    found = GRPC_PEER.fullmatch(unquote(peer))
    return source(found["host"].strip("[]")) if found else peer
