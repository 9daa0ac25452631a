"""Writes src/govor/client/blocking from src/govor/client/aio: the same client, without async.

python -m scripts.sync_client [FOLDER]     # FOLDER instead of src/govor/client/blocking
"""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from unasync import Rule, unasync_files

CLIENT = Path(__file__).parent.parent / "src/govor/client"
REPLACEMENTS = {
    "AsyncClient": "Client",
    "AsyncSession": "Session",
    "aclose": "close",
    "aread": "read",
    "apause": "pause",
    "aiter_lines": "iter_lines",
    "aiter_bytes": "iter_bytes",
    "aio": "blocking",
}
HEAD = "# Made from govor/client/aio by `python -m scripts.sync_client`; change that and run it again.\n"
OPENING = '"""The client without async; made from govor/client/aio by scripts/sync_client.py."""\n'


def write(folder: Path) -> None:
    """Write every module of the blocking client into `folder`, formatted."""
    with tempfile.TemporaryDirectory() as workplace:
        source, target = Path(workplace) / "aio", Path(workplace) / "blocking"
        shutil.copytree(CLIENT / "aio", source, ignore=shutil.ignore_patterns("__pycache__"))
        rule = Rule(fromdir="/aio/", todir="/blocking/", additional_replacements=REPLACEMENTS)
        unasync_files([str(path) for path in sorted(source.glob("*.py"))], [rule])
        folder.mkdir(parents=True, exist_ok=True)
        for path in sorted(target.glob("*.py")):
            text = OPENING if path.name == "__init__.py" else path.read_text(encoding="utf-8")
            (folder / path.name).write_text(HEAD + text, encoding="utf-8")
    ruff = [sys.executable, "-m", "ruff"]
    config = ["--config", str(CLIENT.parents[2] / "pyproject.toml")]
    subprocess.run([*ruff, "check", "-q", "--fix", "--select", "I", *config, str(folder)], check=True)
    subprocess.run([*ruff, "format", "-q", *config, str(folder)], check=True)


if __name__ == "__main__":
    write(Path(sys.argv[1]) if len(sys.argv) > 1 else CLIENT / "blocking")
