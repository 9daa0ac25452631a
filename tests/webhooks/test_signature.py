"""Signatures of the Standard Webhooks specification."""

import pytest

from govor.errors import BadRequest, Unauthenticated
from govor.storage.webhooks import new_secret
from govor.webhooks import signature

# The example of the specification's reference libraries.
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
MESSAGE, MOMENT, BODY = "msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, b'{"test": 2432232314}'
SIGNED = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_the_example_of_the_specification_is_signed_as_there() -> None:
    assert signature.sign(SECRET, MESSAGE, MOMENT, BODY) == SIGNED


def test_a_signature_is_verified_among_several() -> None:
    given = signature.headers(SECRET, MESSAGE, MOMENT, BODY)
    signature.verify(SECRET, given, BODY, MOMENT + 299)
    signature.verify(SECRET, {**given, signature.SIGNATURE: f"v1,other {SIGNED}"}, BODY, MOMENT)


@pytest.mark.parametrize(
    ("changed", "body", "later"),
    [
        ({}, b"{}", 0),
        ({}, BODY, 301),
        ({}, BODY, -301),
        ({"webhook-id": "msg_other"}, BODY, 0),
        ({"webhook-timestamp": "1614265331"}, BODY, 0),
        ({"webhook-timestamp": "soon"}, BODY, 0),
        ({"webhook-signature": ""}, BODY, 0),
        ({"webhook-signature": "v1,é"}, BODY, 0),
        ({"webhook-signature": SIGNED.replace("v1", "v2")}, BODY, 0),
    ],
)
def test_what_was_not_signed_so_is_refused(changed: dict[str, str], body: bytes, later: int) -> None:
    given = signature.headers(SECRET, MESSAGE, MOMENT, BODY) | changed
    with pytest.raises(Unauthenticated):
        signature.verify(SECRET, given, body, MOMENT + later)


def test_secrets_are_as_long_as_the_specification_wants() -> None:
    assert 24 <= len(signature.key_of(new_secret())) <= 64
    with pytest.raises(BadRequest):
        signature.key_of("whsec_not base64")
