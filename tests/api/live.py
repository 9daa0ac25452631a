"""A service on free ports of 127.0.0.1, in a thread with a loop of its own, for any kind of client."""

import asyncio
import contextlib
import json
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import grpc
import requests
from google.protobuf.message import Message

from govor import app
from govor.pb.yandex.cloud.ai.stt.v2 import stt_service_pb2 as stt
from govor.pb.yandex.cloud.operation import operation_pb2
from govor.pb.yandex.cloud.operation import operation_service_pb2 as operation_service
from govor.settings import Settings
from govor.storage.identities import Identities
from govor.storage.objects import Objects
from tests.api.memory import MemoryOperations
from tests.tiny.immediate import immediate

SUBMIT = "/speech/stt/v2/longRunningRecognize"
TIMEOUT_SECONDS = 20.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Live:
    """A running service and the two keys that its tests use."""

    http: str  # http://127.0.0.1:PORT
    grpc: str  # 127.0.0.1:PORT
    key: str
    key_of_another_folder: str
    folder_id: str
    data_dir: Path
    operations: MemoryOperations
    identities: Identities

    @property
    def authorization(self) -> dict[str, str]:
        """As an HTTP header."""
        return {"Authorization": f"Api-Key {self.key}"}

    def post(self, body: bytes | str | Mapping[str, Any], **headers: str) -> requests.Response:
        """Submit with a key; keyword headers have _ for -."""
        data = json.dumps(body) if isinstance(body, Mapping) else body
        given = self.authorization | {name.replace("_", "-"): value for name, value in headers.items()}
        return requests.post(self.http + SUBMIT, data, headers=given, timeout=TIMEOUT_SECONDS)

    def get(self, path: str, **headers: str) -> requests.Response:
        """Any GET with a key."""
        given = self.authorization | {name.replace("_", "-"): value for name, value in headers.items()}
        return requests.get(self.http + path, headers=given, timeout=TIMEOUT_SECONDS)

    def submit(self, uri: str = "https://storage.yandexcloud.net/bucket/speech.ogg") -> str:
        """Post the documentation's request; returns the operation's id."""
        answer = self.post(request_for(uri))
        assert answer.status_code == 200, answer.text
        return str(answer.json()["id"])

    def finished(self, uri: str) -> requests.Response:
        """Submit, then poll until done."""
        operation_id = self.submit(uri)
        for _ in range(3):
            answer = self.get(f"/operations/{operation_id}")
            if answer.json()["done"]:
                return answer
        raise AssertionError("the operation does not become done")

    def rpc(self, name: str, message: Message | bytes, answer: type[Message], **metadata: str) -> "RpcAnswer":
        """One unary gRPC call with a key; keyword metadata have _ for -."""
        given = {"authorization": f"Api-Key {self.key}"} | metadata
        body = message if isinstance(message, bytes) else message.SerializeToString()
        with grpc.insecure_channel(self.grpc) as channel:
            call: grpc.UnaryUnaryMultiCallable[bytes, bytes] = channel.unary_unary(name)
            try:
                raw, done = call.with_call(
                    body,
                    metadata=tuple((key.replace("_", "-"), value) for key, value in given.items()),
                    timeout=TIMEOUT_SECONDS,
                )
            except grpc.RpcError as error:
                return RpcAnswer.of_error(error)
        headers = dict(done.initial_metadata() or ())
        return RpcAnswer(code="OK", message=answer.FromString(raw), text="", headers=headers)

    def rpc_submit(self, request: stt.LongRunningRecognitionRequest, **metadata: str) -> "RpcAnswer":
        """LongRunningRecognize."""
        name = "/yandex.cloud.ai.stt.v2.SttService/LongRunningRecognize"
        return self.rpc(name, request, operation_pb2.Operation, **metadata)

    def rpc_operation(self, method: str, operation_id: str, **metadata: str) -> "RpcAnswer":
        """Get or Cancel."""
        message = operation_service.GetOperationRequest(operation_id=operation_id)
        name = f"/yandex.cloud.operation.OperationService/{method}"
        return self.rpc(name, message, operation_pb2.Operation, **metadata)


@dataclass(frozen=True, kw_only=True, slots=True)
class RpcAnswer:
    """What a gRPC call brought back, error or not."""

    code: str
    message: Any
    text: str
    headers: Mapping[str, Any]  # initial metadata of an answer, trailing metadata of an error

    @classmethod
    def of_error(cls, error: Any) -> "RpcAnswer":
        """From what the client library raises."""
        headers = dict(error.trailing_metadata() or ())
        return cls(code=error.code().name, message=None, text=error.details() or "", headers=headers)


def request_for(uri: str, **specification: Any) -> dict[str, Any]:
    """The documentation's request."""
    return {
        "config": {"specification": {"languageCode": "ru-RU", **specification}},
        "audio": {"uri": uri},
    }


@contextlib.contextmanager
def live(data_dir: Path, **changed: Any) -> Iterator[Live]:
    """Serve until the block ends."""
    settings = Settings(
        **{"data_dir": data_dir, "http": "127.0.0.1:0", "grpc": "127.0.0.1:0", "database_url": "", **changed}
    )
    identities = Identities.open(settings)
    secret, record = identities.keys.create(name="tests")
    other, _ = identities.keys.create(name="other", folder_id="b1gotherfolder000000")
    operations = MemoryOperations()
    parts = app.Parts(
        identities=identities,
        uploads=Objects(settings),
        operations=operations,
        immediate=immediate(settings),
    )
    with in_thread(settings, parts) as running:
        yield Live(
            http=f"http://127.0.0.1:{running.http_port}",
            grpc=f"127.0.0.1:{running.grpc_port}",
            key=secret,
            key_of_another_folder=other,
            folder_id=record.folder_id,
            data_dir=data_dir,
            operations=operations,
            identities=identities,
        )


@contextlib.contextmanager
def in_thread(settings: Settings, parts: app.Parts) -> Iterator[app.Running]:
    """Run `app.start` in a loop of its own until the block ends, then `stop()` it."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        running = asyncio.run_coroutine_threadsafe(app.start(settings, parts), loop).result(TIMEOUT_SECONDS)
        yield running
        asyncio.run_coroutine_threadsafe(running.stop(), loop).result(TIMEOUT_SECONDS)
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(TIMEOUT_SECONDS)
        loop.close()
