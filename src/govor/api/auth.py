"""Who calls: the Authorization header of REST, the authorization metadata of gRPC.

Rule 1: `Api-Key KEY` and `Bearer KEY` mean the same for now; the scheme may be in any case.
Rule 2: every refusal is UNAUTHENTICATED (16, HTTP 401) with SpeechKit's text; why is in its detail.
Rule 3: without authentication there is one local caller, on loopback unless the administrator insists.
"""

import asyncio
import ipaddress
import time
from collections.abc import Callable
from typing import Protocol

from govor.api.guesses import Guesses, digest_of
from govor.api.lenient_json import shown
from govor.errors import BadSetting, Unauthenticated
from govor.records import Caller
from govor.settings import Settings

SCHEMES = ("api-key", "bearer")
MESSAGE = "UNAUTHORIZED"  # SpeechKit's text for code 16
SECRET_CHARS_MAX = 8_000  # SpeechKit's longest credential, a JWT
KNOWN_SECONDS = 1.0  # a revoked key works for this long; one look-up per key and second, not one per poll
KNOWN_MAX = 10_000  # callers remembered; more start afresh
LOCAL = Caller(
    subject_id="ajelocal000000000000", folder_id="b1glocal000000000000", roles=frozenset({"admin"})
)


class Verifier(Protocol):
    """What stands behind the door: storage.keys.Keys."""

    def verify(self, secret: str) -> Caller | None:
        """The caller a secret stands for."""
        ...


class Doorkeeper:
    """Turns an Authorization value into a Caller; `keys` None lets everybody in as LOCAL."""

    def __init__(
        self,
        keys: Verifier | None,
        *,
        guesses: Guesses | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`guesses` counts what is wrong; without it nothing is counted."""
        self._keys = keys
        self._clock = clock
        self.guesses = guesses or Guesses(0)
        self._known: dict[bytes, tuple[Caller, float]] = {}  # SHA-256 of a secret → caller, valid until

    async def admit(self, authorization: str | None, source: str = "") -> Caller:
        """The caller, who asks from `source` (guesses.py).

        Raises Unauthenticated; QuotaExceeded where it has asked with too many wrong keys; StorageFailed if
        the keys cannot be read.
        """
        if self._keys is None:
            return LOCAL
        secret = secret_of(authorization)
        digest = digest_of(secret)
        caller, until = self._known.get(digest, (LOCAL, 0.0))
        if self._clock() < until:
            return caller
        self.guesses.require(source, secret, self._clock())
        found = await asyncio.to_thread(self._keys.verify, secret)
        if found is None:
            self._known.pop(digest, None)
            self.guesses.wrong(source, secret, self._clock())
            raise Unauthenticated(MESSAGE, "the API key or token is unknown or revoked (`govor keys list`)")
        self.guesses.right(secret)
        self._remember(digest, found)
        return found

    def _remember(self, digest: bytes, caller: Caller) -> None:
        if len(self._known) >= KNOWN_MAX:
            self._known.clear()
        self._known[digest] = (caller, self._clock() + KNOWN_SECONDS)


def secret_of(authorization: str | None) -> str:
    """The secret in `Api-Key …` or `Bearer …`; raises Unauthenticated."""
    if not authorization:
        raise Unauthenticated(
            MESSAGE, "no Authorization: send `Api-Key KEY`; `govor keys create --name NAME` makes a key"
        )
    scheme, _, secret = authorization.strip().partition(" ")
    if scheme.lower() not in SCHEMES:
        raise Unauthenticated(MESSAGE, "the Authorization scheme must be Api-Key or Bearer")
    if not 0 < len(secret.strip()) <= SECRET_CHARS_MAX:
        raise Unauthenticated(MESSAGE, "the Authorization header holds no key")
    return secret.strip()


def check_folder(caller: Caller, folder_id: str) -> None:
    """A caller may name no folder but its own (SpeechKit answers 401 here); LOCAL may name any."""
    if folder_id and caller != LOCAL and folder_id != caller.folder_id:
        raise Unauthenticated(
            f"Specified folder ID '{shown(folder_id)}' does not match with service account folder ID "
            f"'{caller.folder_id}'",
            "leave the folder out: a key belongs to one folder",
        )


def check_exposure(settings: Settings) -> None:
    """Refuse to serve everybody who can reach this machine; raises BadSetting."""
    if settings.auth != "none" or settings.allow_remote:
        return
    for name, address in (("http", settings.http), ("grpc", settings.grpc), ("one_port", settings.one_port)):
        if address and not is_loopback(address.rpartition(":")[0].strip("[]")):
            raise BadSetting(
                f"auth = none lets everybody in, and {name} = {address} is open to other machines",
                "listen on 127.0.0.1, use API keys, or say --allow-remote if the network is yours alone",
            )


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach `host`."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
