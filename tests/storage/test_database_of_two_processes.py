"""The database of callers while another process comes and goes: `govor keys create` beside a service."""

import subprocess
import sys
from pathlib import Path

from govor.settings import Settings
from govor.storage.database import FILE
from govor.storage.identities import Identities


def test_service_reads_its_keys_after_another_process_has_made_one(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path, database_url="")
    service, second = Identities.open(settings), Identities.open(settings)  # a service opens it several times
    ours, _ = service.keys.create(name="ours")
    for _ in range(2):
        command = [
            sys.executable,
            "-m",
            "govor",
            "keys",
            "create",
            "--name",
            "x",
            "--data-dir",
            str(tmp_path),
        ]
        made = subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()
        assert (tmp_path / f"{FILE}-shm").exists()
        for secret in (ours, made):
            assert service.keys.verify(secret)
            assert second.keys.verify(secret)
    service.keys.create(name="later")


def test_file_of_keys_is_readable_by_its_owner_only(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path, database_url="")
    Identities.open(settings).close()
    (tmp_path / FILE).chmod(0o644)
    Identities.open(settings).close()
    assert (tmp_path / FILE).stat().st_mode & 0o777 == 0o600
