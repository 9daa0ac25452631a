"""Which JWTs prove that they come from a service account."""

import base64
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jwt
import pytest

from govor.api import signed_jwt
from govor.errors import BadRequest, Unauthenticated
from govor.settings import Settings
from govor.storage.identities import Identities
from tests.api.service_accounts import AUDIENCE, key_file, signed

NOW = 1_700_000_000
AUDIENCES = [Settings.model_fields["iam_audiences"].default]


@pytest.fixture(scope="module")
def identities(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Identities]:
    found = Identities.open(Settings(data_dir=tmp_path_factory.mktemp("data"), database_url=""))
    yield found
    found.close()


@pytest.fixture(scope="module")
def key(identities: Identities) -> dict[str, str]:
    return key_file(identities)


@pytest.mark.parametrize(
    "claims",
    [
        {},
        {"exp": NOW + 3_600},
        {"iat": NOW + 1, "exp": NOW + 3_601},  # a client rounds up to the next second
        {"iat": NOW + 60, "exp": NOW + 61},
        {"iat": NOW - 3_600, "exp": NOW},
        {"iat": NOW - 3_659, "exp": NOW - 59},
        {"iat": NOW - 0.5, "exp": NOW + 0.5},
        {"aud": [AUDIENCE, "https://elsewhere"]},
        {"aud": "https://iam.127.0.0.1:50051/iam/v1/tokens"},  # the SDK names the endpoint it was given
        {"sub": 5, "nbf": NOW + 99_999},  # claims that SpeechKit does not ask for
    ],
)
def test_signer_of_a_good_jwt_is_found(identities: Identities, key: dict[str, str], claims: Any) -> None:
    found = signed_jwt.signer(signed(key, now=NOW, **claims), identities.authorized_keys.find, AUDIENCES, NOW)
    assert (found.id, found.service_account_id) == (key["id"], key["service_account_id"])


@pytest.mark.parametrize(
    ("claims", "detail"),
    [
        ({"iss": "ajesomebodyelse00000"}, "iss"),
        ({"aud": "https://iam.api.cloud.yandex.net/iam/v1/token"}, "aud"),
        ({"aud": "https://elsewhere/iam/v1/tokens"}, "aud"),
        ({"aud": [7]}, "aud"),
        ({"aud": []}, "aud"),
        ({"exp": NOW + 3_601}, "3600"),
        ({"exp": NOW}, "3600"),
        ({"iat": NOW + 61, "exp": NOW + 62}, "future"),
        ({"iat": NOW - 3_660, "exp": NOW - 60}, "expired"),
        ({"header": {"kid": "aje00000000000000000"}}, "kid"),
    ],
)
def test_jwt_that_proves_nothing_is_unauthenticated(
    identities: Identities, key: dict[str, str], claims: Any, detail: str
) -> None:
    with pytest.raises(Unauthenticated) as caught:
        signed_jwt.signer(signed(key, now=NOW, **claims), identities.authorized_keys.find, AUDIENCES, NOW)
    assert caught.value.message == "UNAUTHORIZED"
    assert detail in caught.value.detail


def test_jwt_of_another_key_is_unauthenticated(identities: Identities, key: dict[str, str]) -> None:
    other = key_file(identities, number=1)
    forged = signed(key | {"private_key": other["private_key"]}, now=NOW)
    with pytest.raises(Unauthenticated) as caught:
        signed_jwt.signer(forged, identities.authorized_keys.find, AUDIENCES, NOW)
    assert "signature" in caught.value.detail


def test_changed_claims_break_the_signature(identities: Identities, key: dict[str, str]) -> None:
    head, payload, signature = signed(key, now=NOW).split(".")
    claims = json.loads(base64.urlsafe_b64decode(payload + "=="))
    changed = base64.urlsafe_b64encode(json.dumps(claims | {"exp": NOW + 3_599}).encode()).rstrip(b"=")
    with pytest.raises(Unauthenticated):
        signed_jwt.signer(
            f"{head}.{changed.decode()}.{signature}", identities.authorized_keys.find, AUDIENCES, NOW
        )


@pytest.mark.parametrize("algorithm", ["none", "HS256", "RS256"])
def test_only_ps256_counts(identities: Identities, key: dict[str, str], algorithm: str) -> None:
    secret = {"none": None, "HS256": "x" * 64, "RS256": key["private_key"]}[algorithm]
    claims = {"iss": key["service_account_id"], "aud": AUDIENCE, "iat": NOW, "exp": NOW + 60}
    token = jwt.encode(claims, secret, algorithm=algorithm, headers={"kid": key["id"]})  # type: ignore[arg-type]
    with pytest.raises(BadRequest, match="PS256"):
        signed_jwt.signer(token, identities.authorized_keys.find, AUDIENCES, NOW)


@pytest.mark.parametrize(
    "token", ["", "x", "a.b.c", "e30.e30.e30", "\u0434.\u0436.\u044f", "\ud800", "x" * 8_001, "." * 8_000]
)
def test_what_is_no_jwt_is_a_bad_request(identities: Identities, token: str) -> None:
    with pytest.raises(BadRequest):
        signed_jwt.signer(token, identities.authorized_keys.find, AUDIENCES, NOW)


@pytest.mark.parametrize(
    "claims",
    [{"iss": None}, {"aud": None}, {"iat": None}, {"exp": None}, {"exp": "soon"}, {"iat": True}, {"iat": []}],
)
def test_claim_that_is_missing_or_no_number_is_a_bad_request(
    identities: Identities, key: dict[str, str], claims: Any
) -> None:
    with pytest.raises(BadRequest):
        signed_jwt.signer(signed(key, now=NOW, **claims), identities.authorized_keys.find, AUDIENCES, NOW)


def test_revoked_key_signs_for_nobody(identities: Identities, tmp_path: Path) -> None:
    gone = key_file(identities)
    identities.authorized_keys.revoke(gone["id"])
    with pytest.raises(Unauthenticated):
        signed_jwt.signer(signed(gone, now=NOW), identities.authorized_keys.find, AUDIENCES, NOW)


def test_audiences_can_be_narrowed(identities: Identities, key: dict[str, str]) -> None:
    find = identities.authorized_keys.find
    with pytest.raises(Unauthenticated):
        signed_jwt.signer(signed(key, now=NOW), find, ["https://iam.example.org/iam/v1/tokens"], NOW)
    exact = signed(key, now=NOW, aud="https://iam.example.org/iam/v1/tokens")
    assert signed_jwt.signer(exact, find, ["https://iam.example.org/iam/v1/tokens"], NOW).id == key["id"]
