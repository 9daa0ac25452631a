"""Static access keys for S3."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from govor import roles
from govor.errors import BadRequest
from govor.settings import Settings
from govor.storage.access_keys import AccessKeys
from govor.storage.accounts import Account, Accounts
from govor.storage.database import Database

NOW = 1_700_000_000


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database.open(Settings(data_dir=tmp_path, database_url=""))
    yield database
    database.close()


@pytest.fixture
def access_keys(database: Database) -> AccessKeys:
    return AccessKeys(database, clock=lambda: NOW)


@pytest.fixture
def account(database: Database) -> Account:
    return Accounts(database).create(name="tests", folder_id="my-folder")


def test_key_looks_like_object_storages_and_leads_to_its_secret_and_owner(
    access_keys: AccessKeys, account: Account
) -> None:
    secret, key = access_keys.create(service_account_id=account.id, description="backups")
    assert re.fullmatch(r"YCAJE[A-Za-z0-9_-]{20}", key.key_id)
    assert re.fullmatch(r"YC[A-Za-z0-9_-]{38}", secret)
    found = access_keys.lookup(key.key_id)
    assert found is not None
    assert (found.secret, found.caller) == (secret, account.caller)
    assert found.caller.folder_id == "my-folder"
    assert roles.allows(found.caller.roles, roles.STORAGE_UPLOADER)
    assert (key.description, key.created_at) == ("backups", NOW)


@pytest.mark.parametrize("key_id", ["", "YCAJE", "YCAJE" + "x" * 20, "' OR 1=1 --", "ключ"])
def test_unknown_key_leads_nowhere(access_keys: AccessKeys, account: Account, key_id: str) -> None:
    access_keys.create(service_account_id=account.id)
    assert access_keys.lookup(key_id) is None


@pytest.mark.parametrize("name", ["id", "key_id"])
def test_revoked_key_is_unknown_and_not_listed(access_keys: AccessKeys, account: Account, name: str) -> None:
    _, key = access_keys.create(service_account_id=account.id)
    _, other = access_keys.create(service_account_id=account.id)
    access_keys.revoke(getattr(key, name))
    assert access_keys.lookup(key.key_id) is None
    assert access_keys.list() == [other]
    with pytest.raises(BadRequest, match="no access key"):
        access_keys.revoke(key.id)


def test_keys_of_a_deleted_account_are_unknown(
    database: Database, access_keys: AccessKeys, account: Account
) -> None:
    _, key = access_keys.create(service_account_id=account.id)
    Accounts(database).delete(account.id)
    assert access_keys.lookup(key.key_id) is None


def test_list_can_be_that_of_one_account(
    database: Database, access_keys: AccessKeys, account: Account
) -> None:
    _, mine = access_keys.create(service_account_id=account.id)
    access_keys.create(service_account_id=Accounts(database).create(name="other").id)
    assert access_keys.list(account.id) == [mine]


def test_nobody_gets_no_key(access_keys: AccessKeys) -> None:
    with pytest.raises(BadRequest, match="no service account has the id aje0"):
        access_keys.create(service_account_id="aje0")


def test_file_with_secrets_is_readable_by_its_owner_only(
    access_keys: AccessKeys, account: Account, tmp_path: Path
) -> None:
    secret, _ = access_keys.create(service_account_id=account.id)
    holding = [path for path in tmp_path.iterdir() if secret.encode() in path.read_bytes()]
    assert holding
    assert {path.stat().st_mode & 0o777 for path in tmp_path.iterdir()} == {0o600}


def test_secret_is_not_shown_by_repr(access_keys: AccessKeys, account: Account) -> None:
    secret, key = access_keys.create(service_account_id=account.id)
    assert secret not in repr(access_keys.lookup(key.key_id)) + repr(key)
