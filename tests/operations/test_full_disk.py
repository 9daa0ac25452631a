"""A disk that is full while an operation runs. Needs root, for it mounts a tiny disk."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from govor.errors import StorageFailed
from tests.tiny.service import ALICE, build, expected, finished, heard, record

MIB = 1 << 20


@pytest.fixture
def tiny_disk(tmp_path: Path) -> Iterator[Path]:
    """A scratch folder of 4 MiB."""
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(scratch)]
    if os.geteuid() != 0 or subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("mounting a tiny disk needs root and a kernel that lets it")
    yield scratch
    subprocess.run(["umount", "--lazy", str(scratch)], check=True)


@pytest.mark.parametrize(
    ("seconds", "what"), [(300, "the object does not fit"), (200, "object and parts do not fit")]
)
async def test_a_full_disk_fails_the_operation_and_not_the_service(
    tmp_path: Path, tiny_disk: Path, seconds: int, what: str
) -> None:
    operations = build(tmp_path)
    operations.work.fetch_waits_seconds = (0.01, 0.01)
    await operations.start()
    large = await operations.submit(record(tmp_path, "large.pcm", [1] * seconds), ALICE)
    failed = await finished(operations, large.id)
    assert failed.failure is not None, what
    assert failed.failure.code == StorageFailed.code
    assert "disk is full" in failed.failure.message
    small = await operations.submit(record(tmp_path, "small.pcm", [5]), ALICE)
    assert heard((await finished(operations, small.id)).transcript) == expected([5])
    assert not any(tiny_disk.iterdir())
    await operations.stop()
