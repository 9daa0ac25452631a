"""Which role lets a service account do what."""

import pytest

from govor import roles
from govor.errors import BadRequest, PermissionDenied
from govor.records import Caller


@pytest.mark.parametrize(
    ("held", "needed", "allowed"),
    [
        ((), roles.STT_USER, False),
        (("ai.speechkit-stt.user",), roles.STT_USER, True),
        (("ai.editor",), roles.STT_USER, True),
        (("editor",), roles.STT_USER, True),
        (("admin",), roles.STT_USER, True),
        (("viewer",), roles.STT_USER, False),
        (("storage.admin",), roles.STT_USER, False),
        (("storage.uploader",), roles.STORAGE_VIEWER, True),
        (("storage.viewer",), roles.STORAGE_UPLOADER, False),
        (("viewer", "storage.uploader"), roles.STORAGE_UPLOADER, True),
        (("editor",), roles.STORAGE_ADMIN, False),
        (("editor",), roles.TOKEN_CREATOR, False),
        (("iam.serviceAccounts.admin",), roles.ACCESS_KEY_ADMIN, True),
        (("a role of a later version",), roles.STT_USER, False),
        (roles.DEFAULT, roles.STT_USER, True),
        (roles.DEFAULT, roles.STORAGE_EDITOR, True),
    ],
)
def test_role_contains_what_it_says(held: tuple[str, ...], needed: str, allowed: bool) -> None:
    caller = Caller(subject_id="aje", folder_id="b1gfolder", roles=frozenset(held))
    assert roles.allows(caller.roles, needed) is allowed
    if allowed:
        roles.require(caller, needed)
        return
    with pytest.raises(PermissionDenied) as caught:
        roles.require(caller, needed)
    assert caught.value.message == "Permission to [resource-manager.folder b1gfolder] denied"
    assert needed in caught.value.detail


def test_every_role_contained_in_another_is_a_role_itself() -> None:
    assert frozenset().union(*roles.CONTAINS.values()) <= set(roles.CONTAINS)
    assert all(not roles.allows(roles.CONTAINS[name], name) for name in roles.CONTAINS)


def test_unknown_role_is_refused() -> None:
    with pytest.raises(BadRequest, match="there is no role owner"):
        roles.checked(["viewer", "owner"])
