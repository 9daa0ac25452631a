"""The S3 door: tells its requests from the others', lets callers in, finds the action, answers in XML.

Rule 1: everything is decided before the body is asked for: role, owner of the bucket, size, room on the disk.
Rule 2: a bucket of another folder is AccessDenied whatever is asked of it.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

import structlog
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from govor import roles
from govor.api import trace
from govor.api.gateway import snake_case
from govor.api.rest import ids, source_of
from govor.api.s3 import actions, addressing, body, errors
from govor.api.s3.acl_actions import AclActions
from govor.api.s3.admission import Admission
from govor.api.s3.bucket_actions import BucketActions
from govor.api.s3.call import S3Call
from govor.api.s3.copy_actions import CopyActions
from govor.api.s3.limits import Limits
from govor.api.s3.object_actions import ObjectActions
from govor.api.s3.upload_actions import UploadActions
from govor.errors import GovorError, S3Refusal
from govor.settings import Settings
from govor.storage.objects import Objects
from govor.storage.sigv4 import SignedRequest, parameters_of
from govor.storage.uris import OBJECT_HOSTS

log = structlog.get_logger(__name__)

# A client that sends before it listens would not hear a refusal if we hung up on it; so much is heard out.
DRAINED_BYTES_MAX = 1 << 20

Perform = Callable[[S3Call], Awaitable[Response]]


class S3Door:
    """ASGI: S3's requests are answered here, all others by `app`."""

    def __init__(self, app: ASGIApp, admission: Admission, objects: Objects) -> None:
        self._app = app
        self._admission = admission
        self._settings: Settings = objects.settings
        self._hosts = tuple(dict.fromkeys((*OBJECT_HOSTS, *(each.host for each in objects.origins))))
        self._store = objects.local
        self._groups: Sequence[object] = ()
        if store := objects.local:
            limits = Limits(
                object_bytes_max=self._settings.object_bytes_max,
                folder=self._settings.data_path,
                disk_free_bytes_min=self._settings.disk_free_bytes_min,
            )
            self._groups = (
                BucketActions(store, self._settings.s3_region),
                ObjectActions(store, limits),
                CopyActions(store, limits),
                AclActions(store),
                UploadActions(store, limits),
            )
            self._limits = limits

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or pass on."""
        if scope["type"] != "http" or not addressing.is_s3(signed := signed_of(scope)):
            await self._app(scope, receive, send)
            return
        request = Request(scope, receive)
        try:
            response = await self._answer(request, signed)
        except ClientDisconnect:
            response = Response(status_code=499)
        await response(scope, receive, send)

    async def _answer(self, request: Request, signed: SignedRequest) -> Response:
        request.scope[trace.METHOD] = "S3"
        try:
            response = await self._perform(request, signed)
        except GovorError as error:
            refused = errors.refused(error)
        except ClientDisconnect:
            raise
        except Exception as error:
            log.exception("S3 request failed")
            refused = errors.refused(GovorError(type(error).__name__))
        else:
            response.headers["x-amz-request-id"] = ids(request).request_id
            return response
        await drain(request)
        text = b"" if signed.method == "HEAD" else refused.body(signed.path, ids(request).request_id)
        headers = {"x-amz-request-id": ids(request).request_id}
        if "expect" in request.headers:  # its body, which we did not ask for, must not be waited for
            headers["Connection"] = "close"
        return Response(text, refused.status, headers, "application/xml")

    async def _perform(self, request: Request, signed: SignedRequest) -> Response:
        admitted = await self._admission.admit(signed, source_of(request))
        address = addressing.address_of(signed, self._hosts)
        parameters = dict(parameters_of(signed.query))
        copies = signed.header("x-amz-copy-source") is not None
        action = actions.action_of(signed.method, address, parameters, copies=copies)
        request.scope[trace.METHOD] = f"S3/{action.name}"
        roles.require(admitted.caller, action.role)
        if self._store is None:
            raise S3Refusal("NotImplemented", f"Objects are kept at {self._settings.s3_endpoint}, not here.")
        if address.bucket and action.name != "CreateBucket":
            await asyncio.to_thread(self._store.owners.require, address.bucket, admitted.caller.folder_id)
        if action.role == roles.STORAGE_UPLOADER and signed.method != "DELETE":
            await asyncio.to_thread(self._limits.require_room, body.size_of(signed) or 0)
        call = S3Call(
            request=request, signed=signed, address=address, parameters=parameters, admitted=admitted
        )
        return await self._performer(action.name)(call)

    def _performer(self, name: str) -> Perform:
        method = snake_case(name)
        group = next(group for group in self._groups if hasattr(group, method))
        perform: Perform = getattr(group, method)
        return perform


def signed_of(scope: Scope) -> SignedRequest:
    """The request as it came over the wire."""
    headers = [(name.decode("latin-1").lower(), value.decode("latin-1")) for name, value in scope["headers"]]
    return SignedRequest(
        method=scope["method"],
        path=scope["raw_path"].partition(b"?")[0].decode("latin-1"),
        query=scope["query_string"].decode("latin-1"),
        headers=headers,
    )


async def drain(request: Request) -> None:
    """Read the rest of a short body; one that waits for our word (Expect) is not asked for."""
    size = request.headers.get("content-length", "")
    if "expect" in request.headers or not size.isdecimal() or int(size) > DRAINED_BYTES_MAX:
        return
    try:
        async for _ in request.stream():
            pass
    except (ClientDisconnect, RuntimeError):  # gone, or read to its end already
        return
