"""What a caller of another folder tries with each method: every route, every gRPC method, every action of S3.

Rule 1: a parameter of a path is filled by its name, with everything of Alice's that has that name.
Rule 2: what has no such parameter stands in a table here, even if nothing of Alice's can be named in it.
Rule 3: what is in neither is an error, so a new method is tried, or the test fails.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import product
from typing import Any

from starlette.routing import Route

from govor.api.s3.actions import TABLE
from tests.extensions.running import V1
from tests.tenancy.things import HOST, KEY, LINK, Things, submission

PARAMETER = re.compile(r"\{(\w+)(?::\w+)?\}")
# Parameters that are the same for everybody.
COMMON = {"api_endpoint_id": "operation", "name": "whisper-1", "version": "1"}
TUS = {"Tus-Resumable": "1.0.0", "Upload-Offset": "0", "Content-Type": "application/offset+octet-stream"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Attempt:
    """One request; `refused` when it names what is another's, so that any success is a leak."""

    verb: str
    path: str
    refused: bool
    options: Mapping[str, Any] = field(default_factory=dict)


# What is sent with the path, where the method wants something.
SENT: Mapping[tuple[str, str], Mapping[str, Any]] = {
    ("PUT", V1 + "/operations/{operation_id}/speakers"): {"json": {"1": "Bob"}},
    ("GET", V1 + "/operations/{operation_id}/export"): {"params": {"format": "txt"}},
    ("HEAD", V1 + "/operations/{operation_id}/export"): {"params": {"format": "txt"}},
    ("PATCH", V1 + "/uploads/{upload_id}"): {"content": b"x" * 100, "headers": TUS},
    ("PUT", "/objects/{bucket}/{key:path}"): {"content": b"x"},
    ("PATCH", "/iam/aws-compatibility/v1/accessKeys/{access_key_id}"): {"json": {"description": "Bob"}},
}
# Paths that name nothing, or nothing of anybody's: their answers must not tell of Alice either.
NOTHING: Mapping[tuple[str, str], Mapping[str, Any]] = {
    ("GET", "/endpoints"): {},
    ("GET", "/health/live"): {},
    ("GET", "/health/ready"): {},
    ("GET", "/metrics"): {},
    ("GET", "/v1/models"): {},
    ("GET", "/"): {},
    ("GET", "/docs"): {},
    ("GET", "/web/recording_worker.js"): {},
    ("GET", V1 + "/status"): {},
    ("GET", V1 + "/me"): {},
    ("GET", V1 + "/models"): {},
    ("GET", V1 + "/usage"): {},
    ("GET", V1 + "/operations"): {},
    ("GET", V1 + "/webhooks"): {},
    ("GET", V1 + "/openapi.json"): {},
    ("GET", "/iam/aws-compatibility/v1/accessKeys"): {},
    ("POST", "/iam/v1/tokens"): {"json": {"jwt": "e30.e30.x"}},
    ("POST", "/iam/v1/tokens:revoke"): {"json": {"iamToken": "t1.x.x"}},
    ("POST", V1 + "/uploads"): {"content": b"x"},
    ("POST", V1 + "/webhooks"): {"json": {"url": "http://127.0.0.1:9/bobs"}},
    ("OPTIONS", V1 + "/uploads"): {},
    ("POST", "/v1/audio/transcriptions"): {"files": {"file": ("a.wav", b"no sound")}},
}


def named(things: Things) -> Mapping[tuple[str, str], Iterable[Mapping[str, Any]]]:
    """What a body or a query of these methods can name: every one of these requests has to be refused."""
    uri = LINK.format(bucket=things.one("bucket"), key=things.one("key"))
    accounts = [{"serviceAccountId": each} for each in things.values["service_account_id"]]
    operations = [{"params": {"operationId": each}} for each in things.values["operation_id"]]
    return {
        ("POST", "/speech/stt/v2/longRunningRecognize"): [
            {"json": submission(uri)},
            {"json": submission(uri, folderId=things.one("folder_id"))},
        ],
        ("POST", "/stt/v3/recognizeFileAsync"): [{"json": {"uri": uri}}],
        ("GET", "/stt/v3/getRecognition"): operations,
        ("DELETE", "/stt/v3/deleteRecognition"): operations,
        ("POST", "/speech/v1/stt:recognize"): [
            {"params": {"folderId": things.one("folder_id"), "format": "lpcm"}, "content": b"x" * 1_600}
        ],
        ("POST", V1 + "/transcriptions"): [
            {"json": {"uri": uri}},
            *({"json": {"uploadId": each}} for each in things.values["upload_id"]),
        ],
        ("GET", "/iam/aws-compatibility/v1/accessKeys"): [{"params": each} for each in accounts],
        ("POST", "/iam/aws-compatibility/v1/accessKeys"): [{"json": each} for each in accounts],
        ("POST", "/iam/v1/tokens:createForServiceAccount"): [{"json": each} for each in accounts],
    }


