"""Roles of service accounts: SpeechKit's names, and which of them contains which. Pure; no I/O.

A service account has its roles in its own folder; there are no rights across folders.
"""

from collections.abc import Iterable

from govor.errors import BadRequest, PermissionDenied
from govor.records import Caller

STT_USER = "ai.speechkit-stt.user"  # recognise speech
LANGUAGE_MODELS_USER = "ai.languageModels.user"  # summaries by a language model
STORAGE_VIEWER = "storage.viewer"  # list and read objects
STORAGE_UPLOADER = "storage.uploader"  # read and write objects
STORAGE_EDITOR = "storage.editor"  # read, write and delete objects; make buckets
STORAGE_ADMIN = "storage.admin"  # all that, and who owns a bucket
TOKEN_CREATOR = "iam.serviceAccounts.tokenCreator"  # noqa: S105 (IAM tokens of other accounts of the folder)
ACCESS_KEY_ADMIN = "iam.serviceAccounts.accessKeyAdmin"  # S3 keys of other accounts of the folder

# What each role contains besides itself.
CONTAINS: dict[str, frozenset[str]] = {
    STT_USER: frozenset(),
    LANGUAGE_MODELS_USER: frozenset(),
    "ai.editor": frozenset({STT_USER, LANGUAGE_MODELS_USER}),
    "ai.admin": frozenset({"ai.editor"}),
    STORAGE_VIEWER: frozenset(),
    STORAGE_UPLOADER: frozenset({STORAGE_VIEWER}),
    STORAGE_EDITOR: frozenset({STORAGE_UPLOADER}),
    STORAGE_ADMIN: frozenset({STORAGE_EDITOR}),
    TOKEN_CREATOR: frozenset(),
    ACCESS_KEY_ADMIN: frozenset(),
    "iam.serviceAccounts.admin": frozenset({TOKEN_CREATOR, ACCESS_KEY_ADMIN}),
    "viewer": frozenset({STORAGE_VIEWER}),
    "editor": frozenset({"viewer", "ai.editor", STORAGE_EDITOR}),
    "admin": frozenset({"editor", "ai.admin", STORAGE_ADMIN, "iam.serviceAccounts.admin"}),
}
# What a key can do unless its maker says otherwise: recognise, and keep recordings.
DEFAULT = (STT_USER, STORAGE_EDITOR)


def allows(held: Iterable[str], needed: str) -> bool:
    """Whether one of the roles held is the one needed or contains it."""
    return any(role == needed or allows(CONTAINS.get(role, ()), needed) for role in held)


def require(caller: Caller, needed: str) -> None:
    """Raise PermissionDenied, with SpeechKit's text, unless the caller's roles contain `needed`."""
    if not allows(caller.roles, needed):
        raise PermissionDenied(
            f"Permission to [resource-manager.folder {caller.folder_id}] denied",
            f"the service account {caller.subject_id} needs the role {needed} (`govor accounts grant`)",
        )


def checked(names: Iterable[str]) -> tuple[str, ...]:
    """Role names in order, each once; raises BadRequest for one that does not exist."""
    found = tuple(dict.fromkeys(names))
    for name in found:
        if name not in CONTAINS:
            raise BadRequest(f"there is no role {name[:64]}", "roles: " + ", ".join(CONTAINS))
    return found
