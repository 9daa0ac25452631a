"""Load through both doors of a whole service: 50 submitters, 200 pollers, and IAM tokens meanwhile."""

import asyncio
from pathlib import Path

import grpc
import httpx
import pytest

from govor import app, telemetry
from govor.engine.sqlite import DATABASE
from govor.pb.yandex.cloud.operation import operation_pb2
from govor.pb.yandex.cloud.operation import operation_service_pb2 as service_pb2
from govor.settings import Settings
from govor.storage.identities import Identities
from govor.storage.objects import Objects
from tests.api.live import SUBMIT
from tests.api.service_accounts import key_file, signed
from tests.tiny.immediate import immediate
from tests.tiny.recogniser import RATE_HZ
from tests.tiny.service import build, record, template

SUBMITTERS, POLLERS_EACH = 50, 4  # half of the pollers speak REST, half gRPC
POLLS_MAX = 2_000  # of one poller; each waits POLL_SECONDS between two
POLL_SECONDS = 0.5
TOKENS = 20
ANSWER_SECONDS = 300.0  # far beyond any answer, so that a busy machine is no error
GET = "/yandex.cloud.operation.OperationService/Get"


class Crowd:
    """Clients of one service; every answer that is an error fails the test."""

    def __init__(self, running: app.Running, key: str) -> None:
        self.authorization = f"Api-Key {key}"
        self.http = httpx.AsyncClient(
            base_url=f"http://127.0.0.1:{running.http_port}",
            headers={"Authorization": self.authorization},
            limits=httpx.Limits(max_connections=300),
            timeout=ANSWER_SECONDS,
            trust_env=False,
        )
        self.metadata = (("authorization", self.authorization),)
        self.channel = grpc.aio.insecure_channel(f"127.0.0.1:{running.grpc_port}")
        self.get: grpc.aio.UnaryUnaryMultiCallable[bytes, bytes] = self.channel.unary_unary(GET)

    async def submit(self, uri: str) -> str:
        """One recording; the operation's id."""
        specification = {"audioEncoding": "LINEAR16_PCM", "sampleRateHertz": RATE_HZ}
        body = {"config": {"specification": specification}, "audio": {"uri": uri}}
        answer = await self.http.post(SUBMIT, json=body)
        assert answer.status_code == 200, answer.text
        return str(answer.json()["id"])

    async def poll_rest(self, operation_id: str) -> str:
        """Until done; the text."""
        for _ in range(POLLS_MAX):
            answer = await self.http.get(f"/operations/{operation_id}")
            assert answer.status_code == 200, answer.text
            if answer.json()["done"]:
                assert "response" in answer.json(), answer.text
                return str(answer.json()["response"]["chunks"][0]["alternatives"][0]["words"][0]["word"])
            await asyncio.sleep(POLL_SECONDS)
        raise AssertionError("it is not done")

    async def poll_grpc(self, operation_id: str) -> str:
        """The same over gRPC: whether it ended well."""
        request = service_pb2.GetOperationRequest(operation_id=operation_id).SerializeToString()
        for _ in range(POLLS_MAX):
            raw = await self.get(request, metadata=self.metadata, timeout=ANSWER_SECONDS)
            operation = operation_pb2.Operation.FromString(raw)
            if operation.done:
                return str(operation.WhichOneof("result"))
            await asyncio.sleep(POLL_SECONDS)
        raise AssertionError("it is not done")

    async def customer(self, uri: str, word: str) -> None:
        """Submit once, poll through four eyes."""
        operation_id = await self.submit(uri)
        polls = [self.poll_rest, self.poll_rest, self.poll_grpc, self.poll_grpc]
        assert len(polls) == POLLERS_EACH
        said = await asyncio.gather(*(poll(operation_id) for poll in polls))
        assert said == [word, word, "response", "response"]

    async def renew(self, key: dict[str, str]) -> None:
        """Ask for tokens one after the other."""
        for _ in range(TOKENS):
            answer = await self.http.post("/iam/v1/tokens", json={"jwt": signed(key)})
            assert answer.status_code == 200, answer.text

    async def close(self) -> None:
        """Hang up."""
        await self.http.aclose()
        await self.channel.close()


@pytest.fixture(autouse=True)
def only_errors_are_logged() -> None:
    telemetry.configure_logging(Settings(log_level="error"))


async def test_two_hundred_pollers_and_fifty_submitters_meet_no_error(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path, http="127.0.0.1:0", grpc="127.0.0.1:0", database_url="")
    (tmp_path / DATABASE).write_bytes(template())
    identities = Identities.open(settings)
    parts = app.Parts(
        identities=identities,
        uploads=Objects(settings),
        operations=build(tmp_path),
        immediate=immediate(settings),
    )
    folder = identities.keys.default_folder()
    secret, _ = identities.keys.create(name="crowd", folder_id=folder)
    key = key_file(identities)
    tasks = [record(tmp_path, f"{number}.pcm", [number + 1]) for number in range(SUBMITTERS)]
    running = await app.start(settings, parts)
    crowd = Crowd(running, secret)
    try:
        customers = [crowd.customer(task.uri, str(number + 1)) for number, task in enumerate(tasks)]
        await asyncio.gather(*customers, crowd.renew(key))
    finally:
        await crowd.close()
        await running.stop()
