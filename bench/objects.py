"""What the S3 door costs `govor serve` while boto3 moves a file. `python -m bench.objects`

Figures are of processor time, so that another load on the machine does not change them much; what the service
spends on waiting for work (its queues are polled) is in them.
"""

import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import boto3
import psutil
from botocore.config import Config

from bench.report import Row, report
from govor.settings import Settings
from govor.storage.identities import Identities
from scripts.local_service import running

SIZE_MIB = 256
BUCKET, KEY = "bench", "recording"
MIB = 1 << 20
MB = 1e6


def client(data_dir: Path, endpoint: str) -> Any:
    """boto3 with a new static key of the service."""
    identities = Identities.open(Settings(data_dir=data_dir))
    account = identities.accounts.create(name="bench")
    secret, key = identities.access_keys.create(service_account_id=account.id)
    identities.close()
    return boto3.client(
        "s3",
        endpoint_url=endpoint,
        aws_access_key_id=key.key_id,
        aws_secret_access_key=secret,
        region_name="ru-central1",
        config=Config(read_timeout=300),
    )


def random_file(folder: Path) -> Path:
    """A file of SIZE_MIB."""
    path = folder / "recording"
    with path.open("wb") as file:
        for _ in range(SIZE_MIB):
            file.write(os.urandom(MIB))
    return path


def measured(what: str, service: psutil.Process, work: Callable[[], object]) -> list[Row]:
    """Bytes for each second of the service's processor time, and by how much its memory grew."""
    before, memory = sum(service.cpu_times()[:2]), service.memory_info().rss
    work()
    spent, grown = sum(service.cpu_times()[:2]) - before, service.memory_info().rss - memory
    return [
        Row(what=what, value=SIZE_MIB * MIB / MB / spent, unit="MB/CPU s"),
        Row(what=f"{what}: memory grew by", value=grown / MIB, unit="MiB", target="≤ 16"),
    ]


def put(s3: Any, path: Path) -> None:
    """One request, its payload signed by SHA-256 and with a CRC-32."""
    with path.open("rb") as file:
        s3.put_object(Bucket=BUCKET, Key=KEY, Body=file)


def get(s3: Any) -> None:
    """One request, read to the end."""
    for _ in s3.get_object(Bucket=BUCKET, Key=KEY)["Body"].iter_chunks(MIB):
        pass


def main() -> None:
    """Print the table and keep it."""
    with tempfile.TemporaryDirectory() as folder:
        data_dir, path = Path(folder) / "data", random_file(Path(folder))
        data_dir.mkdir()
        with running(data_dir) as local:
            s3, service = client(data_dir, local.base), psutil.Process(local.process.pid)
            s3.put_object(Bucket=BUCKET, Key="first", Body=b"warm")
            rows = measured(f"PutObject of {SIZE_MIB} MiB", service, lambda: put(s3, path))
            rows += measured(f"GetObject of {SIZE_MIB} MiB", service, lambda: get(s3))
            parts = f"upload in parts of {SIZE_MIB} MiB"
            rows += measured(parts, service, lambda: s3.upload_file(str(path), BUCKET, "parts"))
    report("objects", rows)


if __name__ == "__main__":
    main()
