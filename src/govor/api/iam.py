"""IamTokenService and AccessKeyService: tokens for service accounts, static keys for their S3 clients."""

import asyncio
import time
from collections.abc import Callable

from google.protobuf.timestamp_pb2 import Timestamp

from govor import roles
from govor.api import signed_jwt
from govor.api.auth import LOCAL
from govor.api.call import Call
from govor.errors import BadRequest, NotFound, PermissionDenied, Unimplemented
from govor.pb.yandex.cloud.iam.v1 import iam_token_service_pb2 as pb
from govor.pb.yandex.cloud.iam.v1.awscompatibility import access_key_pb2, access_key_service_pb2
from govor.records import Caller
from govor.settings import Settings
from govor.storage.access_keys import AccessKey
from govor.storage.accounts import Account
from govor.storage.iam_tokens import Token
from govor.storage.identities import Identities

TOKEN_CHARS_MAX = 4_096  # SpeechKit's limit on the token to revoke
# Whom a token made without authentication stands for: no account, so that it is worthless once keys count.
ANYBODY = "ajeanybody0000000000"


class IamTokenService:
    """yandex.cloud.iam.v1.IamTokenService."""

    descriptor = pb.DESCRIPTOR.services_by_name["IamTokenService"]

    def __init__(
        self, identities: Identities, settings: Settings, clock: Callable[[], float] = time.time
    ) -> None:
        self._identities = identities
        self._everybody = settings.auth == "none"
        self._audiences = [each.strip() for each in settings.iam_audiences.split(",")]
        self._clock = clock

    async def create(self, request: pb.CreateIamTokenRequest, call: Call) -> pb.CreateIamTokenResponse:
        """A token for the service account whose authorised key signed the JWT."""
        if request.WhichOneof("identity") == "yandex_passport_oauth_token":
            raise Unimplemented(
                "yandex_passport_oauth_token is not supported, only jwt",
                "`govor keys create --authorized` makes a key that signs JWTs",
            )
        if self._everybody:
            return _response(self._identities.tokens.issue(ANYBODY))
        return _response(await asyncio.to_thread(self._exchange, request.jwt))

    async def create_for_service_account(
        self, request: pb.CreateIamTokenForServiceAccountRequest, call: Call
    ) -> pb.CreateIamTokenResponse:
        """A token for another account of the caller's folder, or for the caller itself."""
        if not request.service_account_id:
            raise BadRequest("service_account_id is missing")
        owner = await asyncio.to_thread(
            account_of, self._identities, request.service_account_id, call.caller, roles.TOKEN_CREATOR
        )
        return _response(self._identities.tokens.issue(ANYBODY if self._everybody else owner.id))

    async def revoke(self, request: pb.RevokeIamTokenRequest, call: Call) -> pb.RevokeIamTokenResponse:
        """End a token before its time; it works for a second longer at most."""
        if not 0 < len(request.iam_token) <= TOKEN_CHARS_MAX:
            raise BadRequest(f"iam_token must have 1 to {TOKEN_CHARS_MAX} characters")
        subject = await asyncio.to_thread(self._identities.tokens.revoke, request.iam_token)
        return pb.RevokeIamTokenResponse(subject_id=subject)

    def _exchange(self, token: str) -> Token:
        find = self._identities.authorized_keys.find
        key = signed_jwt.signer(token, find, self._audiences, self._clock())
        return self._identities.tokens.issue(key.service_account_id, key.id)


class AccessKeyService:
    """yandex.cloud.iam.v1.awscompatibility.AccessKeyService; `govor keys revoke` ends keys."""

    descriptor = access_key_service_pb2.DESCRIPTOR.services_by_name["AccessKeyService"]

    def __init__(self, identities: Identities) -> None:
        self._identities = identities

    async def create(
        self, request: access_key_service_pb2.CreateAccessKeyRequest, call: Call
    ) -> access_key_service_pb2.CreateAccessKeyResponse:
        """A key for the caller or another account of its folder; the only time its secret is shown."""

        def create() -> tuple[str, AccessKey]:
            owner = self._owner(request.service_account_id, call.caller)
            return self._identities.access_keys.create(
                service_account_id=owner.id, description=request.description
            )

        secret, key = await asyncio.to_thread(create)
        return access_key_service_pb2.CreateAccessKeyResponse(access_key=_message(key), secret=secret)

    async def list(
        self, request: access_key_service_pb2.ListAccessKeysRequest, call: Call
    ) -> access_key_service_pb2.ListAccessKeysResponse:
        """The working keys of one account, all on one page."""
        owner = await asyncio.to_thread(self._owner, request.service_account_id, call.caller)
        keys = await asyncio.to_thread(self._identities.access_keys.list, owner.id)
        return access_key_service_pb2.ListAccessKeysResponse(access_keys=map(_message, keys))

    async def get(
        self, request: access_key_service_pb2.GetAccessKeyRequest, call: Call
    ) -> access_key_pb2.AccessKey:
        """One working key, of an account that the caller may look at; another folder's do not exist."""
        return _message(await asyncio.to_thread(self._key, request.access_key_id, call.caller))

    def _key(self, key_id: str, caller: Caller) -> AccessKey:
        for key in self._identities.access_keys.list():
            if key.id == key_id and self._visible(key, caller):
                self._owner(key.service_account_id, caller)
                return key
        raise NotFound(f"Access key {key_id[:50]!r} not found")

    def _visible(self, key: AccessKey, caller: Caller) -> bool:
        account = self._identities.accounts.find(key.service_account_id)
        return caller == LOCAL or (account is not None and account.folder_id == caller.folder_id)

    def _owner(self, account_id: str, caller: Caller) -> Account:
        return account_of(self._identities, account_id or caller.subject_id, caller, roles.ACCESS_KEY_ADMIN)


def account_of(identities: Identities, account_id: str, caller: Caller, needed: str) -> Account:
    """The caller's own account, or another one of its folder if it has the role `needed`.

    Raises PermissionDenied, also for an account that does not exist: strangers learn nothing of accounts.
    """
    if caller == LOCAL and account_id == LOCAL.subject_id:
        return identities.accounts.find(account_id) or identities.accounts.create(
            name="this machine, without authentication",
            folder_id=LOCAL.folder_id,
            held=(),  # its keys are worthless once keys count
            account_id=account_id,
        )
    account = identities.accounts.find(account_id)
    if account is None or (account.folder_id != caller.folder_id and caller != LOCAL):
        raise PermissionDenied(f"Permission to [iam.serviceAccount {account_id[:50]}] denied")
    if account.id != caller.subject_id:
        roles.require(caller, needed)
    return account


def _response(token: Token) -> pb.CreateIamTokenResponse:
    return pb.CreateIamTokenResponse(iam_token=token.text, expires_at=Timestamp(seconds=token.expires_at))


def _message(key: AccessKey) -> access_key_pb2.AccessKey:
    return access_key_pb2.AccessKey(
        id=key.id,
        service_account_id=key.service_account_id,
        created_at=Timestamp(seconds=key.created_at),
        description=key.description,
        key_id=key.key_id,
    )
