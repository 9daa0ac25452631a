"""`python -m scripts.old_data COMMIT`: a data directory as an earlier version leaves it, to test upgrades.

It checks COMMIT out, has that version make keys, finish one operation, fail another and leave a third in
the middle, killed, and packs what it left as tests/storage/old_data/COMMIT.tar.xz.
"""

import json
import os
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

ROOT = Path(__file__).parent.parent
PACKED = ROOT / "tests" / "storage" / "old_data"
FACTS = "facts.json"  # what the test must find again
LONG = list(range(100, 250))  # 150 s: three parts
SHORT = [5, 6, 7]


def pack(commit: str) -> Path:
    """Make and pack the data of one version."""
    with tempfile.TemporaryDirectory() as folder:
        checkout, data = Path(folder) / "checkout", Path(folder) / "data"
        subprocess.run(["git", "worktree", "add", "-q", "--detach", checkout, commit], cwd=ROOT, check=True)
        try:
            path = f"{checkout / 'src'}:{checkout}"
            command = [sys.executable, __file__, "--make", str(data)]
            subprocess.run(command, cwd=checkout, env={**os.environ, "PYTHONPATH": path}, check=True)
        finally:
            subprocess.run(["git", "worktree", "remove", "--force", checkout], cwd=ROOT, check=True)
        PACKED.mkdir(exist_ok=True)
        target = PACKED / f"{commit[:7]}.tar.xz"
        with tarfile.open(target, "w:xz") as archive:
            for each in sorted(data.iterdir()):
                if each.name not in ("lock", "immediate"):
                    archive.add(each, each.name)
    return target


def make(data: Path) -> None:
    """What the version that is imported here leaves behind, killed in the middle of its work."""
    from govor.settings import Settings
    from govor.storage.identities import Identities
    from tests.tiny.life import Life, parts_done
    from tests.tiny.recogniser import FAILS
    from tests.tiny.service import ALICE, record

    data.mkdir()
    with Identities.open(Settings(data_dir=data)) as identities:
        secret, key = identities.keys.create(name="of before", folder_id=ALICE.folder_id)
        s3_secret, s3_key = identities.access_keys.create(service_account_id=key.account_id)
    life = Life(data, "slow:0.02")
    done = life.submit(record(data, "short.raw", SHORT))
    failed = life.submit(record(data, "bad.raw", [FAILS]))
    for each in (done, failed):
        life.finished(each)
    long = life.submit(record(data, "long.raw", LONG))
    life.kill_when(lambda: parts_done(data, long) >= 1)
    facts = {"secret": secret, "account": key.account_id, "s3_key": s3_key.key_id, "s3_secret": s3_secret}
    facts |= {"done": done, "failed": failed, "long": long}
    (data / FACTS).write_text(json.dumps(facts))


if __name__ == "__main__":
    if sys.argv[1] == "--make":
        make(Path(sys.argv[2]))
    else:
        print(pack(sys.argv[1]))
