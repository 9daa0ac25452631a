"""Callers of a fleet: what one process is told of them, every other one knows."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from govor.settings import Settings
from govor.storage.hot_words import HotWords
from govor.storage.identities import Identities


@pytest.fixture
def machines(postgres_url: str, tmp_path: Path) -> Iterator[tuple[Identities, Identities]]:
    """Two, with data directories of their own."""
    first, second = (
        Identities.open(Settings(data_dir=tmp_path / name, database_url=postgres_url)) for name in "ab"
    )
    yield first, second
    first.close()
    second.close()


def test_a_key_of_one_machine_opens_every_door(machines: tuple[Identities, Identities]) -> None:
    here, there = machines
    secret, record = here.keys.create(name="a caller")
    caller = there.verify(secret)
    assert caller is not None
    assert caller.folder_id == record.folder_id
    there.keys.revoke(record.id)
    assert here.verify(secret) is None


def test_a_token_that_one_machine_issued_another_believes(machines: tuple[Identities, Identities]) -> None:
    here, there = machines
    account = here.accounts.create(name="a caller", folder_id=None, held=())
    token = here.tokens.issue(account.id)
    caller = there.verify(token.text)
    assert caller is not None
    assert caller.subject_id == account.id


def test_every_kind_of_key_is_known_everywhere(machines: tuple[Identities, Identities]) -> None:
    here, there = machines
    account = here.accounts.create(name="a caller", folder_id=None, held=())
    _, authorized = here.authorized_keys.create(service_account_id=account.id)
    _, static = here.access_keys.create(service_account_id=account.id, description="s3")
    assert [key.id for key in there.authorized_keys.list()] == [authorized.id]
    assert [key.id for key in there.access_keys.list()] == [static.id]
    assert [each.id for each in there.accounts.list()] == [account.id]


def test_the_default_folder_is_one_for_all(machines: tuple[Identities, Identities]) -> None:
    here, there = machines
    assert here.accounts.default_folder() == there.accounts.default_folder()


def test_hot_words_are_known_everywhere(postgres_url: str, tmp_path: Path) -> None:
    here, there = (HotWords.open(Settings(data_dir=tmp_path, database_url=postgres_url)) for _ in range(2))
    assert here.add("b1gfolder", ["говор"]) == 1
    assert there.of("b1gfolder") == ("говор",)
    assert there.remove("b1gfolder", ["говор"]) == 1
    assert here.of("b1gfolder") == ()
    here.close()
    there.close()
