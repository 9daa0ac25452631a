"""`python -m scripts.image_size`: what the image of the Containerfile weighs, without an engine to build it.

It does what the Containerfile does: an empty environment, the locked packages, our wheel, scripts/slim; then
it adds up the files. The base and Debian's packages are not installed here: theirs was measured once.
Needs a package index. `--json` prints one object.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parent.parent
MB = 1_000_000
IMAGE_BYTES_MAX = 600 * MB  # what we promise
# debian:bookworm-slim as `docker images` shows it; the files of python3, ca-certificates and tini with all
# that they need beyond it, unpacked without manuals and translations (docs/containers.md).
BASE_BYTES = 75 * MB
DEBIAN_PACKAGES_BYTES = 35 * MB


def files_bytes(folder: Path) -> int:
    """The files under a folder, each once."""
    seen: dict[tuple[int, int], int] = {}
    for path, _, names in os.walk(folder):
        for name in names:
            found = os.lstat(os.path.join(path, name))
            seen[found.st_dev, found.st_ino] = found.st_size
    return sum(seen.values())


def install(prefix: Path) -> None:
    """What the stage `build` of the Containerfile does."""
    subprocess.run([sys.executable, "-m", "venv", prefix], check=True)
    pip = [str(prefix / "bin/python"), "-m", "pip", "install", "-q", "--disable-pip-version-check"]
    subprocess.run([*pip, "--require-hashes", "-r", str(ROOT / "requirements.lock")], check=True)
    subprocess.run([*pip, "--no-deps", str(ROOT)], check=True)
    subprocess.run(["sh", ROOT / "scripts/slim", prefix], check=True)


def sizes() -> dict[str, int]:
    """Bytes by layer."""
    with tempfile.TemporaryDirectory() as folder:
        prefix = Path(folder) / "govor"
        install(prefix)
        ours = files_bytes(prefix)
    return {"base": BASE_BYTES, "python and certificates": DEBIAN_PACKAGES_BYTES, "govor": ours}


def main() -> int:
    """Print the sizes; 1 if they are more than promised."""
    found = sizes()
    total = sum(found.values())
    if "--json" in sys.argv:
        print(json.dumps({**found, "total": total}))
    else:
        for name, size in {**found, "total": total}.items():
            print(f"{size / MB:7.1f} MB  {name}")
    return int(total > IMAGE_BYTES_MAX)


if __name__ == "__main__":
    sys.exit(main())
