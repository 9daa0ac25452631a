"""What every action of the S3 door is handed."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from govor.api.rest import limited
from govor.api.s3 import body, xml
from govor.api.s3.addressing import Address
from govor.api.s3.admission import Admitted
from govor.errors import S3Refusal
from govor.records import Caller
from govor.storage.intake import Intake
from govor.storage.sigv4 import SignedRequest

# DeleteObjects: 1,000 keys of 1,024 bytes and their tags; CompleteMultipartUpload: 10,000 parts of 300 bytes.
DOCUMENT_BYTES_MAX = 4 << 20


@dataclass(frozen=True, kw_only=True, slots=True)
class S3Call:
    """One request that was let in."""

    request: Request
    signed: SignedRequest
    address: Address
    parameters: Mapping[str, str]
    admitted: Admitted

    @property
    def caller(self) -> Caller:
        """Who asks."""
        return self.admitted.caller

    def header(self, name: str) -> str | None:
        """A header of the request."""
        return self.signed.header(name)

    def number(self, name: str, default: int, most: int) -> int:
        """A parameter that is a number, cut to `most`; raises S3Refusal."""
        text = self.parameters.get(name) or str(default)
        if not (text.isascii() and text.isdecimal() and len(text) < 10):
            raise S3Refusal("InvalidArgument", f"{name} must be a number from 0 on.")
        return min(int(text), most)

    def intake(self) -> Intake:
        """What checks the body against its headers."""
        return Intake(body.promise_of(self.signed, self.admitted.chunk_key))

    def stream(self) -> AsyncIterator[bytes]:
        """The body as it comes."""
        return self.request.stream()

    async def document(self) -> bytes:
        """A short body, checked against its headers."""
        pieces = limited(self.request, DOCUMENT_BYTES_MAX)
        try:
            return b"".join([piece async for piece in self.intake().decoded(pieces)])
        except HTTPException as error:
            raise S3Refusal("EntityTooLarge", error.detail) from error


async def answer(name: str, children: Sequence[xml.Node], status: int = 200) -> Response:
    """An answer with a document, which is written off the event loop."""
    text = await asyncio.to_thread(xml.write, name, children)
    return Response(text, status, media_type="application/xml")
