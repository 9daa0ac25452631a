"""Starting and stopping."""

import asyncio
import socket
import threading
from pathlib import Path
from typing import Any

import httpx
import pytest
import requests

from govor import app
from govor.api import listen
from govor.errors import BadSetting
from govor.operations import Operations as DurableOperations
from govor.records import Caller, Operation, Task
from govor.settings import Settings
from govor.storage.database import FILE
from govor.storage.identities import Identities
from govor.storage.objects import Objects
from govor.storage.usage import Allowance
from tests.api.live import SUBMIT, TIMEOUT_SECONDS, in_thread, live
from tests.api.memory import MemoryOperations
from tests.tiny.immediate import immediate

OPEN_FILES = Path("/proc/self/fd")
BODY = '{"audio": {"uri": "s3://bucket/key"}}'


def settings(data_dir: Path, **changed: Any) -> Settings:
    given = {"data_dir": data_dir, "http": "127.0.0.1:0", "grpc": "127.0.0.1:0", "auth": "none"}
    return Settings.model_validate(given | changed)


def parts(chosen: Settings, operations: MemoryOperations) -> app.Parts:
    return app.Parts(
        identities=Identities.open(chosen),
        uploads=Objects(chosen),
        operations=operations,
        immediate=immediate(chosen),
    )


class LoggedOperations(MemoryOperations):
    """Keeps a diary, and answers a submission only when told to."""

    def __init__(self) -> None:
        super().__init__()
        self.diary: list[str] = []
        self.arrived = threading.Event()
        self.go_on = threading.Event()

    async def start(self) -> None:
        self.diary.append("start")

    async def stop(self) -> None:
        self.diary.append("stop")

    async def submit(
        self, task: Task, caller: Caller, idempotency_key: str | None = None, content: bytes | None = None
    ) -> Operation:
        self.arrived.set()
        await asyncio.to_thread(self.go_on.wait, TIMEOUT_SECONDS)
        self.diary.append("submitted")
        return await super().submit(task, caller, idempotency_key, content)


def test_request_in_flight_is_answered_before_the_operations_stop(tmp_path: Path) -> None:
    operations, chosen = LoggedOperations(), settings(tmp_path)
    answers: list[int] = []
    with in_thread(chosen, parts(chosen, operations)) as running:
        url = f"http://127.0.0.1:{running.http_port}{SUBMIT}"
        client = threading.Thread(
            target=lambda: answers.append(requests.post(url, BODY, timeout=TIMEOUT_SECONDS).status_code)
        )
        client.start()
        assert operations.arrived.wait(TIMEOUT_SECONDS)
        threading.Timer(0.2, operations.go_on.set).start()
    client.join(TIMEOUT_SECONDS)
    assert answers == [200]
    assert operations.diary == ["start", "submitted", "stop"]


async def test_stopping_service_is_not_ready(tmp_path: Path) -> None:
    operations = MemoryOperations()
    readiness = app.Readiness(operations=operations)
    assert await readiness() == ""
    readiness.stopping = True
    assert await readiness() == "the service is stopping"


def test_ports_are_free_again_after_stop(tmp_path: Path) -> None:
    chosen = settings(tmp_path)
    with in_thread(chosen, parts(chosen, MemoryOperations())) as running:
        pass
    again = replace_ports(chosen, running.http_port, running.grpc_port)
    with in_thread(again, parts(again, MemoryOperations())) as running:
        assert requests.get(f"http://{again.http}/health/live", timeout=TIMEOUT_SECONDS).status_code == 200


def replace_ports(chosen: Settings, http_port: int, grpc_port: int) -> Settings:
    changed = {"http": f"127.0.0.1:{http_port}", "grpc": f"127.0.0.1:{grpc_port}"}
    return chosen.model_copy(update=changed)


@pytest.mark.parametrize("door", ["http", "grpc"])
async def test_busy_port_is_a_clear_error_and_nothing_is_started(tmp_path: Path, door: str) -> None:
    operations = LoggedOperations()
    with socket.create_server(("127.0.0.1", 0)) as other:
        chosen = settings(tmp_path, **{door: f"127.0.0.1:{other.getsockname()[1]}"})
        with pytest.raises(BadSetting, match=f"cannot listen on {door}"):
            await app.start(chosen, parts(chosen, operations))
    assert operations.diary == []


