"""`govor models` as a user runs it: real processes, against a hub on this machine."""

import json
import os
import pty
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from govor.recognition import catalogue
from tests.families.made import FAMILIES
from tests.hub.server import Hub, serving

NAME = "vosk-small-ru"  # the catalogue knows no checksums of it, so a tiny one will do
GREETING = Path(__file__).parents[2] / "samples/greeting.ogg"


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[Hub]:
    with serving(tmp_path / "hub") as made:
        folder = made.folder / catalogue.entries()[NAME].repository
        folder.mkdir(parents=True)
        FAMILIES[NAME](folder)
        yield made


def environment(hub: Hub, tmp_path: Path) -> dict[str, str]:
    return {
        **os.environ,
        "GOVOR_HUB": hub.url,
        "GOVOR_DATA_DIR": str(tmp_path / "data"),
        "GOVOR_DISK_FREE_BYTES_MIN": "0",
        "GOVOR_RECOGNISERS": "1",
    }


def govor(*arguments: str | Path, env: dict[str, str]) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "govor", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=300, check=False, env=env)


def test_a_model_is_pulled_verified_used_and_removed(hub: Hub, tmp_path: Path) -> None:
    env = environment(hub, tmp_path)
    pulled = govor("models", "pull", NAME, env=env)
    assert pulled.returncode == 0, pulled.stderr
    assert pulled.stdout.split() == ["ru-RU", NAME, str(tmp_path / "data/models" / NAME)]
    assert f"{NAME}/am/encoder.onnx: 0.0 of 0.0 MB" in pulled.stderr
    assert "Apache-2.0" in pulled.stderr
    assert f"GOVOR_MODEL_RU={NAME}" in pulled.stderr
    verified = govor("models", "verify", NAME, env=env).stdout.splitlines()
    told = govor("models", "verify", NAME, "--json", env=env).stdout.splitlines()
    assert [json.loads(line)["asPublished"] for line in told] == [True] * len(verified)
    assert len(verified) == 4
    heard = govor("transcribe", GREETING, env={**env, "GOVOR_MODEL_RU": NAME})
    assert {"да", "нет"} & set(heard.stdout.lower().split()), heard.stderr
    (tmp_path / "data/models" / NAME / "lang/tokens.txt").write_text("damaged")
    damaged = govor("models", "verify", env=env)
    assert damaged.returncode == 1
    assert "tokens.txt" in damaged.stderr
    for_programs = govor("models", "verify", "--json", env=env).stdout.splitlines()
    assert {"model": NAME, "asPublished": False} in map(json.loads, for_programs)
    assert govor("models", "remove", NAME, env=env).returncode == 0
    assert NAME not in govor("models", "list", env=env).stdout


def test_a_terminal_shows_a_bar(hub: Hub, tmp_path: Path) -> None:
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "govor", "models", "pull", NAME]
    done = subprocess.run(
        command,
        stderr=theirs,
        stdout=subprocess.DEVNULL,
        timeout=300,
        check=False,
        env=environment(hub, tmp_path),
    )
    os.close(theirs)
    shown = os.read(ours, 1 << 16).decode(errors="replace")
    os.close(ours)
    assert done.returncode == 0, shown
    assert "am/encoder.onnx" in shown
    assert "100%" in shown
