"""Every error code that SpeechKit documents, brought about over REST and gRPC, with its text if known."""

import time
from typing import Any

import pytest

from govor import errors
from govor.api import wire_errors
from govor.errors import GovorError
from govor.storage.iam_tokens import IamTokens
from tests.api.live import Live, request_for
from tests.api.test_both_doors import doors

URI = "https://storage.yandexcloud.net/errors/speech.ogg"


def expired_token(service: Live) -> str:
    """A token that was made 13 hours ago."""
    account = service.identities.accounts.create(name="late", folder_id=service.folder_id)
    early = IamTokens(service.identities.database, clock=lambda: time.time() - 13 * 3600)
    return early.issue(account.id).text


def revoked_token(service: Live) -> str:
    """A token that was taken back."""
    account = service.identities.accounts.create(name="revoked", folder_id=service.folder_id)
    token = service.identities.tokens.issue(account.id).text
    service.identities.tokens.revoke(token)
    return token


def key_without_roles(service: Live) -> str:
    """A key of an account that may do nothing."""
    return service.identities.keys.create(name="none", folder_id="b1gnothing", held=[])[0]


@doors
@pytest.mark.parametrize(
    ("make", "code", "message"),
    [
        (lambda _: "", 16, "UNAUTHORIZED"),
        (lambda _: "Basic dXNlcjpwYXNz", 16, "UNAUTHORIZED"),
        (lambda _: "Api-Key AQVNnobodys", 16, "UNAUTHORIZED"),
        (lambda _: "Bearer t1.nobodys." + "A" * 86, 16, "UNAUTHORIZED"),
        (lambda service: f"Bearer {revoked_token(service)}", 16, "UNAUTHORIZED"),
        (lambda service: f"Bearer {expired_token(service)}", 16, "The token has expired"),
        (
            lambda service: f"Api-Key {key_without_roles(service)}",
            7,
            "Permission to [resource-manager.folder b1gnothing] denied",
        ),
    ],
)
def test_credentials_that_do_not_let_in(service: Live, door: Any, make: Any, code: int, message: str) -> None:
    assert door(service, request_for(URI), authorization=make(service)) == (code, message)


@doors
def test_folder_of_somebody_else(service: Live, door: Any) -> None:
    document = request_for(URI)
    document["config"]["folderId"] = "b1gforeign"
    text = "Specified folder ID 'b1gforeign' does not match with service account folder ID "
    assert door(service, document) == (16, f"{text}'{service.folder_id}'")


@doors
@pytest.mark.parametrize(
    ("error", "code", "http_status", "message"),
    [
        (errors.BadAudio("Invalid audio received"), 3, 400, "Invalid audio received"),
        (errors.BadAudio("ogg header has not been found"), 3, 400, "ogg header has not been found"),
        (errors.Timeout("deadline exceeded"), 4, 504, "deadline exceeded"),
        (errors.QuotaExceeded("quota exceeded"), 8, 429, "quota exceeded"),
        (errors.Unimplemented("not served"), 12, 501, "not served"),
        (RuntimeError("a bug, and a secret"), 13, 500, "Internal Server Error"),
        (errors.Unavailable("the service is stopping"), 14, 503, "the service is stopping"),
    ],
)
def test_refusals_of_the_parts_behind_the_doors(
    service: Live, door: Any, error: Exception, code: int, http_status: int, message: str
) -> None:
    uri = f"{URI}?{type(error).__name__}-{message}"
    service.operations.outcomes[uri] = error
    assert door(service, request_for(uri)) == (code, message)
    assert wire_errors.HTTP_STATUS[code] == http_status


def test_operation_that_does_not_exist(service: Live) -> None:
    refused = service.get("/operations/e03unknown0000000000")
    assert (refused.status_code, refused.json()["code"]) == (404, 5)
    assert service.rpc_operation("Get", "e03unknown0000000000").code == "NOT_FOUND"


def test_no_code_that_is_documented_is_left_out() -> None:
    documented = {3, 4, 7, 8, 12, 13, 14, 16}
    assert documented <= {error.code for error in every(GovorError)}


def every(error: type[GovorError]) -> set[type[GovorError]]:
    """A class and all below it."""
    return {error}.union(*map(every, error.__subclasses__()))
