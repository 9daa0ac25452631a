"""OperationService: look at an operation, cancel it."""

import re

import structlog

from govor.api.call import Call
from govor.api.lenient_json import shown
from govor.api.seams import Operations
from govor.errors import BadRequest, UnknownOperation
from govor.pb.yandex.cloud.operation import operation_service_pb2 as pb
from govor.records import Operation

OPERATION_ID = re.compile(r"[0-9A-Za-z_-]{1,50}")  # SpeechKit allows 50 characters; ours have 20


class OperationService:
    """yandex.cloud.operation.OperationService."""

    descriptor = pb.DESCRIPTOR.services_by_name["OperationService"]

    def __init__(self, operations: Operations) -> None:
        self._operations = operations

    async def get(self, request: pb.GetOperationRequest, call: Call) -> Operation:
        """The operation as it is now."""
        return await self._operations.get(operation_id(request.operation_id), call.caller)

    async def cancel(self, request: pb.CancelOperationRequest, call: Call) -> Operation:
        """Stop it if it still runs; the operation as it is after that."""
        return await self._operations.cancel(operation_id(request.operation_id), call.caller)


def operation_id(text: str) -> str:
    """The id in a request; raises BadRequest for none, UnknownOperation for what cannot be one."""
    if not text:
        raise BadRequest("operation_id is missing")
    if not OPERATION_ID.fullmatch(text):
        raise UnknownOperation(f"Operation {shown(text)} not found", "no operation has such an id")
    structlog.contextvars.bind_contextvars(operation_id=text)
    return text
