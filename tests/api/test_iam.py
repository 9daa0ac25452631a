"""IAM over both doors: tokens for JWTs, static keys, and what roles and folders let a caller do."""

import re
import time
from typing import Any

import boto3.session
import pytest
import requests
from google.protobuf import json_format
from google.protobuf.message import Message

from govor.api import lenient_json, wire_errors
from govor.pb.yandex.cloud.iam.v1 import iam_token_service_pb2 as iam
from govor.pb.yandex.cloud.iam.v1.awscompatibility import access_key_service_pb2 as access_keys
from tests.api.live import TIMEOUT_SECONDS, Live, live, request_for
from tests.api.service_accounts import key_file, signed
from tests.storage.test_iam_tokens import DOCUMENTED

URI = "https://storage.yandexcloud.net/bucket/speech.ogg"
STATIC = "/iam/aws-compatibility/v1/accessKeys"
SERVICE = "yandex.cloud.iam.v1.IamTokenService"
Answer = tuple[int, dict[str, Any]]  # google.rpc.Code and the document

METHODS: dict[str, tuple[str, str, type[Message], type[Message]]] = {
    "create": ("/iam/v1/tokens", f"{SERVICE}/Create", iam.CreateIamTokenRequest, iam.CreateIamTokenResponse),
    "create_for": (
        "/iam/v1/tokens:createForServiceAccount",
        f"{SERVICE}/CreateForServiceAccount",
        iam.CreateIamTokenForServiceAccountRequest,
        iam.CreateIamTokenResponse,
    ),
    "revoke": (
        "/iam/v1/tokens:revoke",
        f"{SERVICE}/Revoke",
        iam.RevokeIamTokenRequest,
        iam.RevokeIamTokenResponse,
    ),
    "access_key": (
        STATIC,
        "yandex.cloud.iam.v1.awscompatibility.AccessKeyService/Create",
        access_keys.CreateAccessKeyRequest,
        access_keys.CreateAccessKeyResponse,
    ),
}


def rest(service: Live, method: str, document: dict[str, Any], **headers: str) -> Answer:
    """POST, with no key unless a header says so."""
    path = METHODS[method][0]
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    answer = requests.post(service.http + path, json=document, headers=given, timeout=TIMEOUT_SECONDS)
    body = answer.json()
    assert answer.status_code == wire_errors.HTTP_STATUS.get(body.get("code", 0), 200)
    return body.get("code", 0), body


def rpc(service: Live, method: str, document: dict[str, Any], **metadata: str) -> Answer:
    """The same over gRPC."""
    _, name, request, response = METHODS[method]
    message = request()
    lenient_json.fill(message, document)
    answer = service.rpc(f"/{name}", message, response, **({"authorization": ""} | metadata))
    if answer.code != "OK":
        code = {"INVALID_ARGUMENT": 3, "PERMISSION_DENIED": 7, "UNAUTHENTICATED": 16, "UNIMPLEMENTED": 12}
        return code[answer.code], {"message": answer.text}
    return 0, json_format.MessageToDict(answer.message)


doors = pytest.mark.parametrize("door", [rest, rpc])


def token_of(service: Live, key: dict[str, str]) -> str:
    code, answer = rest(service, "create", {"jwt": signed(key)})
    assert code == 0, answer
    return str(answer["iamToken"])


@doors
def test_jwt_becomes_a_token_that_recognises(service: Live, door: Any) -> None:
    key = key_file(service.identities, folder_id=service.folder_id)
    code, answer = door(service, "create", {"jwt": signed(key)})
    assert code == 0
    assert DOCUMENTED.fullmatch(answer["iamToken"])
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", answer["expiresAt"])
    submitted = service.post(request_for(URI), Authorization=f"Bearer {answer['iamToken']}")
    assert submitted.status_code == 200
    assert submitted.json()["createdBy"] == key["service_account_id"]
    polled = service.get(
        f"/operations/{submitted.json()['id']}", Authorization=f"bearer {answer['iamToken']}"
    )
    assert polled.status_code == 200


@doors
@pytest.mark.parametrize(
    ("document", "code", "message"),
    [
        ({}, 3, "jwt is missing"),
        ({"jwt": "x"}, 3, "jwt is malformed"),
        ({"jwt": "x" * 8_001}, 3, "jwt is longer than 8000 characters"),
        ({"yandexPassportOauthToken": "y0_x"}, 12, "yandex_passport_oauth_token is not supported, only jwt"),
    ],
)
def test_request_without_a_proof_is_refused(
    service: Live, door: Any, document: dict[str, Any], code: int, message: str
) -> None:
    found, answer = door(service, "create", document)
    assert (found, answer["message"]) == (code, message)


def test_stranger_cannot_send_what_a_caller_may(service: Live) -> None:
    body = b'{"jwt": "' + b"x" * (64 << 10) + b'"}'
    answer = requests.post(f"{service.http}/iam/v1/tokens", body, timeout=TIMEOUT_SECONDS)
    assert (answer.status_code, answer.json()["code"]) == (413, 3)


@doors
def test_stale_jwt_is_unauthenticated(service: Live, door: Any) -> None:
    key = key_file(service.identities)
    found, answer = door(service, "create", {"jwt": signed(key, now=time.time() - 7_200)})
    assert (found, answer["message"]) == (16, "UNAUTHORIZED")


@doors
def test_revoked_token_is_unauthenticated(service: Live, door: Any) -> None:
    key = key_file(service.identities)
    token = token_of(service, key)
    assert door(service, "revoke", {"iamToken": token})[1]["subjectId"] == key["service_account_id"]
    refused = service.post(request_for(URI), Authorization=f"Bearer {token}")
    assert (refused.status_code, refused.json()["message"]) == (401, "UNAUTHORIZED")
    assert door(service, "revoke", {"iamToken": "t1.x"})[0] == 3
    assert door(service, "revoke", {})[0] == 3


