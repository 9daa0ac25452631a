"""Who is let in."""

from pathlib import Path

import pytest

from govor.api import auth
from govor.api.auth import LOCAL, Doorkeeper
from govor.errors import BadSetting, Unauthenticated
from govor.records import Caller
from govor.settings import Settings
from govor.storage.database import Database
from govor.storage.keys import Keys


class Clock:
    """Monotonic seconds, moved by hand."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def keys(tmp_path: Path) -> Keys:
    return Keys(Database(f"sqlite:///{tmp_path / 'keys.db'}"))


@pytest.mark.parametrize(
    "scheme",
    ["Api-Key", "Api-key", "api-key", "API-KEY", "Bearer", "bearer", "BEARER", "  Api-Key", "Bearer  "],
)
async def test_either_scheme_in_any_case_lets_a_key_in(keys: Keys, scheme: str) -> None:
    secret, record = keys.create(name="tests")
    caller = await Doorkeeper(keys).admit(f"{scheme} {secret}")
    assert (caller.subject_id, caller.folder_id) == (record.id, record.folder_id)


@pytest.mark.parametrize(
    ("authorization", "detail"),
    [
        (None, "no Authorization"),
        ("", "no Authorization"),
        ("Api-Key", "holds no key"),
        ("Bearer ", "holds no key"),
        ("Api-Key " + "x" * 8_001, "holds no key"),
        ("Basic dXNlcjpwYXNz", "must be Api-Key or Bearer"),
        ("AQVNsomething", "must be Api-Key or Bearer"),
        ("Api-Key AQVNunknown", "unknown or revoked"),
        ("Bearer t1.9euelZq.unknown", "unknown or revoked"),
        ("Bearer ключ", "unknown or revoked"),
    ],
)
async def test_stranger_gets_speechkits_text_and_our_reason(
    keys: Keys, authorization: str | None, detail: str
) -> None:
    with pytest.raises(Unauthenticated) as caught:
        await Doorkeeper(keys).admit(authorization)
    assert caught.value.message == "UNAUTHORIZED"
    assert detail in caught.value.detail


async def test_reason_never_repeats_what_was_sent(keys: Keys) -> None:
    with pytest.raises(Unauthenticated) as caught:
        await Doorkeeper(keys).admit("Api-Key AQVNsecret-of-another-service")
    assert "secret" not in caught.value.detail


async def test_revoked_key_stops_working_within_a_second(keys: Keys) -> None:
    clock = Clock()
    doorkeeper = Doorkeeper(keys, clock=clock)
    secret, record = keys.create(name="tests")
    await doorkeeper.admit(f"Api-Key {secret}")
    keys.revoke(record.id)
    clock.now += auth.KNOWN_SECONDS
    with pytest.raises(Unauthenticated):
        await doorkeeper.admit(f"Api-Key {secret}")


class CountingVerifier:
    """Lets everybody in and counts how often it is asked."""

    def __init__(self) -> None:
        self.asked = 0

    def verify(self, secret: str) -> Caller | None:
        self.asked += 1
        return Caller(subject_id=secret, folder_id="b1g")


async def test_busy_caller_costs_one_look_up_a_second() -> None:
    clock, verifier = Clock(), CountingVerifier()
    doorkeeper = Doorkeeper(verifier, clock=clock)
    for _ in range(100):
        await doorkeeper.admit("Api-Key one")
    assert verifier.asked == 1
    clock.now += auth.KNOWN_SECONDS
    await doorkeeper.admit("Api-Key one")
    assert verifier.asked == 2


async def test_memory_of_callers_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(auth, "KNOWN_MAX", 3)
    verifier = CountingVerifier()
    doorkeeper = Doorkeeper(verifier, clock=Clock())
    for number in range(4):
        await doorkeeper.admit(f"Api-Key {number}")
    await doorkeeper.admit("Api-Key 3")
    assert verifier.asked == 4


@pytest.mark.parametrize("authorization", [None, "", "Bearer whatever", "Basic x"])
async def test_without_keys_everybody_is_the_local_caller(authorization: str | None) -> None:
    assert await Doorkeeper(None).admit(authorization) == LOCAL


@pytest.mark.parametrize("folder_id", ["", "b1gown"])
def test_own_folder_may_be_named_or_left_out(folder_id: str) -> None:
    auth.check_folder(Caller(subject_id="aje", folder_id="b1gown"), folder_id)


def test_foreign_folder_is_refused_with_speechkits_text() -> None:
    with pytest.raises(Unauthenticated) as caught:
        auth.check_folder(Caller(subject_id="aje", folder_id="b1gown"), "b1gother")
    assert caught.value.message == (
        "Specified folder ID 'b1gother' does not match with service account folder ID 'b1gown'"
    )


def test_local_caller_may_name_any_folder() -> None:
    auth.check_folder(LOCAL, "b1gother")


LOOPBACK, EVERYWHERE = "127.0.0.1:0", "0.0.0.0:0"


@pytest.mark.parametrize(
    "changed",
    [
        {"auth": "keys", "http": EVERYWHERE, "grpc": EVERYWHERE},
        {"auth": "none", "http": LOOPBACK, "grpc": LOOPBACK},
        {"auth": "none", "http": "localhost:0", "grpc": "[::1]:0"},
        {"auth": "none", "http": "127.8.9.10:0", "grpc": LOOPBACK},
        {"auth": "none", "http": EVERYWHERE, "grpc": EVERYWHERE, "allow_remote": True},
    ],
)
def test_safe_exposure_is_allowed(changed: dict[str, str]) -> None:
    auth.check_exposure(Settings.model_validate(changed))


@pytest.mark.parametrize(
    "changed",
    [
        {"http": EVERYWHERE, "grpc": LOOPBACK},
        {"http": LOOPBACK, "grpc": EVERYWHERE},
        {"http": "[::]:8080", "grpc": LOOPBACK},
        {"http": "192.168.1.5:8080", "grpc": LOOPBACK},
        {"http": "govor.example.org:8080", "grpc": LOOPBACK},
    ],
)
def test_open_door_to_the_network_is_refused(changed: dict[str, str]) -> None:
    with pytest.raises(BadSetting, match="lets everybody in"):
        auth.check_exposure(Settings.model_validate({"auth": "none"} | changed))
