"""One process for each data directory."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from govor.engine.lock import DataDirectoryLock
from govor.errors import Unavailable


def test_the_second_one_is_told_who_has_the_directory(tmp_path: Path) -> None:
    first, second = DataDirectoryLock(tmp_path / "new"), DataDirectoryLock(tmp_path / "new")
    first.take()
    with pytest.raises(Unavailable, match="another govor uses") as refusal:
        second.take()
    assert str(os.getpid()) in refusal.value.detail
    first.release()
    second.take()
    second.release()


def test_a_killed_process_holds_nothing(tmp_path: Path) -> None:
    script = (
        "import sys, time; from pathlib import Path; from govor.engine.lock import DataDirectoryLock\n"
        "lock = DataDirectoryLock(Path(sys.argv[1])); lock.take(); print('taken', flush=True); time.sleep(60)"
    )
    command = [sys.executable, "-c", script, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"taken\n"
        with pytest.raises(Unavailable):
            DataDirectoryLock(tmp_path).take()
        holder.kill()
    lock = DataDirectoryLock(tmp_path)
    lock.take()
    lock.release()
