"""The bucket is gone for a while: what a fleet had accepted is done when it is back."""

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest

from bench.fleet import Fleet, around, running, simulated
from govor.pipeline.clips import SAMPLE
from tests.servers.breaking_proxy import BreakingProxy, Fault, breaking_proxy
from tests.storage.s3_server import MotoServer, moto
from tests.tiny.recogniser import RATE_HZ

WORK, CALLS = "govor-work", "calls"
LEVELS = range(257, 400)  # more than two minutes: three parts; no byte is a printable one
SUBMIT = "/speech/stt/v2/longRunningRecognize"
# Of the work of a worker that had it when the bucket went; what it logs of a store that does not answer.
STUCK = b"storage failed", b"fetch failed"
LOOKS_MAX, LOOK_SECONDS = 2400, 0.1


@pytest.fixture
def s3() -> Iterator[MotoServer]:
    with moto() as server:
        for bucket in (WORK, CALLS):
            server.client().create_bucket(Bucket=bucket)
        sound = np.repeat(np.asarray(LEVELS, SAMPLE), RATE_HZ).tobytes()
        server.client().put_object(Bucket=CALLS, Key="long.pcm", Body=sound)
        yield server


@pytest.fixture
def proxy(s3: MotoServer) -> Iterator[BreakingProxy]:
    with breaking_proxy(s3.port) as made:
        yield made


@pytest.fixture
def fleet(postgres_url: str, proxy: BreakingProxy, tmp_path: Path) -> Iterator[Fleet]:
    """A door and two workers that reach the bucket through the proxy."""
    environment = {
        "GOVOR_WORK_URL": f"s3://{WORK}/fleet",
        "GOVOR_S3_ENDPOINT": f"http://127.0.0.1:{proxy.port}",
        "GOVOR_S3_ACCESS_KEY_ID": "any",
        "GOVOR_S3_SECRET_ACCESS_KEY": "key",
        "GOVOR_RECOGNISERS": "1",
    }
    with running(
        around(postgres_url, [postgres_url] * 2, simulated("slow:0.1"), tmp_path, environment)
    ) as begun:
        yield begun


async def submitted(client: httpx.AsyncClient) -> str:
    specification = {"languageCode": "ru-RU", "audioEncoding": "LINEAR16_PCM", "sampleRateHertz": RATE_HZ}
    uri = f"https://storage.yandexcloud.net/{CALLS}/long.pcm"
    body = {"config": {"specification": specification}, "audio": {"uri": uri}}
    return str((await client.post(SUBMIT, json=body)).raise_for_status().json()["id"])


async def read(client: httpx.AsyncClient, operation_id: str) -> dict[str, Any]:
    answer = (await client.get(f"/operations/{operation_id}")).raise_for_status()
    return dict(json.loads(answer.content))


async def finished(client: httpx.AsyncClient, operation_id: str) -> list[str]:
    """The words, once they are there."""
    for _ in range(LOOKS_MAX):
        operation = await read(client, operation_id)
        if operation["done"]:
            chunks = operation["response"]["chunks"]
            return [word["word"] for chunk in chunks for word in chunk["alternatives"][0]["words"]]
        await asyncio.sleep(LOOK_SECONDS)
    raise AssertionError("it is not done")


async def stuck(fleet: Fleet, seen: int) -> None:
    """Wait until a worker has found the bucket gone, more often than before."""
    for _ in range(LOOKS_MAX):
        if failures(fleet) > seen:
            return
        await asyncio.sleep(LOOK_SECONDS)
    raise AssertionError("nobody missed the bucket")


def failures(fleet: Fleet) -> int:
    """How often workers have told that the bucket failed."""
    logs = [worker.log.read_bytes() for worker in fleet.workers]
    return sum(log.count(told) for log in logs for told in STUCK)


@pytest.mark.parametrize("fault", [Fault.RESETS, Fault.ERRORS])
async def test_work_accepted_before_and_in_an_outage_of_the_bucket_is_done_after_it(
    fleet: Fleet, proxy: BreakingProxy, s3: MotoServer, fault: Fault
) -> None:
    await fleet.ready()
    await fleet.all_working()
    async with httpx.AsyncClient(base_url=fleet.addresses[0], timeout=60) as client:
        before = await submitted(client)
        proxy.suffer(fault)
        await stuck(fleet, 0)
        seen = failures(fleet)
        await stuck(fleet, seen)  # it is tried again
        assert not (await read(client, before))["done"]  # the database answers meanwhile
        proxy.suffer(Fault.NONE)
        assert await finished(client, before) == [str(level) for level in LEVELS]
        after = await submitted(client)
        assert await finished(client, after) == [str(level) for level in LEVELS]
    listed = s3.client().list_objects_v2(Bucket=WORK).get("Contents", [])
    assert {each["Key"].rpartition("/")[2] for each in listed} <= {"probe"}  # no work file is left
    assert [worker.alive for worker in fleet.workers] == [True, True]
