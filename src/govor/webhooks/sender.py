"""One POST to one target.

Rule 1: the name is resolved once, the address is checked, and the connection goes to that very address.
Rule 2: redirects are not followed, proxies and credentials of the environment are not used.
Rule 3: of the answer nothing but its status is read.
"""

import ssl
from collections.abc import Mapping
from urllib.parse import urlsplit, urlunsplit

import httpx

from govor.errors import GovorError, StorageFailed
from govor.storage import addresses
from govor.storage.addresses import IPAddress, Resolve
from govor.storage.uris import PORTS
from govor.webhooks.targets import Target, Targets, literal_address

ANSWER_SECONDS = 15.0  # the Standard Webhooks specification wants 15 to 30


class Sender:
    """Posts; collaborators can be replaced so that tests can use servers and names of their own."""

    def __init__(
        self,
        targets: Targets,
        resolve: Resolve = addresses.resolve,
        verify: ssl.SSLContext | bool = True,
    ) -> None:
        self.targets = targets
        self.resolve = resolve
        self.verify = verify

    async def post(self, url: str, headers: Mapping[str, str], body: bytes) -> int:
        """The HTTP status of the answer. Raises BadRequest for a forbidden target, StorageFailed for none."""
        target = self.targets.check(url)
        address = self.targets.choose(target, await self._addresses(target))
        host = target.host if target.port == PORTS[target.scheme] else f"{target.host}:{target.port}"
        given = {"Host": host, "Content-Type": "application/json", "User-Agent": "govor-webhooks", **headers}
        client = httpx.AsyncClient(
            verify=self.verify, trust_env=False, follow_redirects=False, timeout=ANSWER_SECONDS
        )
        extensions = {"sni_hostname": target.host} if literal_address(target.host) is None else {}
        request = client.build_request(
            "POST", at(target, address), content=body, headers=given, extensions=extensions
        )
        try:
            async with client:
                answer = await client.send(request, stream=True)
                await answer.aclose()
                return answer.status_code
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise StorageFailed(f"{target.host} did not answer", type(error).__name__) from error

    async def _addresses(self, target: Target) -> list[IPAddress]:
        """What the host is: itself when it is written as an address, else whatever the resolver says."""
        if (literal := literal_address(target.host)) is not None:
            return [literal]
        return list(await self.resolve(target.host, target.port))


def at(target: Target, address: IPAddress) -> str:
    """The link with its host replaced by an address."""
    literal = f"[{address}]" if address.version == 6 else str(address)
    parts = urlsplit(target.url)
    return urlunsplit((parts.scheme, f"{literal}:{target.port}", parts.path or "/", parts.query, ""))


def told(error: GovorError) -> str:
    """What went wrong, in a line for whoever looks at deliveries."""
    return f"{error.message}: {error.detail}" if error.detail else error.message
