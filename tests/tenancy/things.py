"""Everything that one folder can have: made through the doors, and looked at again in the end."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import grpc
import httpx

from tests.extensions.running import PCM, V1, Client, Running, sound

HOST = "storage.yandexcloud.net"
HEARD = [20_721, 20_722]  # the words of Alice's recordings: nobody else's have them
NAME = "alices-private-name"
BUCKET, KEY = "alices-private-bucket", "alices-private-key.pcm"
ADDRESS = "http://127.0.0.1:9/alices-private-webhook"
PIECE = {"Tus-Resumable": "1.0.0", "Upload-Length": "100", "Upload-Metadata": "filename YWxpY2VzLnBjbQ=="}
LINK = "https://" + HOST + "/{bucket}/{key}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Things:
    """Alice's, by the names that paths and messages give them."""

    values: Mapping[str, tuple[str, ...]]  # parameter → every value of hers
    markers: frozenset[str]  # what nobody else may be told

    def one(self, name: str) -> str:
        """The first of that name."""
        return self.values[name][0]


def s3(caller: httpx.Client, method: str, path: str, **options: Any) -> httpx.Response:
    """A request as Object Storage's hosts get it."""
    headers = {"Host": HOST, **options.pop("headers", {})}
    return caller.request(method, f"/{path}", headers=headers, **options)


def made_by(service: Running, caller: Client) -> Things:
    """One of each; every operation has ended."""
    values = {
        "operation_id": operations(caller),
        "upload_id": uploads(caller),
        "webhook_id": (webhook(caller),),
        **objects(caller),
        **identities(service, caller),
    }
    whoami = caller.get(f"{V1}/me").json()
    secret = caller.get(f"{V1}/webhooks").json()["signingSecret"]
    words = [str(level) for level in HEARD]
    markers = {*words, NAME, BUCKET, KEY, ADDRESS, secret, whoami["subject"], whoami["folder"]}
    for own in values.values():
        markers |= set(own)
    values["folder_id"] = (whoami["folder"],)
    values["service_account_id"] = (whoami["subject"], *values["service_account_id"])
    return Things(values=values, markers=frozenset(markers))


def operations(caller: Client) -> tuple[str, ...]:
    """One of each API."""
    second = caller.done(HEARD, name=NAME, file=f"{NAME}.pcm")["id"]
    caller.put(f"{V1}/operations/{second}/speakers", json={"1": NAME})
    upload = caller.uploaded(HEARD, name=f"{NAME}.pcm")
    raw = {"rawAudio": {"audioEncoding": "LINEAR16_PCM", "sampleRateHertz": "8000", "audioChannelCount": "1"}}
    body = {"uri": upload["uri"], "recognitionModel": {"model": "general", "audioFormat": raw}}
    third = caller.post("/stt/v3/recognizeFileAsync", json=body).json()["id"]
    assert caller.ended(third)["state"] == "done"
    return second, third


def uploads(caller: Client) -> tuple[str, ...]:
    """A whole one, and one that has just begun."""
    begun = caller.post(f"{V1}/uploads", headers=PIECE)
    assert begun.status_code == 201, begun.text
    return caller.uploaded(HEARD, name=f"{NAME}.pcm")["id"], begun.json()["id"]


def webhook(caller: Client) -> str:
    """An address nobody listens at."""
    answer = caller.post(f"{V1}/webhooks", json={"url": ADDRESS})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def objects(caller: Client) -> dict[str, tuple[str, ...]]:
    """A bucket, an object, and a part of another one."""
    assert s3(caller, "PUT", f"{BUCKET}/{KEY}", content=sound(HEARD)).status_code == 200
    begun = s3(caller, "POST", f"{BUCKET}/{KEY}?uploads").text
    return {
        "bucket": (BUCKET,),
        "key": (KEY,),
        "multipart": (begun.partition("<UploadId>")[2].partition("<")[0],),
    }


def identities(service: Running, caller: Client) -> dict[str, tuple[str, ...]]:
    """Another account of the folder, a static key, a token."""
    folder = caller.get(f"{V1}/me").json()["folder"]
    known = service.service.parts.identities
    account = known.accounts.create(name=NAME, folder_id=folder)
    _, key = known.access_keys.create(service_account_id=account.id)
    return {"service_account_id": (account.id,), "access_key_id": (key.id, key.key_id)}


def seen(caller: Client, things: Things) -> dict[str, Any]:
    """All of it, as its owner sees it: the same before and after whatever others tried."""
    paths = [f"{V1}/operations", f"{V1}/webhooks", f"{V1}/usage", "/iam/aws-compatibility/v1/accessKeys"]
    for operation in things.values["operation_id"]:
        one = f"{V1}/operations/{operation}"
        paths += [one, f"{one}/transcript", f"{one}/waveform", f"/operations/{operation}"]
    paths += [f"{V1}/uploads/{upload}" for upload in things.values["upload_id"]]
    found: dict[str, Any] = {path: caller.get(path).text for path in paths}
    for path in (BUCKET, f"{BUCKET}/{KEY}", f"{BUCKET}?uploads", ""):
        found[f"s3 {path}"] = s3(caller, "GET", path).content
    return found


def settled(caller: Client, operation_id: str) -> None:
    """Wait until an operation of a caller has ended, however."""
    for _ in range(600):
        if caller.get(f"{V1}/operations/{operation_id}").json()["stage"] == "finished":
            return
        time.sleep(0.1)
    raise AssertionError(f"{operation_id} does not end")


def submission(uri: str, **config: Any) -> dict[str, Any]:
    """The body of API v2."""
    return {"config": {"specification": PCM, **config}, "audio": {"uri": uri}}


def channel(service: Running) -> grpc.Channel:
    """To the gRPC door."""
    return grpc.insecure_channel(f"127.0.0.1:{service.service.grpc_port}")
