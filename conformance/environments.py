"""An environment for each set of requirements, kept from run to run: of Python, or of Node.js."""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

from conformance.clients import Client

FOLDER = Path(os.environ.get("CONFORMANCE_ENVIRONMENTS", ".conformance"))
INSTALL_SECONDS = 1_200.0  # a slow network and two busy cores


class CannotInstall(Exception):
    """pip or npm said why."""


def command_of(client: Client, drivers: Path) -> tuple[list[str], dict[str, str]]:
    """What runs a client's driver, and further variables of its environment; raises CannotInstall."""
    if client.modules:
        modules = modules_of(client)
        return [str(shutil.which("node")), str(drivers / f"{client.driver}.cjs")], {"NODE_PATH": str(modules)}
    return [str(python_of(client)), str(drivers / f"{client.driver}.py")], {}


def modules_of(client: Client) -> Path:
    """The folder of a client's packages from npm, filled first if need be; raises CannotInstall."""
    npm = shutil.which("npm")
    if npm is None or shutil.which("node") is None:
        raise CannotInstall("no Node.js on this machine")
    folder = _folder(client.modules)
    if not (folder / "installed").exists():
        folder.mkdir(parents=True, exist_ok=True)
        own = ["--no-fund", "--no-audit", "--silent", "--prefix", str(folder)]
        _run([[npm, "install", *own, *client.modules]])
        (folder / "installed").write_text("\n".join(client.modules))
    return folder / "node_modules"


def python_of(client: Client) -> Path:
    """The interpreter of a client's environment, made and filled first if need be; raises CannotInstall."""
    if not client.requirements:
        return Path(sys.executable)
    folder = _folder((*client.requirements, *client.alone))
    python, whole = folder / "bin" / "python", folder / "installed"
    if whole.exists():
        return python
    make = [sys.executable, "-m", "venv", "--clear", str(folder)]
    fill = [str(python), "-m", "pip", "install", "--quiet"]
    steps = [make, [*fill, *client.requirements]]
    if client.alone:
        steps.append([*fill, "--no-deps", *client.alone])
    _run(steps)
    whole.write_text("\n".join(client.requirements))
    return python


def _folder(requirements: tuple[str, ...]) -> Path:
    digest = hashlib.sha256("\n".join(requirements).encode()).hexdigest()[:12]
    return (FOLDER / digest).resolve()


def _run(steps: list[list[str]]) -> None:
    try:
        for step in steps:
            subprocess.run(step, check=True, capture_output=True, text=True, timeout=INSTALL_SECONDS)
    except subprocess.CalledProcessError as error:
        raise CannotInstall((error.stderr or error.stdout or "").strip()[-300:]) from error
    except subprocess.TimeoutExpired as error:
        raise CannotInstall(f"not installed after {INSTALL_SECONDS:.0f} s") from error
