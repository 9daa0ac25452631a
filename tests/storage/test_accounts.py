"""Service accounts, their keys, and data directories of the first version."""

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from govor import roles
from govor.errors import BadRequest
from govor.settings import Settings
from govor.storage.authorized_keys import document, read_document
from govor.storage.identities import Identities

NOW = 1_700_000_000.0


@pytest.fixture
def identities(tmp_path: Path) -> Iterator[Identities]:
    found = Identities.open(Settings(data_dir=tmp_path, database_url=""), clock=lambda: NOW)
    yield found
    found.close()


def test_account_has_default_roles_unless_told_otherwise(identities: Identities) -> None:
    assert identities.accounts.create(name="a").roles == roles.DEFAULT
    assert identities.accounts.create(name="b", held=["viewer", "viewer"]).roles == ("viewer",)
    with pytest.raises(BadRequest, match="there is no role owner"):
        identities.accounts.create(name="c", held=["owner"])


def test_several_keys_may_belong_to_one_account(identities: Identities) -> None:
    account = identities.accounts.create(name="a", folder_id="my-folder")
    secrets = [identities.keys.create(name=name, account_id=account.id) for name in ("old", "new")]
    assert {identities.verify(secret) for secret, _ in secrets} == {account.caller}
    identities.keys.revoke(secrets[0][1].id)
    assert [identities.verify(secret) for secret, _ in secrets] == [None, account.caller]


def test_key_of_an_account_cannot_name_another_folder(identities: Identities) -> None:
    account = identities.accounts.create(name="a", folder_id="my-folder")
    with pytest.raises(BadRequest, match="my-folder"):
        identities.keys.create(name="x", account_id=account.id, folder_id="other")


def test_keys_of_a_deleted_account_stand_for_nobody(identities: Identities) -> None:
    account = identities.accounts.create(name="a")
    secret, _ = identities.keys.create(name="x", account_id=account.id)
    identities.accounts.delete(account.id)
    assert identities.verify(secret) is None
    assert identities.accounts.list() == []
    with pytest.raises(BadRequest, match="no service account"):
        identities.accounts.delete(account.id)


def test_keys_of_the_first_version_keep_working(tmp_path: Path) -> None:
    """Its table had no accounts; it is written down here as it was."""
    first = sqlite3.connect(tmp_path / "keys.db")
    first.executescript(
        "CREATE TABLE govor_api_key (id VARCHAR(20) NOT NULL PRIMARY KEY, secret_sha256 VARCHAR(64) NOT NULL"
        " UNIQUE, name VARCHAR(256) NOT NULL, folder_id VARCHAR(50) NOT NULL, created_at BIGINT NOT NULL,"
        " revoked_at BIGINT);"
        "INSERT INTO govor_api_key VALUES ('aje00000000000000001',"
        " '2bb80d537b1da3e38bd30361aa855686bde0eacd7162fef6a25fe97bf527a25b', 'ci', 'b1gfolder', 1, NULL);"
    )
    first.close()
    for _ in range(2):  # the second time there is nothing left to do
        identities = Identities.open(Settings(data_dir=tmp_path, database_url=""))
        caller = identities.verify("secret")
        assert caller is not None
        assert (caller.subject_id, caller.folder_id) == ("aje00000000000000001", "b1gfolder")
        assert caller.roles == set(roles.DEFAULT)
        identities.close()
    assert (tmp_path / "keys.db").stat().st_mode & 0o777 == 0o600


def test_key_file_has_the_fields_of_speechkits_and_the_private_key_is_only_there(
    identities: Identities, tmp_path: Path
) -> None:
    account = identities.accounts.create(name="a")
    private, key = identities.authorized_keys.create(service_account_id=account.id)
    fields = json.loads(document(private, key))
    assert list(fields) == [
        *("id", "service_account_id", "created_at", "key_algorithm", "public_key", "private_key")
    ]
    assert fields["key_algorithm"] == "RSA_2048"
    assert fields["created_at"] == "2023-11-14T22:13:20Z"
    assert fields["private_key"].startswith("-----BEGIN PRIVATE KEY-----")
    stored = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert fields["public_key"].encode() in stored
    assert b"PRIVATE" not in stored


def test_key_file_of_speechkit_is_taken_in_with_its_account(identities: Identities, tmp_path: Path) -> None:
    elsewhere = Identities.open(Settings(data_dir=tmp_path / "elsewhere", database_url=""))
    account = elsewhere.accounts.create(name="cloud")
    text = document(*elsewhere.authorized_keys.create(service_account_id=account.id))
    elsewhere.close()
    key = read_document(text, now=NOW)
    taken = identities.authorized_keys.adopt(key, name="cloud", folder_id="my-folder")
    assert (taken.id, taken.folder_id) == (account.id, "my-folder")
    assert identities.authorized_keys.find(key.id) == key
    with pytest.raises(BadRequest, match="known already"):
        identities.authorized_keys.adopt(key, name="cloud")


def pem(key: rsa.RSAPublicKey | ec.EllipticCurvePublicKey) -> str:
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


IDS = {"id": "aje00000000000000001", "service_account_id": "aje00000000000000002"}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        json.dumps(IDS),
        json.dumps(IDS | {"public_key": 5}),
        json.dumps(IDS | {"public_key": "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n"}),
        json.dumps(IDS | {"public_key": pem(ec.generate_private_key(ec.SECP256R1()).public_key())}),
        json.dumps(IDS | {"public_key": pem(rsa.generate_private_key(65_537, 1024).public_key())}),
        json.dumps(IDS | {"id": "../../../etc/passwd00", "public_key": "x"}),
    ],
)
def test_what_is_no_key_file_is_refused(text: str) -> None:
    with pytest.raises(BadRequest):
        read_document(text, now=NOW)
