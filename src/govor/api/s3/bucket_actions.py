"""What can be asked of buckets: making and listing them, and what lies in them."""

import asyncio
import base64
import binascii
from collections.abc import Callable
from urllib.parse import quote

from starlette.responses import Response

from govor.api.s3 import xml
from govor.api.s3.call import S3Call, answer
from govor.api.s3.errors import refused
from govor.api.s3.xml import Node
from govor.errors import GovorError, ObjectMissing, PermissionDenied, S3Refusal
from govor.storage.listing import KEYS_MAX, Page, Query
from govor.storage.local_store import LocalStore
from govor.storage.uris import ObjectUri, checked_key

Quote = Callable[[str], str]


class BucketActions:
    """Actions on `store`, named as in S3's reference. The caller's right to the bucket was checked before."""

    def __init__(self, store: LocalStore, region: str) -> None:
        self._store = store
        self._region = region

    async def list_buckets(self, call: S3Call) -> Response:
        """The buckets that the caller may use."""
        found = await asyncio.to_thread(self._buckets_of, call.caller.folder_id)
        buckets: list[Node] = [
            ("Bucket", [("Name", name), ("CreationDate", xml.moment(seconds))])
            for name, seconds in found.items()
        ]
        owner: list[Node] = [("ID", call.caller.folder_id), ("DisplayName", call.caller.folder_id)]
        return await answer("ListAllMyBucketsResult", [("Owner", owner), ("Buckets", buckets)])

    async def create_bucket(self, call: S3Call) -> Response:
        """A new bucket, of the caller's folder. Its region and other wishes are read and not granted."""
        await call.document()
        bucket, owners = call.address.bucket, self._store.owners
        try:
            await asyncio.to_thread(owners.require, bucket, call.caller.folder_id)
        except PermissionDenied as error:
            raise S3Refusal("BucketAlreadyExists", "The requested bucket name is not available.") from error
        if self._store.folders.has(bucket):
            raise S3Refusal("BucketAlreadyOwnedByYou", "The bucket exists, and you may use it.")
        await asyncio.to_thread(owners.claim, bucket, call.caller.folder_id)
        return Response(status_code=200, headers={"Location": f"/{bucket}"})

    async def head_bucket(self, call: S3Call) -> Response:
        """That it is there."""
        self._require(call)
        return Response(headers={"x-amz-bucket-region": self._region})

    async def delete_bucket(self, call: S3Call) -> Response:
        """An empty bucket goes."""
        self._require(call)
        bucket = call.address.bucket
        if not await asyncio.to_thread(self._store.folders.remove_bucket, bucket):
            raise S3Refusal("BucketNotEmpty", "The bucket you tried to delete is not empty.")
        await asyncio.to_thread(self._store.owners.forget, bucket)
        return Response(status_code=204)

    async def get_bucket_location(self, call: S3Call) -> Response:
        """The region of the settings."""
        self._require(call)
        text = f'<LocationConstraint xmlns="{xml.NAMESPACE}">{self._region}</LocationConstraint>'
        return Response(text, media_type="application/xml")

    async def get_bucket_versioning(self, call: S3Call) -> Response:
        """There are no versions."""
        self._require(call)
        return await answer("VersioningConfiguration", [])

    async def list_objects(self, call: S3Call) -> Response:
        """A page of keys, in either version of the answer."""
        self._require(call)
        parameters = call.parameters
        second = parameters.get("list-type") == "2"
        after = token_read(parameters.get("continuation-token", "")) or parameters.get("start-after", "")
        query = Query(
            prefix=parameters.get("prefix", ""),
            delimiter=parameters.get("delimiter", ""),
            after=after if second else parameters.get("marker", ""),
            max_keys=call.number("max-keys", KEYS_MAX, KEYS_MAX),
        )
        nodes = await asyncio.to_thread(self._list, call, query, second)
        return await answer("ListBucketResult", nodes)

    async def delete_objects(self, call: S3Call) -> Response:
        """Up to a thousand keys go; each is answered for by itself."""
        self._require(call)
        keys, quiet = xml.read_delete(await call.document())
        nodes = await asyncio.to_thread(self._delete, call.address.bucket, keys)
        return await answer("DeleteResult", [node for node in nodes if not quiet or node[0] == "Error"])

    async def list_multipart_uploads(self, call: S3Call) -> Response:
        """What was begun and neither finished nor aborted; all in one page."""
        self._require(call)
        bucket, prefix = call.address.bucket, call.parameters.get("prefix", "")
        uploads = await asyncio.to_thread(self._store.multipart.uploads, bucket)
        nodes: list[Node] = [
            (
                "Upload",
                [
                    ("Key", each.where.key),
                    ("UploadId", each.id),
                    ("StorageClass", "STANDARD"),
                    ("Initiated", xml.moment(each.begun_ns / 1e9)),
                ],
            )
            for each in uploads
            if each.where.key.startswith(prefix)
        ]
        return await answer(
            "ListMultipartUploadsResult", [("Bucket", bucket), ("IsTruncated", "false"), *nodes]
        )

    def _require(self, call: S3Call) -> None:
        if not self._store.folders.has(call.address.bucket):
            raise S3Refusal("NoSuchBucket", "The specified bucket does not exist.")

    def _buckets_of(self, folder_id: str) -> dict[str, float]:
        mine = {}
        for name, seconds in self._store.folders.buckets().items():
            try:
                self._store.owners.require(name, folder_id)
            except PermissionDenied:
                continue
            mine[name] = seconds
        return mine

    def _list(self, call: S3Call, query: Query, second: bool) -> list[Node]:
        """The elements of a ListBucketResult."""
        page = self._store.folders.page(call.address.bucket, query)
        url = call.parameters.get("encoding-type") == "url"
        written: Quote = (lambda text: quote(text, safe="/-_.~*")) if url else str
        nodes: list[Node] = [
            ("Name", call.address.bucket),
            ("Prefix", written(query.prefix)),
            ("MaxKeys", query.max_keys),
            ("IsTruncated", str(bool(page.next_after)).lower()),
            *([("EncodingType", "url")] if url else []),
            *([("Delimiter", written(query.delimiter))] if query.delimiter else []),
            *(paging_2(call, page, written) if second else paging_1(query, page, written)),
        ]
        for key in page.keys:
            nodes += self._contents(ObjectUri(bucket=call.address.bucket, key=key), written)
        return nodes + [("CommonPrefixes", [("Prefix", written(each))]) for each in page.prefixes]

    def _contents(self, where: ObjectUri, written: Quote) -> list[Node]:
        try:
            stored = self._store.folders.look(where)
        except (ObjectMissing, PermissionDenied):  # it went meanwhile, or is not for us
            return []
        fields: list[Node] = [
            ("Key", written(where.key)),
            ("LastModified", xml.moment(stored.modified_ns / 1e9)),
            ("ETag", f'"{stored.etag}"'),
            ("Size", stored.size),
            ("StorageClass", "STANDARD"),
        ]
        return [("Contents", fields)]

    def _delete(self, bucket: str, keys: list[str]) -> list[Node]:
        nodes: list[Node] = []
        for key in keys:
            try:
                self._store.folders.delete(ObjectUri(bucket=bucket, key=checked_key(key)))
                nodes.append(("Deleted", [("Key", key)]))
            except GovorError as error:
                why = refused(error)
                nodes.append(("Error", [("Key", key), ("Code", why.name), ("Message", why.text)]))
        return nodes


def paging_1(query: Query, page: Page, written: Quote) -> list[Node]:
    """How ListObjects tells where the next page begins."""
    own: list[Node] = [("Marker", written(query.after))]
    return own + ([("NextMarker", written(page.next_after))] if page.next_after else [])


def paging_2(call: S3Call, page: Page, written: Quote) -> list[Node]:
    """How ListObjectsV2 does."""
    nodes: list[Node] = [("KeyCount", len(page.keys) + len(page.prefixes))]
    for name, parameter in (("StartAfter", "start-after"), ("ContinuationToken", "continuation-token")):
        if given := call.parameters.get(parameter):
            nodes.append((name, written(given) if name == "StartAfter" else given))
    return nodes + ([("NextContinuationToken", token_of(page.next_after))] if page.next_after else [])


def token_of(after: str) -> str:
    """A continuation token: the last name, in letters that need no escape."""
    return base64.urlsafe_b64encode(after.encode()).decode()


def token_read(token: str) -> str:
    """The name in a token; raises S3Refusal."""
    try:
        return base64.b64decode(token, altchars=b"-_", validate=True).decode()
    except (binascii.Error, ValueError) as error:
        raise S3Refusal("InvalidArgument", "The continuation token provided is incorrect.") from error
