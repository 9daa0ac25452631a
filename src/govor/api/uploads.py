"""PUT /objects/BUCKET/KEY: an upload into the place that links to Object Storage are read from."""

from dataclasses import dataclass

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from govor import roles
from govor.api import trace, v2_json
from govor.api.rest import RestDoor, limited
from govor.api.seams import Uploads
from govor.errors import TooLarge
from govor.storage.objects import uri_of


@dataclass(frozen=True, kw_only=True, slots=True)
class UploadDoor:
    """Streams bodies into object storage."""

    uploads: Uploads
    rest: RestDoor
    object_bytes_max: int

    def routes(self) -> list[Route]:
        """The one path of this file."""
        return [Route("/objects/{bucket}/{key:path}", self.put_object, methods=["PUT"])]

    async def put_object(self, request: Request) -> Response:
        """Store a body; 200 with its ETag (as S3's: the MD5) and the uri to send to SpeechKit's API."""
        request.scope[trace.METHOD] = "PutObject"
        caller = await self.rest.admit(request)
        roles.require(caller, roles.STORAGE_UPLOADER)
        bucket, key = request.path_params["bucket"], request.path_params["key"]
        body = limited(request, self.object_bytes_max)
        try:
            receipt = await self.uploads.put(bucket, key, body, folder_id=caller.folder_id)
        except TooLarge as error:
            raise HTTPException(413, error.message) from error
        answer = v2_json.write_document({"uri": uri_of(bucket, key)})
        return Response(answer, 200, {"ETag": f'"{receipt.etag}"'}, "application/json")
