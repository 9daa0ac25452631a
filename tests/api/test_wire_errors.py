"""Every error of ours has a code and an HTTP status, and keeps SpeechKit's text apart from ours."""

import pytest
from google.rpc import code_pb2, error_details_pb2

from govor import errors
from govor.api import wire_errors
from govor.errors import GovorError
from govor.records import Failure


def leaves(error: type[GovorError]) -> set[type[GovorError]]:
    below = error.__subclasses__()
    return set().union(*map(leaves, below)) if below else {error}


@pytest.mark.parametrize("error", sorted(leaves(GovorError), key=str))
def test_every_error_has_a_documented_http_status(error: type[GovorError]) -> None:
    assert wire_errors.HTTP_STATUS[error.code] >= 400


def test_every_code_of_google_rpc_has_an_http_status() -> None:
    assert set(wire_errors.HTTP_STATUS) == set(code_pb2.Code.values()) - {code_pb2.OK}


@pytest.mark.parametrize(
    ("code", "http_status"),
    [(3, 400), (4, 504), (5, 404), (7, 403), (8, 429), (12, 501), (13, 500), (14, 503), (16, 401)],
)
def test_documented_codes_have_the_documented_status(code: int, http_status: int) -> None:
    assert wire_errors.HTTP_STATUS[code] == http_status


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (errors.BadRequest, 3),
        (errors.BadAudio, 3),
        (errors.TooLarge, 3),
        (errors.LanguageUnavailable, 3),
        (errors.ObjectMissing, 3),
        (errors.UnknownOperation, 5),
        (errors.PermissionDenied, 7),
        (errors.QuotaExceeded, 8),
        (errors.Unimplemented, 12),
        (errors.ModelFailed, 13),
        (errors.Unavailable, 14),
        (errors.Unauthenticated, 16),
    ],
)
def test_error_has_the_code_that_clients_expect(error: type[GovorError], code: int) -> None:
    assert error.code == code


def test_message_is_speechkits_and_detail_is_ours() -> None:
    error = errors.BadAudio("Invalid audio received", "WebM found; ffmpeg -i in.webm -c:a libopus out.ogg")
    document = wire_errors.document(wire_errors.status(error, "request-1"))
    assert document == {
        "code": 3,
        "message": "Invalid audio received",
        "details": [
            {
                "@type": "type.googleapis.com/google.rpc.ErrorInfo",
                "reason": "BAD_AUDIO",
                "domain": "govor",
                "metadata": {"detail": "WebM found; ffmpeg -i in.webm -c:a libopus out.ogg"},
            },
            {"@type": "type.googleapis.com/google.rpc.RequestInfo", "requestId": "request-1"},
        ],
    }


def test_error_that_may_pass_says_when_to_try_again() -> None:
    status = wire_errors.status(errors.Unavailable("not ready"), "request-1")
    retry = error_details_pb2.RetryInfo()
    assert any(detail.Unpack(retry) for detail in status.details)
    assert retry.retry_delay.seconds == wire_errors.RETRY_AFTER_SECONDS


def test_endless_texts_are_cut_to_fit_a_grpc_trailer() -> None:
    status = wire_errors.status(errors.BadRequest("я" * 100_000, "ю" * 100_000), "request-1")
    assert len(status.message) == wire_errors.MESSAGE_CHARS_MAX
    assert len(status.SerializeToString()) < 4_000


def test_text_that_is_not_unicode_is_escaped() -> None:
    assert wire_errors.status(errors.BadRequest("\udcff", "\udcff"), "r").message == "\\udcff"


def test_failure_with_an_unknown_code_is_still_shown() -> None:
    assert wire_errors.failure_document(Failure(code=99, message="m", detail="d")) == {
        "code": 99,
        "message": "m",
        "details": [
            {
                "@type": "type.googleapis.com/google.rpc.ErrorInfo",
                "reason": "UNKNOWN",
                "domain": "govor",
                "metadata": {"detail": "d"},
            }
        ],
    }
