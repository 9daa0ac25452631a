"""Who may call which method: credentials, the folder named in `x-folder-id`, the role the method needs.

Rule 1: discovery and the exchange of a JWT or a token are open to everybody: callers have no token yet.
Rule 2: every other method wants a caller, and no foreign folder.
Rule 3: recognition wants the role `ai.speechkit-stt.user`; an operation is visible to its folder without it.
"""

from collections.abc import Mapping

from govor import roles
from govor.api.auth import Doorkeeper, check_folder
from govor.api.gateway import Method
from govor.records import Caller

NOBODY = Caller(subject_id="", folder_id="")
OPEN = frozenset(
    {
        "yandex.cloud.endpoint.ApiEndpointService/List",
        "yandex.cloud.endpoint.ApiEndpointService/Get",
        "yandex.cloud.iam.v1.IamTokenService/Create",
        "yandex.cloud.iam.v1.IamTokenService/Revoke",  # who has the token may end it
    }
)
NEEDED = {
    "yandex.cloud.ai.stt.v2.SttService": roles.STT_USER,
    "speechkit.stt.v3.Recognizer": roles.STT_USER,
    "speechkit.stt.v3.AsyncRecognizer": roles.STT_USER,
}


async def admitted(
    doorkeeper: Doorkeeper, method: Method, headers: Mapping[str, str], source: str = ""
) -> Caller:
    """The caller of a method, from HTTP headers or gRPC metadata.

    `source` is where the call comes from (guesses.py). Raises what Doorkeeper.admit does, PermissionDenied.
    """
    if method.full_name in OPEN:
        return NOBODY
    caller = await doorkeeper.admit(headers.get("authorization"), source)
    check_folder(caller, headers.get("x-folder-id", ""))
    if needed := NEEDED.get(method.service):
        roles.require(caller, needed)
    return caller
