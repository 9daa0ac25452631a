"""Who may call which method, over both doors."""

from typing import Any

import pytest
import requests

from govor import app, roles
from govor.api import admission, endpoints, gateway
from govor.api.endpoints import Ports
from govor.settings import Settings
from govor.storage.identities import Identities
from govor.storage.objects import Objects
from tests.api.live import TIMEOUT_SECONDS, Live, request_for
from tests.api.memory import MemoryOperations
from tests.api.test_both_doors import doors
from tests.tiny.immediate import immediate

URI = "https://storage.yandexcloud.net/bucket/speech.ogg"
OPERATIONS = "yandex.cloud.operation.OperationService"
KEYS = "yandex.cloud.iam.v1.awscompatibility.AccessKeyService"
# Methods that want a caller but no role: they look at what belongs to the caller, or check for themselves.
WITHOUT_A_ROLE = {OPERATIONS, KEYS, "yandex.cloud.iam.v1.IamTokenService"}


@doors
def test_recognition_needs_its_role(service: Live, door: Any) -> None:
    account = service.identities.accounts.create(name="x", folder_id="b1gnorole", held=["storage.editor"])
    secret, _ = service.identities.keys.create(name="x", account_id=account.id)
    refused = (7, "Permission to [resource-manager.folder b1gnorole] denied")
    assert door(service, request_for(URI), authorization=f"Api-Key {secret}") == refused


@doors
def test_role_granted_later_counts(service: Live, door: Any) -> None:
    account = service.identities.accounts.create(name="x", held=[])
    service.identities.accounts.set_roles(account.id, ["editor"])
    secret, _ = service.identities.keys.create(name="x", account_id=account.id)
    assert door(service, request_for(URI), authorization=f"Api-Key {secret}") == (0, "")


@doors
@pytest.mark.parametrize("folder", ["", "own"])
def test_header_may_name_the_own_folder(service: Live, door: Any, folder: str) -> None:
    named = service.folder_id if folder else ""
    assert door(service, request_for(URI), x_folder_id=named) == (0, "")


@doors
def test_header_with_a_foreign_folder_is_refused_with_speechkits_text(service: Live, door: Any) -> None:
    expected = (
        "Specified folder ID 'b1gforeign' does not match with service account folder ID "
        f"'{service.folder_id}'"
    )
    assert door(service, request_for(URI), x_folder_id="b1gforeign") == (16, expected)


def table(tmp_path: Any) -> tuple[gateway.Method, ...]:
    """The methods of the service as app.py builds it."""
    settings = Settings(data_dir=tmp_path, database_url="")
    identities = Identities.open(settings)
    parts = app.Parts(
        identities=identities,
        uploads=Objects(settings),
        operations=MemoryOperations(),
        immediate=immediate(settings),
    )
    identities.close()
    return gateway.methods(app.servicers(settings, parts, Ports()))


def test_every_service_is_open_or_needs_a_role_or_is_known_to_need_none(tmp_path: Any) -> None:
    methods = table(tmp_path)
    for method in methods:
        known = method.full_name in admission.OPEN or method.service in {*admission.NEEDED, *WITHOUT_A_ROLE}
        assert known, method.full_name
    assert {method.full_name for method in methods} >= admission.OPEN


def test_every_role_that_is_needed_exists() -> None:
    assert set(admission.NEEDED.values()) <= set(roles.CONTAINS)
    assert endpoints.BY_NAME not in endpoints.SPEECHKIT


def test_paths_that_no_proto_file_names_look_at_the_folder_too(service: Live) -> None:
    refused = requests.put(
        f"{service.http}/objects/bucket/a.ogg",
        b"OggS",
        headers=service.authorization | {"x-folder-id": "b1gforeign"},
        timeout=TIMEOUT_SECONDS,
    )
    assert (refused.status_code, refused.json()["code"]) == (401, 16)
    secret, _ = service.identities.keys.create(name="x", held=["storage.viewer"])
    denied = requests.put(
        f"{service.http}/objects/bucket/a.ogg",
        b"OggS",
        headers={"Authorization": f"Api-Key {secret}"},
        timeout=TIMEOUT_SECONDS,
    )
    assert (denied.status_code, denied.json()["code"]) == (403, 7)