async def test_open_door_without_keys_is_refused_at_start(tmp_path: Path) -> None:
    chosen = settings(tmp_path, http="0.0.0.0:0")
    with pytest.raises(BadSetting, match="lets everybody in"):
        await app.start(chosen, parts(chosen, MemoryOperations()))


@pytest.mark.skipif(not OPEN_FILES.is_dir(), reason="only Linux tells which files are open")
def test_parts_share_one_connection_to_the_callers_database_and_close_it(tmp_path: Path) -> None:
    built = app.build(settings(tmp_path, quota_submissions_per_hour=1))
    operations = built.operations
    assert isinstance(operations, DurableOperations)
    assert operations.gate.usage is not None
    caller, operation_id = Caller(subject_id="aje", folder_id="b1g"), "e0300000000000000001"
    built.identities.keys.create(name="one")
    operations.work.journal.begin(operation_id, Task(uri=""), caller, 0)
    assert operations.hot_words("b1g") == ()
    assert operations.gate.usage.reserve("b1g", operation_id, 1, Allowance(), now=0.0) is True
    assert opened(tmp_path / FILE) == 1
    built.identities.close()
    assert opened(tmp_path / FILE) == 0


def opened(path: Path) -> int:
    """How many times this process has the file open."""
    links = [link for link in OPEN_FILES.iterdir() if link.is_symlink()]
    return sum(link.resolve() == path.resolve() for link in links)


class BrokenOperations(LoggedOperations):
    """Cannot start."""

    async def start(self) -> None:
        raise BadSetting("no model")


async def test_part_that_cannot_start_closes_the_doors_again(tmp_path: Path) -> None:
    chosen = settings(tmp_path)
    with pytest.raises(BadSetting, match="no model"):
        await app.start(chosen, parts(chosen, BrokenOperations()))


@pytest.mark.parametrize(
    ("setting", "expected"),
    [
        ("127.0.0.1:8080", ("127.0.0.1", 8080)),
        ("[::1]:0", ("::1", 0)),
        ("govor.example.org:443", ("govor.example.org", 443)),
    ],
)
def test_address_is_host_and_port(setting: str, expected: tuple[str, int]) -> None:
    assert listen.address(setting) == expected


@pytest.mark.parametrize("setting", ["", "8080", ":8080", "127.0.0.1", "::1:8080", "a:b", "a:65536", "a:-1"])
def test_text_that_is_no_address_is_refused(setting: str) -> None:
    with pytest.raises(BadSetting, match="not an address"):
        listen.address(setting)


def test_answers_are_not_held_back_by_nagles_algorithm() -> None:
    """asyncio switches it off only on sockets that say they are TCP; else the body comes 40 ms late."""
    with listen.bind("127.0.0.1:0") as listener:
        assert listener.proto == socket.IPPROTO_TCP


def test_both_doors_of_loopback_in_ipv6_work(tmp_path: Path) -> None:
    if not socket.has_ipv6:
        pytest.skip("no IPv6 here")
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        pytest.skip("no IPv6 loopback here")
    chosen = settings(tmp_path, http="[::1]:0", grpc="[::1]:0")
    with in_thread(chosen, parts(chosen, MemoryOperations())) as running:
        assert requests.get(f"http://[::1]:{running.http_port}/health/live", timeout=TIMEOUT_SECONDS).ok


def test_asynchronous_clients_are_served_alike(tmp_path: Path) -> None:
    """speechkitty_head sends several files at once from one loop."""

    async def submit_many(url: str, authorization: dict[str, str]) -> list[int]:
        async with httpx.AsyncClient(headers=authorization, timeout=TIMEOUT_SECONDS) as client:
            answers = await asyncio.gather(*(client.post(url, content=BODY) for _ in range(20)))
        return [answer.status_code for answer in answers]

    with live(tmp_path) as service:
        assert asyncio.run(submit_many(service.http + SUBMIT, service.authorization)) == [200] * 20
