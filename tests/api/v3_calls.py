"""API v3 through either door of a live service, answered in one form: what happened, and the events."""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import grpc
import requests
from google.protobuf import empty_pb2, json_format

from govor.api import lenient_json
from govor.pb.yandex.cloud.ai.stt.v3 import stt_pb2 as pb
from govor.pb.yandex.cloud.ai.stt.v3 import stt_service_pb2 as service_pb
from govor.pb.yandex.cloud.operation import operation_pb2
from tests.api.live import TIMEOUT_SECONDS, Live, RpcAnswer

SUBMIT = "/stt/v3/recognizeFileAsync"
RESULT = "/stt/v3/getRecognition"
DELETE = "/stt/v3/deleteRecognition"
SERVICE = "/speechkit.stt.v3.AsyncRecognizer"
URI = "https://storage.yandexcloud.net/bucket/speech.wav"
CODES = {code.name: code.value[0] for code in grpc.StatusCode}

Document = Mapping[str, Any]


def asked(**more: Any) -> dict[str, Any]:
    """A request for URI; keywords are its other fields."""
    return {"uri": URI, "recognitionModel": {"model": "general"}, **more}


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """How a call ended: a google.rpc.Code, the message of an error, the operation or the events."""

    code: int
    message: str = ""
    operation_id: str = ""
    events: tuple[Document, ...] = ()


class Rest:
    """The HTTP door."""

    def __init__(self, service: Live) -> None:
        self.service = service

    def call(self, verb: str, path: str, body: str = "", **headers: str) -> requests.Response:
        """Any request with a key."""
        given = self.service.authorization | {name.replace("_", "-"): text for name, text in headers.items()}
        return requests.request(
            verb, self.service.http + path, data=body.encode(), headers=given, timeout=TIMEOUT_SECONDS
        )

    def submit(self, document: Document, **headers: str) -> Outcome:
        """recognizeFileAsync."""
        answer = self.call("POST", SUBMIT, json.dumps(document), **headers)
        body = answer.json()
        if answer.status_code != 200:
            return Outcome(code=body["code"], message=body["message"])
        assert body["done"] is False
        return Outcome(code=0, operation_id=body["id"])

    def result(self, operation_id: str) -> Outcome:
        """getRecognition."""
        answer = self.call("GET", f"{RESULT}?operationId={operation_id}")
        assert answer.headers["content-type"] == "application/json"
        if answer.status_code != 200:
            error = answer.json()["error"]
            assert error["httpCode"] == answer.status_code
            return Outcome(code=error["grpcCode"], message=error["message"])
        lines = answer.text.splitlines()
        return Outcome(code=0, events=tuple(json.loads(line)["result"] for line in lines))

    def delete(self, operation_id: str) -> Outcome:
        """deleteRecognition."""
        answer = self.call("DELETE", f"{DELETE}?operationId={operation_id}")
        if answer.status_code != 200:
            return Outcome(code=answer.json()["code"], message=answer.json()["message"])
        assert answer.json() == {}
        return Outcome(code=0)


class Rpc:
    """The gRPC door."""

    def __init__(self, service: Live) -> None:
        self.service = service

    def submit(self, document: Document, **metadata: str) -> Outcome:
        """RecognizeFile."""
        message = pb.RecognizeFileRequest()
        lenient_json.fill(message, document)
        answer = self.service.rpc(f"{SERVICE}/RecognizeFile", message, operation_pb2.Operation, **metadata)
        if answer.code != "OK":
            return Outcome(code=CODES[answer.code], message=answer.text)
        assert not answer.message.done
        return Outcome(code=0, operation_id=answer.message.id)

    def result(self, operation_id: str) -> Outcome:
        """GetRecognition."""
        request = service_pb.GetRecognitionRequest(operation_id=operation_id)
        with grpc.insecure_channel(self.service.grpc) as channel:
            call: grpc.UnaryStreamMultiCallable[bytes, bytes] = channel.unary_stream(
                f"{SERVICE}/GetRecognition"
            )
            metadata = (("authorization", f"Api-Key {self.service.key}"),)
            try:
                stream = call(request.SerializeToString(), metadata=metadata, timeout=TIMEOUT_SECONDS)
                events = [pb.StreamingResponse.FromString(each) for each in stream]
            except grpc.RpcError as error:
                refused = RpcAnswer.of_error(error)
                return Outcome(code=CODES[refused.code], message=refused.text)
        return Outcome(code=0, events=tuple(map(printed, events)))

    def delete(self, operation_id: str) -> Outcome:
        """DeleteRecognition."""
        request = pb.DeleteRecognitionRequest(operation_id=operation_id)
        answer = self.service.rpc(f"{SERVICE}/DeleteRecognition", request, empty_pb2.Empty)
        return Outcome(code=CODES[answer.code], message=answer.text)


def printed(message: pb.StreamingResponse) -> Document:
    """As protobuf's own library writes it, with defaults."""
    document: Document = json_format.MessageToDict(message, always_print_fields_with_no_presence=True)
    return document


def inline(content: bytes) -> str:
    """Bytes as a field of JSON."""
    return base64.b64encode(content).decode()


DOORS = (Rest, Rpc)
