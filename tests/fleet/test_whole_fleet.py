"""The commands themselves: a door, two workers, PostgreSQL, a bucket; one dies. Only hearing is simple."""

import contextlib
import json
import subprocess
import sys
import urllib.request
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import psycopg
import pytest

from govor.pipeline.clips import SAMPLE
from scripts.local_service import create_key, free_port, serving
from tests.fleet.processes import happens
from tests.storage.s3_server import MotoServer, moto
from tests.tiny.recogniser import RATE_HZ

WORK, CALLS = "govor-work", "calls"
READY_SECONDS = 240.0  # on a machine that is busy with other things
LEVELS = range(100, 250)  # 150 s: three parts
GOVOR = [sys.executable, "-m", "bench.simulated", "slow:0.05"]
DONE = "SELECT count(*) FROM dbos.workflow_status WHERE name = 'segment' AND status = 'SUCCESS'"
WORKERS = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 2"


@pytest.fixture
def s3() -> Iterator[MotoServer]:
    with moto() as server:
        for bucket in (WORK, CALLS):
            server.client().create_bucket(Bucket=bucket)
        yield server


@pytest.fixture
def environment(postgres_url: str, s3: MotoServer) -> dict[str, str]:
    """What all processes of the fleet are told."""
    return {
        "GOVOR_DATABASE_URL": postgres_url,
        "GOVOR_WORK_URL": f"s3://{WORK}/fleet",
        "GOVOR_S3_ENDPOINT": s3.endpoint,
        "GOVOR_S3_ACCESS_KEY_ID": "any",
        "GOVOR_S3_SECRET_ACCESS_KEY": "key",
        "GOVOR_RECOGNISERS": "1",
    }


@contextlib.contextmanager
def process(
    data_dir: Path, environment: Mapping[str, str], *arguments: str
) -> Iterator[tuple[str, "subprocess.Popen[bytes]"]]:
    """The address of one process of the fleet, from when it is ready until the block ends."""
    data_dir.mkdir()
    http, log = f"127.0.0.1:{free_port()}", data_dir / "log"
    command = [*GOVOR, *arguments, "--data-dir", str(data_dir), "--http", http]
    with serving(command, f"http://{http}", log, environment, ready_seconds=READY_SECONDS) as begun:
        yield f"http://{http}", begun


def call(key: str, method: str, url: str, body: bytes | None = None) -> dict[str, Any]:
    headers = {"Authorization": f"Api-Key {key}"}
    request = urllib.request.Request(url, body, headers, method=method)
    with urllib.request.urlopen(request, timeout=60) as answer:
        return dict(json.loads(answer.read()))


def submitted(base: str, key: str) -> str:
    """The id of an operation on a recording that was uploaded before, both through the door."""
    sound = np.repeat(np.asarray(LEVELS, SAMPLE), RATE_HZ).tobytes()
    uri = call(key, "PUT", f"{base}/objects/{CALLS}/long.pcm", sound)["uri"]
    specification = {"languageCode": "ru-RU", "audioEncoding": "LINEAR16_PCM", "sampleRateHertz": RATE_HZ}
    body = {"config": {"specification": specification}, "audio": {"uri": uri}}
    url = f"{base}/speech/stt/v2/longRunningRecognize"
    return str(call(key, "POST", url, json.dumps(body).encode())["id"])


def finished(base: str, key: str, operation_id: str) -> dict[str, Any]:
    operation: dict[str, Any] = {}

    def done() -> bool:
        operation.update(call(key, "GET", f"{base}/operations/{operation_id}"))
        return bool(operation["done"])

    happens(done)
    return operation


def count(url: str, sql: str) -> int:
    with psycopg.connect(url) as connection:
        row = connection.execute(sql.encode()).fetchone()
    return int(row[0]) if row else 0


def test_a_recording_is_finished_though_one_of_two_workers_dies(
    environment: dict[str, str], s3: MotoServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in environment.items():  # `govor keys` makes the key in the fleet's database
        monkeypatch.setenv(name, value)
    url, key = environment["GOVOR_DATABASE_URL"], create_key(tmp_path / "operator")
    with (
        process(tmp_path / "a", environment, "worker") as (about, _),
        process(tmp_path / "b", environment, "worker") as (_, doomed),
        process(tmp_path / "door", environment, "serve", "--grpc", "127.0.0.1:0", "--no-worker") as (base, _),
    ):
        operation_id = submitted(base, key)
        happens(lambda: count(url, DONE) > 0)
        doomed.kill()
        doomed.wait()
        operation = finished(base, key, operation_id)
        assert count(url, WORKERS) == 1
        with urllib.request.urlopen(f"{about}/metrics", timeout=60) as answer:
            assert b"govor_operations" in answer.read()
    spoken = [word["word"] for chunk in operation["response"]["chunks"]
              for word in chunk["alternatives"][0]["words"]]  # fmt: skip
    assert spoken == [str(level) for level in LEVELS]
    listed = s3.client().list_objects_v2(Bucket=WORK).get("Contents", [])
    assert [each["Key"] for each in listed] in ([], ["fleet/probe"])  # nothing is left of it
