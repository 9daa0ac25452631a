"""boto3 against a live service: what real clients of Object Storage send."""

from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

from govor.roles import DEFAULT
from tests.api.live import Live

REGION = "ru-central1"


def access_key(service: Live, folder_id: str | None = None, roles: tuple[str, ...] = ()) -> tuple[str, str]:
    """Key id and secret of a new service account; without roles it has those of a new API key."""
    account = service.identities.accounts.create(name="s3 tests", folder_id=folder_id, held=roles or DEFAULT)
    secret, key = service.identities.access_keys.create(service_account_id=account.id)
    return key.key_id, secret


def client(endpoint: str, key: tuple[str, str], **config: Any) -> Any:
    """An S3 client that does not try again: every refusal is seen."""
    key_id, secret = key
    return boto3.client(
        "s3",
        endpoint_url=endpoint,
        aws_access_key_id=key_id,
        aws_secret_access_key=secret,
        region_name=REGION,
        config=Config(**{"retries": {"max_attempts": 0}, "read_timeout": 20, **config}),
    )


def refusal(action: Any, **arguments: Any) -> tuple[str, int]:
    """S3's name of the error, and the status, of a call that must fail."""
    try:
        action(**arguments)
    except ClientError as error:
        return error.response["Error"]["Code"], error.response["ResponseMetadata"]["HTTPStatusCode"]
    raise AssertionError("the call did not fail")
