"""Keys and accounts on the command line; the commands run in this process, on real files."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from govor.cli import main
from govor.settings import Settings
from govor.storage.identities import Identities


def govor(data_dir: Path, *arguments: str) -> Result:
    return CliRunner().invoke(main, [*arguments, "--data-dir", str(data_dir)])


def opened(data_dir: Path) -> Identities:
    return Identities.open(Settings(data_dir=data_dir, database_url=""))


def test_authorized_key_is_written_to_a_file_that_only_its_owner_reads(tmp_path: Path) -> None:
    file = tmp_path / "key.json"
    made = govor(tmp_path, "keys", "create", "--name", "ci", "--authorized", "--output", str(file))
    assert made.exit_code == 0, made.output
    fields = json.loads(file.read_text())
    assert file.stat().st_mode & 0o777 == 0o600
    assert fields["private_key"] not in made.output
    listed = govor(tmp_path, "keys", "list").stdout.splitlines()
    assert [line.split()[0] for line in listed if "authorized" in line] == [fields["id"]]
    with opened(tmp_path) as identities:
        assert identities.authorized_keys.find(fields["id"]) is not None
        assert govor(tmp_path, "keys", "revoke", fields["id"]).exit_code == 0
        assert identities.authorized_keys.find(fields["id"]) is None
    again = govor(tmp_path, "keys", "create", "--name", "ci", "--s3", "--output", str(file))
    assert again.exit_code == 1
    assert json.loads(file.read_text()) == fields


def test_static_key_is_printed_as_id_and_secret(tmp_path: Path) -> None:
    made = govor(tmp_path, "keys", "create", "--name", "backup", "--s3", "--folder", "my-folder")
    key_id, secret = made.stdout.split()
    with opened(tmp_path) as identities:
        found = identities.access_keys.lookup(key_id)
        assert found is not None
        assert (found.secret, found.caller.folder_id) == (secret, "my-folder")
    assert secret not in govor(tmp_path, "keys", "list").output
    assert govor(tmp_path, "keys", "revoke", key_id).exit_code == 0
    with opened(tmp_path) as identities:
        assert identities.access_keys.lookup(key_id) is None


def test_several_keys_can_be_made_for_one_account(tmp_path: Path) -> None:
    account = govor(tmp_path, "accounts", "create", "--name", "bot", "--role", "editor").stdout.strip()
    secret = govor(tmp_path, "keys", "create", "--name", "bot-1", "--account", account).stdout.strip()
    with opened(tmp_path) as identities:
        caller = identities.verify(secret)
    assert caller is not None
    assert (caller.subject_id, caller.roles) == (account, frozenset({"editor"}))


def test_roles_are_granted_and_withdrawn_and_accounts_end(tmp_path: Path) -> None:
    account = govor(tmp_path, "accounts", "create", "--name", "bot", "--role", "viewer").stdout.strip()
    assert govor(tmp_path, "accounts", "grant", account, "ai.editor").stdout == "viewer, ai.editor\n"
    assert govor(tmp_path, "accounts", "withdraw", account, "viewer").stdout == "ai.editor\n"
    assert f"{account}  " in govor(tmp_path, "accounts", "list").stdout
    assert govor(tmp_path, "accounts", "delete", account).exit_code == 0
    assert account not in govor(tmp_path, "accounts", "list").stdout


def test_key_file_of_the_cloud_is_imported(tmp_path: Path) -> None:
    file = tmp_path / "key.json"
    elsewhere = tmp_path / "elsewhere"
    govor(elsewhere, "keys", "create", "--name", "ci", "--authorized", "--output", str(file))
    taken = govor(tmp_path / "here", "keys", "import", str(file))
    assert taken.exit_code == 0, taken.output
    assert json.loads(file.read_text())["service_account_id"] in taken.output


@pytest.mark.parametrize(
    "arguments",
    [
        ("keys", "create", "--name", "x", "--s3", "--authorized"),
        ("keys", "create", "--name", "x", "--account", "aje0", "--role", "viewer"),
        ("keys", "create", "--name", "x", "--account", "aje0"),
        ("keys", "create", "--name", "x", "--role", "owner"),
        ("keys", "create", "--name", "x", "--folder", "Two Words"),
        ("keys", "revoke", "aje0"),
        ("accounts", "grant", "aje0", "viewer"),
    ],
)
def test_command_that_makes_no_sense_changes_nothing_and_says_so(
    tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    done = govor(tmp_path, *arguments)
    assert done.exit_code in (1, 2)
    assert done.stderr
    with opened(tmp_path) as identities:
        assert identities.keys.list() == []
