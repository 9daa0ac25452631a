"""What can be asked of uploads in parts."""

import asyncio

from starlette.responses import Response

from govor.api.s3 import body, xml
from govor.api.s3.call import S3Call, answer
from govor.api.s3.limits import Limits
from govor.api.s3.xml import Node
from govor.storage.checksums import HEADER
from govor.storage.local_store import LocalStore
from govor.storage.multipart import NUMBER_MAX, Upload


class UploadActions:
    """Actions on `store`, named as in S3's reference. The caller's right to the bucket was checked before."""

    def __init__(self, store: LocalStore, limits: Limits) -> None:
        self._store = store
        self._limits = limits
        self._bytes_max = limits.object_bytes_max

    async def create_multipart_upload(self, call: S3Call) -> Response:
        """The id of a new upload."""
        where, kept = call.address.uri, body.headers_to_keep(call.signed)
        await asyncio.to_thread(self._store.owners.claim, where.bucket, call.caller.folder_id)
        upload_id = await asyncio.to_thread(self._store.multipart.begin, where, kept)
        fields = [("Bucket", where.bucket), ("Key", where.key), ("UploadId", upload_id)]
        return await answer("InitiateMultipartUploadResult", fields)

    async def upload_part(self, call: S3Call) -> Response:
        """One part."""
        upload, intake = await self._find(call), call.intake()
        number = call.number("partNumber", 0, NUMBER_MAX + 1)
        pieces = intake.decoded(call.stream())
        etag = await self._store.multipart.put(upload, number, pieces, self._bytes_max)
        sums = {HEADER + name: value for name, value in intake.checksums.items()}
        return Response(headers={"ETag": f'"{etag}"', **sums})

    async def complete_multipart_upload(self, call: S3Call) -> Response:
        """The parts become the object."""
        upload = await self._find(call)
        parts = xml.read_complete(await call.document())
        there = await asyncio.to_thread(self._store.multipart.parts, upload)
        await asyncio.to_thread(self._limits.require_room, sum(part.size for part in there))  # once more
        complete = self._store.multipart.complete
        stored = await asyncio.to_thread(complete, upload, parts, self._bytes_max)
        where = call.address.uri
        fields: list[Node] = [
            ("Location", f"{call.request.url.scheme}://{call.header('host')}{call.signed.path}"),
            ("Bucket", where.bucket),
            ("Key", where.key),
            ("ETag", f'"{stored.etag}"'),
        ]
        return await answer("CompleteMultipartUploadResult", fields)

    async def abort_multipart_upload(self, call: S3Call) -> Response:
        """The parts go."""
        await asyncio.to_thread(self._store.multipart.abort, await self._find(call))
        return Response(status_code=204)

    async def list_parts(self, call: S3Call) -> Response:
        """The parts that are there, a page at a time."""
        upload = await self._find(call)
        parts = await asyncio.to_thread(self._store.multipart.parts, upload)
        behind = call.number("part-number-marker", 0, NUMBER_MAX)
        most = call.number("max-parts", 1000, 1000)  # S3's page
        rest = [part for part in parts if part.number > behind]
        nodes: list[Node] = [
            (
                "Part",
                [
                    ("PartNumber", part.number),
                    ("LastModified", xml.moment(part.modified_ns / 1e9)),
                    ("ETag", f'"{part.etag}"'),
                    ("Size", part.size),
                ],
            )
            for part in rest[:most]
        ]
        about: list[Node] = [
            ("Bucket", upload.where.bucket),
            ("Key", upload.where.key),
            ("UploadId", upload.id),
            ("MaxParts", most),
            ("IsTruncated", str(len(rest) > most).lower()),
        ]
        if nodes and len(rest) > most:
            about.append(("NextPartNumberMarker", rest[most - 1].number))
        return await answer("ListPartsResult", about + nodes)

    async def _find(self, call: S3Call) -> Upload:
        upload_id = call.parameters.get("uploadId", "")
        return await asyncio.to_thread(self._store.multipart.find, call.address.uri, upload_id)
