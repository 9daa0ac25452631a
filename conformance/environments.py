"""A virtual environment for each set of requirements, kept from run to run."""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

from conformance.clients import Client

FOLDER = Path(os.environ.get("CONFORMANCE_ENVIRONMENTS", ".conformance"))
INSTALL_SECONDS = 1_200.0  # a slow network and two busy cores


class CannotInstall(Exception):
    """pip said why."""


def python_of(client: Client) -> Path:
    """The interpreter of a client's environment, made and filled first if need be; raises CannotInstall."""
    if not client.requirements:
        return Path(sys.executable)
    digest = hashlib.sha256("\n".join((*client.requirements, *client.alone)).encode()).hexdigest()[:12]
    folder = (FOLDER / digest).resolve()
    python, whole = folder / "bin" / "python", folder / "installed"
    if whole.exists():
        return python
    make = [sys.executable, "-m", "venv", "--clear", str(folder)]
    fill = [str(python), "-m", "pip", "install", "--quiet"]
    steps = [make, [*fill, *client.requirements]]
    if client.alone:
        steps.append([*fill, "--no-deps", *client.alone])
    try:
        for step in steps:
            subprocess.run(step, check=True, capture_output=True, text=True, timeout=INSTALL_SECONDS)
    except subprocess.CalledProcessError as error:
        raise CannotInstall(str(error.stderr)[-300:].strip()) from error
    except subprocess.TimeoutExpired as error:
        raise CannotInstall(f"not installed after {INSTALL_SECONDS:.0f} s") from error
    whole.write_text("\n".join(client.requirements))
    return python
