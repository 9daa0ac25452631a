"""Who makes an S3 request: by its signature, or by the same Authorization as everywhere else.

Rule 1: without keys (--auth none) any signature is good: nobody here knows its secret.
Rule 2: an unknown key id and a wrong signature are told apart, as S3 does; neither says whose key it is.
        Who tries many key ids has to wait. Signatures are not counted: nobody guesses one of 256 bits.
"""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from govor.api.auth import LOCAL, Doorkeeper
from govor.errors import S3Refusal
from govor.records import Caller
from govor.storage import sigv4
from govor.storage.access_keys import Credentials
from govor.storage.sigv4 import ChunkKey, Claim, SignedRequest


class AccessKeys(Protocol):
    """What stands behind: storage.access_keys.AccessKeys."""

    def lookup(self, key_id: str) -> Credentials | None:
        """The secret behind a key id and its caller."""
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Admitted:
    """A caller that was let in, and how."""

    caller: Caller
    claim: Claim | None = None
    chunk_key: ChunkKey | None = None  # what the body's signatures continue from; None: they are not checked


class Admission:
    """Lets callers in; `access_keys` None lets in everybody."""

    def __init__(
        self,
        doorkeeper: Doorkeeper,
        access_keys: AccessKeys | None,
        *,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._doorkeeper = doorkeeper
        self._access_keys = access_keys
        self._clock = clock

    async def admit(self, request: SignedRequest, source: str = "") -> Admitted:
        """The caller, who asks from `source` (guesses.py).

        Raises S3Refusal, Unauthenticated, QuotaExceeded, StorageFailed.
        """
        claim = sigv4.claim_of(request)
        if self._access_keys is None:
            return Admitted(caller=LOCAL, claim=claim)
        if claim is None:
            return Admitted(caller=await self._otherwise(request, source))
        guesses, moment = self._doorkeeper.guesses, time.monotonic()
        guesses.require(source, claim.key_id, moment)
        credentials = await asyncio.to_thread(self._access_keys.lookup, claim.key_id)
        if credentials is None:
            guesses.wrong(source, claim.key_id, moment)
            raise S3Refusal("InvalidAccessKeyId", "The AWS Access Key Id you provided does not exist here.")
        key = sigv4.verify(claim, request, credentials.secret, self._clock())
        guesses.right(claim.key_id)
        return Admitted(caller=credentials.caller, claim=claim, chunk_key=key)

    async def _otherwise(self, request: SignedRequest, source: str) -> Caller:
        """An API key or an IAM token in the Authorization header."""
        authorization = request.header("authorization")
        if (authorization or "").startswith("AWS ") or "AWSAccessKeyId=" in request.query:
            raise S3Refusal(
                "InvalidRequest",
                "The authorization mechanism you provided is not supported. Please use AWS4-HMAC-SHA256.",
            )
        return await self._doorkeeper.admit(authorization, source)
