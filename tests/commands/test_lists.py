"""Lists for programs: --json."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from govor.cli import main


def rows(*command: str | Path) -> list[dict[str, Any]]:
    done = CliRunner().invoke(main, [str(each) for each in command])
    assert done.exit_code == 0, done.output
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_keys_of_every_kind_are_listed_with_their_accounts(tmp_path: Path) -> None:
    for flags in ([], ["--authorized"], ["--s3"]):
        made = CliRunner().invoke(
            main, ["keys", "create", "--name", "ci", "--data-dir", str(tmp_path), *flags]
        )
        assert made.exit_code == 0, made.output
    listed = rows("keys", "list", "--data-dir", tmp_path, "--json")
    assert [each["kind"] for each in listed] == ["api", "authorized", "static"]
    assert {(each["state"], each["name"]) for each in listed} == {("active", "ci")}
    accounts = rows("accounts", "list", "--data-dir", tmp_path, "--json")
    assert {each["id"] for each in accounts} == {each["account"] for each in listed}


@pytest.mark.parametrize(
    ("flags", "name"), [(["--available"], "gigaam-v3-ctc"), (["--data-dir", "none"], "ru-small")]
)
def test_models_are_listed(flags: list[str], name: str) -> None:
    listed = rows("models", "list", "--json", *flags)
    assert name in {each["name"] for each in listed}
    assert all(each["languages"] for each in listed)
