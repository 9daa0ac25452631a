"""Access control lists, as S3 has them where they are switched off: the owner may everything, nobody else.

Whose a bucket is decides (storage/owners.py); a list that says so can be read and written, no other one.
"""

import asyncio

from starlette.responses import Response

from govor.api.s3.call import S3Call, answer
from govor.api.s3.object_actions import require_bucket
from govor.api.s3.xml import Node
from govor.errors import S3Refusal
from govor.storage.local_store import LocalStore

CANNED = {"private", "bucket-owner-full-control", "bucket-owner-read"}  # they grant nothing to others
SCHEMA = "http://www.w3.org/2001/XMLSchema-instance"


class AclActions:
    """Actions on `store`, named as in S3's reference. The caller's right to the bucket was checked before."""

    def __init__(self, store: LocalStore) -> None:
        self._store = store

    async def get_bucket_acl(self, call: S3Call) -> Response:
        """Everything to the folder whose bucket it is."""
        require_bucket(self._store.folders, call.address)
        owner: list[Node] = [("ID", call.caller.folder_id), ("DisplayName", call.caller.folder_id)]
        grantee: list[Node] = [("@xmlns:xsi", SCHEMA), ("@xsi:type", "CanonicalUser"), *owner]
        grant: list[Node] = [("Grant", [("Grantee", grantee), ("Permission", "FULL_CONTROL")])]
        return await answer("AccessControlPolicy", [("Owner", owner), ("AccessControlList", grant)])

    async def get_object_acl(self, call: S3Call) -> Response:
        """An object has its bucket's."""
        require_bucket(self._store.folders, call.address)
        await asyncio.to_thread(self._store.folders.look, call.address.uri)
        return await self.get_bucket_acl(call)

    async def put_bucket_acl(self, call: S3Call) -> Response:
        """Nothing changes; a list that would grant something to others is refused."""
        require_bucket(self._store.folders, call.address)
        grants = [name for name, _ in call.signed.headers if name.startswith("x-amz-grant-")]
        if grants or await call.document() or call.header("x-amz-acl") not in CANNED:
            raise S3Refusal("AccessControlListNotSupported", "The bucket does not allow ACLs.")
        return Response()

    async def put_object_acl(self, call: S3Call) -> Response:
        """The same."""
        require_bucket(self._store.folders, call.address)
        await asyncio.to_thread(self._store.folders.look, call.address.uri)
        return await self.put_bucket_acl(call)
