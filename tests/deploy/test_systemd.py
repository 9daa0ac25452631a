"""The units of deploy/systemd, by systemd's own tools."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from govor import lifetime
from govor.cli import main
from govor.settings import Settings

UNITS = sorted((Path(__file__).parents[2] / "deploy" / "systemd").glob("*.service"))
ANALYZE = shutil.which("systemd-analyze")
EXPOSURE_MAX = 20  # tenths; systemd calls everything up to 2.0 well confined


def values(unit: Path, key: str) -> list[str]:
    return re.findall(rf"(?m)^{key}=(.*)$", unit.read_text(encoding="utf-8"))


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_unit_starts_a_command_that_there_is(unit: Path) -> None:
    (start,) = values(unit, "ExecStart")
    program, *command = start.split()
    assert program == "/opt/govor/bin/govor"
    assert CliRunner().invoke(main, [*command, "--help"]).exit_code == 0
    for assignment in values(unit, "Environment"):
        name, _, value = assignment.partition("=")
        assert name.removeprefix("GOVOR_").lower() in Settings.model_fields
        assert value == f"/var/lib/{values(unit, 'StateDirectory')[0]}"
    assert int(values(unit, "TimeoutStopSec")[0]) > lifetime.STOP_SECONDS


@pytest.mark.skipif(not ANALYZE, reason="no systemd-analyze here")
@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_systemd_understands_the_unit_and_finds_it_confined(unit: Path, tmp_path: Path) -> None:
    assert ANALYZE
    copy = tmp_path / unit.name  # with a program that exists on this machine
    copy.write_text(unit.read_text(encoding="utf-8").replace("/opt/govor/bin/govor", sys.executable))
    verified = subprocess.run([ANALYZE, "verify", copy], capture_output=True, text=True, check=False)
    assert verified.returncode == 0, verified.stderr
    assert unit.name not in verified.stderr, verified.stderr
    command = [ANALYZE, "security", "--offline=yes", f"--threshold={EXPOSURE_MAX}", str(copy)]
    confined = subprocess.run(command, capture_output=True, text=True, check=False)
    assert confined.returncode == 0, confined.stdout