@doors
def test_expired_token_is_answered_with_speechkits_text(service: Live, door: Any) -> None:
    tokens = service.identities.tokens
    late = type(tokens)(service.identities.database, clock=lambda: time.time() - 13 * 3600)
    stale = late.issue(key_file(service.identities)["service_account_id"]).text
    document = {"serviceAccountId": "aje"}
    found, answer = door(service, "create_for", document, authorization=f"Bearer {stale}")
    assert (found, answer["message"]) == (16, "The token has expired")


@doors
def test_tokens_of_other_accounts_need_a_role_and_the_same_folder(service: Live, door: Any) -> None:
    folder = service.folder_id
    plain = key_file(service.identities, folder_id=folder)
    maker = key_file(
        service.identities,
        folder_id=folder,
        held=["ai.speechkit-stt.user", "iam.serviceAccounts.tokenCreator"],
    )
    stranger = key_file(service.identities, folder_id="b1gstrange")

    def ask(asker: dict[str, str], target: str) -> Answer:
        bearer = f"Bearer {token_of(service, asker)}"
        answer: Answer = door(service, "create_for", {"serviceAccountId": target}, authorization=bearer)
        return answer

    assert ask(plain, plain["service_account_id"])[0] == 0
    code, answer = ask(maker, plain["service_account_id"])
    assert code == 0
    submitted = service.post(request_for(URI), Authorization=f"Bearer {answer['iamToken']}")
    assert submitted.json()["createdBy"] == plain["service_account_id"]
    code, answer = ask(plain, maker["service_account_id"])
    assert (code, answer["message"]) == (7, f"Permission to [resource-manager.folder {folder}] denied")
    for target in (stranger["service_account_id"], "ajenobody00000000000"):
        code, answer = ask(maker, target)
        assert (code, answer["message"]) == (7, f"Permission to [iam.serviceAccount {target}] denied")
    assert door(service, "create_for", {}, authorization=f"Bearer {token_of(service, plain)}")[0] == 3
    assert door(service, "create_for", {"serviceAccountId": plain["service_account_id"]})[0] == 16


@doors
def test_static_key_is_made_for_the_caller_and_leads_back_to_it(service: Live, door: Any) -> None:
    key = key_file(service.identities)
    document = {"serviceAccountId": key["service_account_id"], "description": "s3"}
    code, answer = door(service, "access_key", document, authorization=f"Bearer {token_of(service, key)}")
    assert code == 0
    found = service.identities.access_keys.lookup(answer["accessKey"]["keyId"])
    assert found is not None
    assert (found.secret, found.caller.subject_id) == (answer["secret"], key["service_account_id"])
    assert answer["accessKey"]["serviceAccountId"] == key["service_account_id"]
    assert answer["accessKey"]["description"] == "s3"
    assert door(service, "access_key", document)[0] == 16
    foreign = {"serviceAccountId": key_file(service.identities)["service_account_id"]}
    assert door(service, "access_key", foreign, authorization=f"Bearer {token_of(service, key)}")[0] == 7


def test_static_keys_can_be_listed_and_looked_at_without_their_secrets(service: Live) -> None:
    bearer = {"Authorization": f"Bearer {token_of(service, key_file(service.identities))}"}
    _, made = rest(service, "access_key", {}, **bearer)
    listed = service.get(STATIC, **bearer).json()
    assert [each["keyId"] for each in listed["accessKeys"]] == [made["accessKey"]["keyId"]]
    looked = service.get(f"{STATIC}/{made['accessKey']['id']}", **bearer)
    assert looked.json()["keyId"] == made["accessKey"]["keyId"]
    assert made["secret"] not in looked.text + str(listed)
    assert service.get(f"{STATIC}/ajeunknown0000000000", **bearer).status_code == 404
    other = {"Authorization": f"Bearer {token_of(service, key_file(service.identities))}"}
    assert service.get(f"{STATIC}/{made['accessKey']['id']}", **other).status_code == 403


def test_static_key_is_one_that_aws_clients_take(service: Live) -> None:
    bearer = f"Bearer {token_of(service, key_file(service.identities))}"
    _, made = rest(service, "access_key", {}, authorization=bearer)
    client = boto3.session.Session(made["accessKey"]["keyId"], made["secret"]).client(
        "s3", endpoint_url=service.http, region_name="ru-central1"
    )
    link = client.generate_presigned_url("get_object", {"Bucket": "bucket", "Key": "a b.ogg"})
    assert made["accessKey"]["keyId"] in link


def test_without_authentication_iam_answers_and_its_tokens_open_nothing_later(tmp_path: Any) -> None:
    with live(tmp_path, auth="none") as open_house:
        code, answer = rest(open_house, "create", {"jwt": "anything"})
        assert code == 0
        assert DOCUMENTED.fullmatch(answer["iamToken"])
        bearer = {"Authorization": f"Bearer {answer['iamToken']}"}
        assert requests.get(open_house.http + "/operations/x", headers=bearer, timeout=9).status_code == 404
        assert open_house.identities.verify(answer["iamToken"]) is None
        made = rest(open_house, "access_key", {})[1]["accessKey"]["keyId"]
        found = open_house.identities.access_keys.lookup(made)
        assert found is not None
        assert not found.caller.roles
        assert rpc(open_house, "create_for", {"serviceAccountId": "ajelocal000000000000"})[0] == 0
