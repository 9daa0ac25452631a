"""Recordings behind https links to hosts that the operator allowed.

Rule 1: the name is resolved once, the address is checked, and the connection goes to that very address.
Rule 2: redirects are not followed, proxies and credentials of the environment are not used.
Rule 3: sizes are counted while the bytes arrive, whatever the headers promise.
"""

import ipaddress
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import httpx

from govor.errors import BadRequest, ObjectMissing, PermissionDenied, StorageFailed, TooLarge
from govor.storage import addresses, disk
from govor.storage.addresses import IPAddress, Resolve
from govor.storage.buckets import Head
from govor.storage.uris import WebUri

SILENCE_SECONDS = 30.0  # a server that sends nothing for so long is given up
CHUNK_BYTES = 1 << 20


class WebLinks:
    """Reads https links. Collaborators can be replaced so that tests can use a server of their own."""

    def __init__(
        self,
        resolve: Resolve = addresses.resolve,
        allowed: Callable[[IPAddress], bool] = addresses.is_public,
        verify: ssl.SSLContext | bool = True,
    ) -> None:
        self.resolve = resolve
        self.allowed = allowed
        self.verify = verify

    async def head(self, where: WebUri, size: int) -> Head:
        """The first `size` bytes, asked for as a range; a server may ignore the range."""
        start = bytearray()
        async with self._get(where, {"Range": f"bytes=0-{size - 1}"}) as answer:
            if answer.status_code == httpx.codes.REQUESTED_RANGE_NOT_SATISFIABLE:  # an empty file
                return Head(b"")
            refuse(answer, where)
            async for chunk in answer.aiter_raw(CHUNK_BYTES):
                start += chunk
                if len(start) >= size:
                    break
            return Head(bytes(start[:size]), whole_size(answer))

    async def fetch(self, where: WebUri, to: Path, bytes_max: int) -> int:
        """Stream the file to `to`; returns its size. TooLarge above `bytes_max`."""
        async with self._get(where, {}) as answer:
            refuse(answer, where)
            if int(answer.headers.get("content-length", "0")) > bytes_max:
                raise TooLarge(f"the object is larger than {bytes_max} bytes")
            with disk.appearing(to) as descriptor:
                return await disk.write_stream(descriptor, answer.aiter_raw(CHUNK_BYTES), bytes_max=bytes_max)

    @asynccontextmanager
    async def _get(self, where: WebUri, headers: dict[str, str]) -> AsyncIterator[httpx.Response]:
        """One GET to the checked address, with the name in Host and in the TLS handshake."""
        address = addresses.choose(where.host, await self._addresses(where), self.allowed)
        headers = {"Host": where.netloc, "Accept-Encoding": "identity", "User-Agent": "govor", **headers}
        client = httpx.AsyncClient(
            verify=self.verify, trust_env=False, follow_redirects=False, timeout=SILENCE_SECONDS
        )
        try:
            async with (
                client,
                client.stream(
                    "GET", at(where, address), headers=headers, extensions={"sni_hostname": where.host}
                ) as answer,
            ):
                yield answer
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise StorageFailed(f"{where.host} did not answer", f"{type(error).__name__}: {error}") from error

    async def _addresses(self, where: WebUri) -> list[IPAddress]:
        """What the host is: itself when it is written as an address, else whatever the resolver says."""
        try:
            return [ipaddress.ip_address(where.host)]
        except ValueError:
            return list(await self.resolve(where.host, where.port))


def at(where: WebUri, address: IPAddress) -> str:
    """The link with its host replaced by an address."""
    literal = f"[{address}]" if address.version == 6 else str(address)
    parts = urlsplit(where.url)
    return urlunsplit((parts.scheme, f"{literal}:{where.port}", parts.path or "/", parts.query, ""))


def refuse(answer: httpx.Response, where: WebUri) -> None:
    """Raise our error for anything but 200 and 206."""
    status = answer.status_code
    if status in (httpx.codes.OK, httpx.codes.PARTIAL_CONTENT):
        return
    if answer.is_redirect or 300 <= status < 400:
        raise BadRequest(
            f"{where.host} redirects elsewhere", "send the final link; redirects are not followed"
        )
    if status in (httpx.codes.NOT_FOUND, httpx.codes.GONE):
        raise ObjectMissing(f"{where.host} has no such file")
    if status in (httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN):
        raise PermissionDenied(
            f"{where.host} refused access", f"HTTP {status}; a signed link may have expired"
        )
    if status == httpx.codes.TOO_MANY_REQUESTS or status >= 500:
        raise StorageFailed(f"{where.host} failed", f"HTTP {status}")
    raise BadRequest(f"{where.host} did not accept the link", f"HTTP {status}")


def whole_size(answer: httpx.Response) -> int:
    """The size of a file of which a part was asked for ("bytes 0-65535/1048576"); 0 when it is not told."""
    part = answer.status_code == httpx.codes.PARTIAL_CONTENT
    told = answer.headers.get("content-range" if part else "content-length", "").rpartition("/")[2]
    return int(told) if told.isascii() and told.isdecimal() else 0