def of_routes(routes: Iterable[Route], things: Things) -> Iterator[Attempt]:
    """What is tried with every REST route."""
    by_name = named(things)
    for route in routes:
        for verb in sorted(route.methods or ()):
            where = (verb, route.path)
            if PARAMETER.search(route.path):
                yield from filled(verb, route.path, things)
                continue
            same = ("GET", route.path) if verb == "HEAD" else where
            assert same in NOTHING or same in by_name, f"what can be tried with {verb} {route.path}?"
            for options in by_name.get(same, ()):
                yield Attempt(verb=verb, path=route.path, refused=True, options=options)
            if same in NOTHING:
                yield Attempt(verb=verb, path=route.path, refused=False, options=NOTHING[same])


def filled(verb: str, template: str, things: Things) -> Iterator[Attempt]:
    """A path with every combination of what Alice has."""
    names = PARAMETER.findall(template)
    unknown = [each for each in names if each not in things.values and each not in COMMON]
    assert not unknown, f"what of Alice's is the {unknown[0]} of {verb} {template}?"
    hers = any(each in things.values for each in names)
    refused = hers and verb != "OPTIONS"  # what of tus is served is open to everybody
    for values in product(*(things.values.get(each) or (COMMON[each],) for each in names)):
        path = template
        for value in values:
            path = path.replace(str(PARAMETER.search(path)[0]), value)  # type: ignore[index]  # one for each
        yield Attempt(verb=verb, path=path, refused=refused, options=SENT.get((verb, template), {}))


def of_s3(things: Things) -> Iterator[Attempt]:
    """What is tried with every action of Object Storage, in both of Alice's buckets."""
    uploads = f"govor-upload-{things.one('folder_id')}"
    for bucket, (method, level, subresource) in product((things.one("bucket"), uploads), TABLE):
        path = {"service": "/", "bucket": f"/{bucket}", "object": f"/{bucket}/{KEY}"}[level]
        value = things.one("multipart") if subresource == "uploadId" else ""
        query = f"?{subresource}={value}" if subresource else ""
        query += "&partNumber=1" if (method, subresource) == ("PUT", "uploadId") else ""
        content = b"" if method in ("GET", "HEAD") else deletion() if subresource == "delete" else b"x"
        options = {"headers": {"Host": HOST}, **({"content": content} if content else {})}
        yield Attempt(verb=method, path=path + query, refused=level != "service", options=options)
    source = {"Host": HOST, "x-amz-copy-source": f"/{things.one('bucket')}/{KEY}"}
    yield Attempt(verb="PUT", path="/bobs-bucket/stolen", refused=True, options={"headers": source})


def deletion() -> bytes:
    """The body of DeleteObjects."""
    return f"<Delete><Object><Key>{KEY}</Key></Object></Delete>".encode()


def of_rpc(things: Things) -> Mapping[str, Iterable[Mapping[str, Any]]]:
    """What is tried with every gRPC method; an empty list where nothing of Alice's can be named."""
    uri = LINK.format(bucket=things.one("bucket"), key=things.one("key"))
    folder = {"folder_id": things.one("folder_id")}
    operations = [{"operation_id": each} for each in things.values["operation_id"]]
    accounts = [{"service_account_id": each} for each in things.values["service_account_id"]]
    keys = [{"access_key_id": each} for each in things.values["access_key_id"]]
    access_keys = "yandex.cloud.iam.v1.awscompatibility.AccessKeyService"
    return {
        "yandex.cloud.ai.stt.v2.SttService/LongRunningRecognize": [
            {"audio": {"uri": uri}},
            {"audio": {"uri": uri}, "config": folder},
        ],
        "yandex.cloud.ai.stt.v2.SttService/StreamingRecognize": [{"config": folder}],
        "speechkit.stt.v3.Recognizer/RecognizeStreaming": [],
        "speechkit.stt.v3.AsyncRecognizer/RecognizeFile": [{"uri": uri}],
        "speechkit.stt.v3.AsyncRecognizer/GetRecognition": operations,
        "speechkit.stt.v3.AsyncRecognizer/DeleteRecognition": operations,
        "yandex.cloud.operation.OperationService/Get": operations,
        "yandex.cloud.operation.OperationService/Cancel": operations,
        "yandex.cloud.iam.v1.IamTokenService/Create": [],
        "yandex.cloud.iam.v1.IamTokenService/CreateForServiceAccount": accounts,
        "yandex.cloud.iam.v1.IamTokenService/Revoke": [],
        f"{access_keys}/List": accounts,
        f"{access_keys}/Create": accounts,
        **{f"{access_keys}/{name}": keys for name in ("Get", "Update", "Delete", "ListOperations")},
        "yandex.cloud.endpoint.ApiEndpointService/Get": [],
        "yandex.cloud.endpoint.ApiEndpointService/List": [],
    }
