"""Who tries one key after another has to wait; who has a key does not."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from govor.api.guesses import ADDRESSES_MAX, PROVEN_MAX, WINDOW_SECONDS, Guesses, source, source_of_peer
from govor.errors import QuotaExceeded
from tests.api.live import TIMEOUT_SECONDS, Live, live, request_for
from tests.api.s3_clients import access_key, client, refusal

MOST = 3
HERE, THERE = "10.0.0.7", "10.0.0.8"
UNKNOWN = f"/operations/e03{'0' * 17}"


def tried(guesses: Guesses, secrets: list[str], now: float = 0.0, address: str = HERE) -> list[bool]:
    """Which of these wrong secrets are looked at."""
    looked_at = []
    for secret in secrets:
        try:
            guesses.require(address, secret, now)
        except QuotaExceeded:
            looked_at.append(False)
        else:
            guesses.wrong(address, secret, now)
            looked_at.append(True)
    return looked_at


def test_only_so_many_different_secrets_are_looked_at() -> None:
    assert tried(Guesses(MOST), list("abcde")) == [True, True, True, False, False]
    assert tried(Guesses(0), [str(each) for each in range(100)]) == [True] * 100


def test_one_wrong_secret_may_come_again_and_again() -> None:
    guesses = Guesses(MOST)
    assert all(tried(guesses, ["revoked"] * 10))
    assert tried(guesses, ["b", "c", "d", "revoked"]) == [True, True, False, True]


def test_a_minute_later_there_is_room_again() -> None:
    guesses = Guesses(MOST)
    tried(guesses, list("abc"), now=0.0)
    with pytest.raises(QuotaExceeded) as caught:
        guesses.require(HERE, "d", WINDOW_SECONDS - 1)
    assert caught.value.retry_after_seconds == 1
    assert tried(guesses, list("defg"), now=WINDOW_SECONDS) == [True, True, True, False]


def test_others_are_not_touched() -> None:
    guesses = Guesses(MOST)
    guesses.right("mine")
    tried(guesses, list("abcd"))
    guesses.require(HERE, "mine", 0.0)
    assert tried(guesses, ["a"], address=THERE) == [True]


def test_a_secret_that_was_taken_back_is_proven_no_more() -> None:
    guesses = Guesses(MOST)
    guesses.right("mine")
    guesses.wrong(HERE, "mine", 0.0)
    tried(guesses, list("ab"))
    assert tried(guesses, ["c"]) == [False]
    assert tried(guesses, ["mine"], now=WINDOW_SECONDS) == [True]


def test_memory_is_bounded() -> None:
    guesses = Guesses(1)
    tried(guesses, ["a"], address=HERE)
    for each in range(ADDRESSES_MAX):
        guesses.wrong(str(each), "a", 0.0)
    assert tried(guesses, ["b"], address=HERE) == [True]
    guesses.right("first")
    for each in range(PROVEN_MAX):
        guesses.right(str(each))
    assert tried(guesses, ["a", "first"], address=THERE) == [True, False]


@pytest.mark.parametrize(
    ("host", "counted"),
    [
        ("10.0.0.7", "10.0.0.7"),
        ("::ffff:10.0.0.7", "10.0.0.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("testclient", "testclient"),
    ],
)
def test_an_address_is_counted_as_its_network(host: str, counted: str) -> None:
    assert source(host) == counted


@pytest.mark.parametrize(
    ("peer", "counted"),
    [
        ("ipv4:10.0.0.7:41234", "10.0.0.7"),
        ("ipv6:%5B2001:db8::1%5D:41234", "2001:db8::/64"),
        ("ipv6:[::ffff:10.0.0.7]:1", "10.0.0.7"),
        ("unix:/run/govor", "unix:/run/govor"),
    ],
)
def test_a_peer_of_grpc_is_the_same_address(peer: str, counted: str) -> None:
    assert source_of_peer(peer) == counted


@pytest.fixture
def guarded(tmp_path: Path) -> Iterator[Live]:
    """A service that looks at three wrong keys a minute."""
    with live(tmp_path, wrong_keys_per_minute=MOST) as running:
        yield running


def test_every_door_counts_and_keys_that_worked_go_on_working(guarded: Live) -> None:
    assert guarded.get(UNKNOWN).status_code == 404
    static = access_key(guarded)
    client(guarded.http, static).list_buckets()
    for each in range(MOST):
        answer = guarded.get(UNKNOWN, Authorization=f"Api-Key AQVNwrong{each}")
        assert (answer.status_code, answer.json()["code"]) == (401, 16)
    answer = guarded.get(UNKNOWN, Authorization="Api-Key AQVNanother")
    assert (answer.status_code, answer.json()["code"]) == (429, 8)
    assert 0 < int(answer.headers["retry-after"]) <= WINDOW_SECONDS
    assert guarded.rpc_operation("Get", "x", authorization="Api-Key AQVNfifth").code == "RESOURCE_EXHAUSTED"
    assert refusal(client(guarded.http, ("nobody", "x")).list_buckets) == ("SlowDown", 503)
    openai = requests.get(
        f"{guarded.http}/v1/models", headers={"Authorization": "Bearer AQVN6"}, timeout=TIMEOUT_SECONDS
    )
    assert openai.status_code == 429
    assert guarded.post(request_for("s3://bucket/key")).status_code == 200
    assert guarded.rpc_operation("Get", "unknown").code == "NOT_FOUND"
    client(guarded.http, static).list_buckets()
    assert guarded.get("/health/ready").status_code == 200
