"""IAM tokens: what they look like, whom they stand for, until when."""

import base64
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from govor.errors import BadRequest, Unauthenticated
from govor.settings import Settings
from govor.storage.accounts import Account
from govor.storage.iam_tokens import LIFE_SECONDS
from govor.storage.identities import Identities

# Word for word from SpeechKit's documentation.
DOCUMENTED = re.compile(r"t1\.[A-Z0-9a-z_-]+[=]{0,2}\.[A-Z0-9a-z_-]{86}[=]{0,2}")
NOW = 1_700_000_000.0


class Clock:
    """Seconds since the epoch, moved by hand."""

    now = NOW

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def identities(tmp_path: Path, clock: Clock) -> Iterator[Identities]:
    found = Identities.open(Settings(data_dir=tmp_path, database_url=""), clock=clock)
    yield found
    found.close()


@pytest.fixture
def account(identities: Identities) -> Account:
    return identities.accounts.create(name="tests", folder_id="my-folder")


def test_token_has_the_documented_form_and_life(identities: Identities, account: Account) -> None:
    token = identities.tokens.issue(account.id)
    assert DOCUMENTED.fullmatch(token.text)
    assert token.expires_at - NOW == LIFE_SECONDS == 12 * 3600


def test_token_stands_for_its_account_and_its_roles_of_now(identities: Identities, account: Account) -> None:
    token = identities.tokens.issue(account.id)
    assert identities.verify(token.text) == account.caller
    identities.accounts.set_roles(account.id, ["storage.viewer"])
    caller = identities.verify(token.text)
    assert caller is not None
    assert caller.roles == {"storage.viewer"}


def test_making_a_token_writes_nothing(identities: Identities, account: Account, tmp_path: Path) -> None:
    before = {path: path.read_bytes() for path in tmp_path.iterdir()}
    tokens = {identities.tokens.issue(account.id).text for _ in range(100)}
    assert len(tokens) == 100
    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_token_works_until_its_last_second(identities: Identities, account: Account, clock: Clock) -> None:
    token = identities.tokens.issue(account.id)
    clock.now = token.expires_at - 0.001
    assert identities.verify(token.text) == account.caller
    clock.now = token.expires_at
    with pytest.raises(Unauthenticated, match="The token has expired"):
        identities.verify(token.text)


def test_token_of_another_service_stands_for_nobody(
    identities: Identities, account: Account, tmp_path: Path
) -> None:
    other = Identities.open(Settings(data_dir=tmp_path / "other", database_url=""))
    assert identities.verify(other.tokens.issue(account.id).text) is None
    other.close()


def test_every_process_of_a_fleet_knows_the_tokens_of_the_others(
    identities: Identities, account: Account, tmp_path: Path, clock: Clock
) -> None:
    other = Identities.open(Settings(data_dir=tmp_path, database_url=""), clock=clock)
    assert other.verify(identities.tokens.issue(account.id).text) == account.caller
    other.close()


@pytest.mark.parametrize("place", [0, 3, 10, 40, 88, 89, 90, 120, 174])
def test_token_with_one_character_changed_stands_for_nobody(
    identities: Identities, account: Account, place: int
) -> None:
    text = identities.tokens.issue(account.id).text
    changed = text[:place] + ("A" if text[place] != "A" else "B") + text[place + 1 :]
    assert identities.verify(changed) is None


@pytest.mark.parametrize("text", ["", "t1.", "t1..", "t1.x." + "A" * 86, "t1." + "A" * 5_000, "t1.ключ"])
def test_what_is_no_token_stands_for_nobody(identities: Identities, text: str) -> None:
    assert identities.verify(text) is None


def test_signed_bytes_that_are_no_payload_stand_for_nobody(identities: Identities) -> None:
    """As a later version might make them with the same secret."""
    signed = "t1." + base64.urlsafe_b64encode(b"something else").rstrip(b"=").decode()
    mac = base64.urlsafe_b64encode(identities.tokens._mac(signed)).rstrip(b"=").decode()
    assert identities.verify(f"{signed}.{mac}") is None


def test_revoked_token_stands_for_nobody_and_others_go_on(identities: Identities, account: Account) -> None:
    token, other = identities.tokens.issue(account.id), identities.tokens.issue(account.id)
    assert identities.tokens.revoke(token.text) == account.id
    assert identities.tokens.revoke(token.text) == account.id
    assert identities.verify(token.text) is None
    assert identities.verify(token.text + "==") is None
    assert identities.verify(other.text) == account.caller


def test_revoking_what_is_no_token_is_refused(identities: Identities) -> None:
    with pytest.raises(BadRequest):
        identities.tokens.revoke("t1.x." + "A" * 86)


def test_tokens_of_a_revoked_key_or_a_deleted_account_stop_working(
    identities: Identities, account: Account
) -> None:
    _, key = identities.authorized_keys.create(service_account_id=account.id)
    by_key, by_account = identities.tokens.issue(account.id, key.id), identities.tokens.issue(account.id)
    identities.authorized_keys.revoke(key.id)
    assert identities.verify(by_key.text) is None
    assert identities.verify(by_account.text) == account.caller
    identities.accounts.delete(account.id)
    assert identities.verify(by_account.text) is None


def test_api_keys_are_verified_at_the_same_place(identities: Identities) -> None:
    secret, record = identities.keys.create(name="tests")
    caller = identities.verify(secret)
    assert caller is not None
    assert caller.subject_id == record.account_id
