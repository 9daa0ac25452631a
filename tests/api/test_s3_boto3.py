"""boto3, as SpeechKit's clients use it, against the local object store with keys."""

import hashlib
import io
import os
from typing import Any

import pytest
import requests

from govor.errors import PermissionDenied
from govor.roles import STORAGE_UPLOADER, STORAGE_VIEWER
from govor.settings import Settings
from govor.storage.objects import Objects
from tests.api.live import TIMEOUT_SECONDS, Live
from tests.api.s3_clients import access_key, client, refusal

OTHER_FOLDER = "b1gotherfolder000000"
KEYS = [
    "call.ogg",
    "папка/запись 1.ogg",
    "a+b.ogg",
    "100%.ogg",
    "100%25.ogg",
    "a?b#c&d=e.ogg",
    "~!*'();:@,[].ogg",
]
BIG = os.urandom(1 << 20) * 11


@pytest.fixture(scope="module")
def mine(service: Live) -> Any:
    """The client of one folder, with a bucket."""
    made = client(service.http, access_key(service))
    made.create_bucket(Bucket="boto3")
    return made


@pytest.fixture(scope="module")
def theirs(service: Live) -> Any:
    """The client of another folder."""
    return client(service.http, access_key(service, OTHER_FOLDER))


@pytest.mark.parametrize("key", KEYS)
def test_object_comes_back_as_it_was_put(mine: Any, service: Live, key: str) -> None:
    put = mine.put_object(
        Bucket="boto3", Key=key, Body=b"content", ContentType="audio/ogg", Metadata={"call": "17"}
    )
    assert put["ETag"] == f'"{hashlib.md5(b"content").hexdigest()}"'
    got = mine.get_object(Bucket="boto3", Key=key)
    assert (got["Body"].read(), got["ContentType"], got["Metadata"]) == (
        b"content",
        "audio/ogg",
        {"call": "17"},
    )
    assert (got["ETag"], got["ContentLength"]) == (put["ETag"], 7)
    assert (service.data_dir / "objects" / "boto3" / key).read_bytes() == b"content"
    assert mine.head_object(Bucket="boto3", Key=key)["LastModified"] == got["LastModified"]
    mine.delete_object(Bucket="boto3", Key=key)
    assert refusal(mine.get_object, Bucket="boto3", Key=key) == ("NoSuchKey", 404)
    assert refusal(mine.head_object, Bucket="boto3", Key=key) == ("404", 404)


@pytest.mark.parametrize("algorithm", ["CRC32", "SHA1", "SHA256"])
def test_checksum_is_verified_kept_and_given_back(mine: Any, algorithm: str) -> None:
    name = f"Checksum{algorithm}"
    put = mine.put_object(Bucket="boto3", Key="sum", Body=b"content", ChecksumAlgorithm=algorithm)
    got = mine.get_object(Bucket="boto3", Key="sum", ChecksumMode="ENABLED")
    assert put[name] == got[name]
    assert got["Body"].read() == b"content"
    wrong = {name: put[name][:-4] + ("AAA=" if put[name][-1] == "=" else "AAAA")}
    refused = refusal(mine.put_object, Bucket="boto3", Key="wrong", Body=b"content", **wrong)
    assert refused == ("BadDigest", 400)
    assert refusal(mine.head_object, Bucket="boto3", Key="wrong") == ("404", 404)


def test_large_file_goes_and_comes_in_parts(mine: Any) -> None:
    mine.upload_fileobj(io.BytesIO(BIG), "boto3", "big/one")
    assert mine.head_object(Bucket="boto3", Key="big/one")["ETag"].endswith('-2"')
    got = io.BytesIO()
    mine.download_fileobj("boto3", "big/one", got)
    assert got.getvalue() == BIG
    assert mine.list_multipart_uploads(Bucket="boto3").get("Uploads", []) == []


def test_upload_in_parts_can_be_looked_at_and_aborted(mine: Any) -> None:
    upload = mine.create_multipart_upload(Bucket="boto3", Key="parts")["UploadId"]
    this = {"Bucket": "boto3", "Key": "parts", "UploadId": upload}
    for number in (1, 2, 3):
        mine.upload_part(**this, PartNumber=number, Body=b"x" * number)
    listed = mine.list_parts(**this, MaxParts=2)
    assert [(part["PartNumber"], part["Size"]) for part in listed["Parts"]] == [(1, 1), (2, 2)]
    rest = mine.list_parts(**this, PartNumberMarker=listed["NextPartNumberMarker"])
    assert [part["PartNumber"] for part in rest["Parts"]] == [3]
    assert mine.list_multipart_uploads(Bucket="boto3")["Uploads"][0]["UploadId"] == upload
    mine.abort_multipart_upload(**this)
    assert refusal(mine.upload_part, **this, PartNumber=1, Body=b"x") == ("NoSuchUpload", 404)


def test_pages_of_both_kinds_list_every_key_once(mine: Any) -> None:
    keys = sorted(f"list/{letter}/{number} +я" for letter in "ab" for number in range(3))
    for key in [*keys, "list/top"]:
        mine.put_object(Bucket="boto3", Key=key, Body=b"x")
    for name in ("list_objects", "list_objects_v2"):
        paging = mine.get_paginator(name)
        pages = list(paging.paginate(Bucket="boto3", Prefix="list/", PaginationConfig={"PageSize": 2}))
        assert [each["Key"] for page in pages for each in page["Contents"]] == [*keys, "list/top"]
        pages = list(
            paging.paginate(Bucket="boto3", Prefix="list/", Delimiter="/", PaginationConfig={"PageSize": 1})
        )
        shared = [each["Prefix"] for page in pages for each in page.get("CommonPrefixes", [])]
        assert shared == ["list/a/", "list/b/"]
        assert [each["Key"] for page in pages for each in page.get("Contents", [])] == ["list/top"]
    removed = mine.delete_objects(
        Bucket="boto3", Delete={"Objects": [{"Key": key} for key in [*keys, "list/none", "list/../x"]]}
    )
    assert len(removed["Deleted"]) == len(keys) + 1
    assert [(each["Key"], each["Code"]) for each in removed["Errors"]] == [("list/../x", "InvalidArgument")]
    assert mine.list_objects_v2(Bucket="boto3", Prefix="list/")["KeyCount"] == 1


@pytest.mark.parametrize(
    ("asked", "status", "expected"),
    [
        ("bytes=0-3", 206, b"0123"),
        ("bytes=7-", 206, b"789"),
        ("bytes=-2", 206, b"89"),
        ("bytes=8-100", 206, b"89"),
        ("bytes=0-9", 206, b"0123456789"),
        ("bytes=1-2,4-5", 200, b"0123456789"),
    ],
)
def test_range_of_an_object_can_be_read(mine: Any, asked: str, status: int, expected: bytes) -> None:
    mine.put_object(Bucket="boto3", Key="range", Body=b"0123456789")
    got = mine.get_object(Bucket="boto3", Key="range", Range=asked)
    assert (got["ResponseMetadata"]["HTTPStatusCode"], got["Body"].read()) == (status, expected)
    assert got["ContentLength"] == len(expected)


@pytest.mark.parametrize("asked", ["bytes=10-", "bytes=5-4", "bytes=-0"])
def test_range_that_is_not_there_is_refused(mine: Any, asked: str) -> None:
    mine.put_object(Bucket="boto3", Key="range", Body=b"0123456789")
    assert refusal(mine.get_object, Bucket="boto3", Key="range", Range=asked) == ("InvalidRange", 416)


def test_conditions_of_a_request_are_kept(mine: Any) -> None:
    this = {"Bucket": "boto3", "Key": "conditions"}
    put = mine.put_object(**this, Body=b"x")
    etag, now = put["ETag"], mine.head_object(**this)["LastModified"]
    assert refusal(mine.put_object, **this, Body=b"y", IfNoneMatch="*") == ("PreconditionFailed", 412)
    assert refusal(mine.get_object, **this, IfMatch='"other"') == ("PreconditionFailed", 412)
    assert refusal(mine.get_object, **this, IfNoneMatch=etag) == ("304", 304)
    assert refusal(mine.get_object, **this, IfModifiedSince=now) == ("304", 304)
    assert mine.get_object(**this, IfMatch=etag, IfUnmodifiedSince=now)["Body"].read() == b"x"


def test_copy_keeps_or_replaces_what_is_told_of_an_object(mine: Any) -> None:
    source = {"Bucket": "boto3", "Key": "папка/от 1+1"}
    mine.put_object(**source, Body=b"content", ContentType="audio/ogg")
    copied = mine.copy_object(Bucket="boto3", Key="copy", CopySource=source)
    assert copied["CopyObjectResult"]["ETag"] == f'"{hashlib.md5(b"content").hexdigest()}"'
    assert mine.get_object(Bucket="boto3", Key="copy")["ContentType"] == "audio/ogg"
    replaced = {"ContentType": "audio/mpeg", "MetadataDirective": "REPLACE"}
    mine.copy_object(Bucket="boto3", Key="copy", CopySource="boto3/copy", **replaced)
    assert mine.get_object(Bucket="boto3", Key="copy")["ContentType"] == "audio/mpeg"
    itself = {"Bucket": "boto3", "Key": "copy"}
    assert refusal(mine.copy_object, **itself, CopySource=itself) == ("InvalidRequest", 400)


def test_copy_may_have_conditions(mine: Any) -> None:
    source = {"Bucket": "boto3", "Key": "conditional"}
    etag = mine.put_object(**source, Body=b"content")["ETag"]
    target = {"Bucket": "boto3", "Key": "conditional copy", "CopySource": source}
    mine.copy_object(**target, CopySourceIfMatch=etag)
    assert refusal(mine.copy_object, **target, CopySourceIfNoneMatch=etag) == ("PreconditionFailed", 412)
    assert refusal(mine.copy_object, **target, CopySourceIfMatch='"other"') == ("PreconditionFailed", 412)


def test_large_object_is_copied_in_parts(mine: Any) -> None:
    """boto3's `copy`: UploadPartCopy with a range for each part."""
    source = {"Bucket": "boto3", "Key": "большой + 1"}
    mine.put_object(**source, Body=BIG)
    mine.copy(source, "boto3", "copied in parts")
    copied = mine.get_object(Bucket="boto3", Key="copied in parts")
    assert copied["Body"].read() == BIG
    assert copied["ETag"].endswith('-2"')


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ("bytes=0-9", 0),
        (None, 0),
        ("bytes=5-", ("InvalidArgument", 400)),
        ("bytes=9-10", ("InvalidRange", 416)),
        ("bytes=3-2", ("InvalidRange", 416)),
    ],
)
def test_range_of_a_copied_part_is_inside_its_source(mine: Any, asked: str | None, expected: Any) -> None:
    mine.put_object(Bucket="boto3", Key="ten", Body=b"0123456789")
    upload = {"Bucket": "boto3", "Key": "part copies"}
    upload["UploadId"] = mine.create_multipart_upload(**upload)["UploadId"]
    arguments = {**upload, "PartNumber": 1, "CopySource": "boto3/ten"}
    if asked:
        arguments["CopySourceRange"] = asked
    if expected:
        assert refusal(mine.upload_part_copy, **arguments) == expected
    else:
        part = mine.upload_part_copy(**arguments)["CopyPartResult"]
        assert part["ETag"] == f'"{hashlib.md5(b"0123456789").hexdigest()}"'
    mine.abort_multipart_upload(**upload)


def test_access_control_list_is_the_owners(mine: Any, service: Live) -> None:
    this = {"Bucket": "boto3", "Key": "listed"}
    mine.put_object(**this, Body=b"x", ACL="public-read")  # a wish that is not granted
    for found in (mine.get_bucket_acl(Bucket="boto3"), mine.get_object_acl(**this)):
        (grant,) = found["Grants"]
        assert found["Owner"]["ID"] == grant["Grantee"]["ID"] == service.folder_id
        assert (grant["Grantee"]["Type"], grant["Permission"]) == ("CanonicalUser", "FULL_CONTROL")
    mine.put_object_acl(**this, ACL="private")
    mine.put_bucket_acl(Bucket="boto3", ACL="private")
    refused = ("AccessControlListNotSupported", 400)
    assert refusal(mine.put_object_acl, **this, ACL="public-read") == refused
    assert refusal(mine.put_bucket_acl, Bucket="boto3", GrantRead="id=a") == refused
    assert refusal(mine.get_object_acl, Bucket="boto3", Key="missing") == ("NoSuchKey", 404)
    assert requests.get(f"{service.http}/boto3/listed", timeout=TIMEOUT_SECONDS).status_code != 200


def test_bucket_lives_from_its_making_to_its_removal(mine: Any) -> None:
    mine.create_bucket(Bucket="short-lived", CreateBucketConfiguration={"LocationConstraint": "ru-central1"})
    assert mine.head_bucket(Bucket="short-lived")["BucketRegion"] == "ru-central1"
    assert mine.get_bucket_location(Bucket="short-lived")["LocationConstraint"] == "ru-central1"
    assert "Status" not in mine.get_bucket_versioning(Bucket="short-lived")
    assert refusal(mine.create_bucket, Bucket="short-lived") == ("BucketAlreadyOwnedByYou", 409)
    mine.put_object(Bucket="short-lived", Key="a/b", Body=b"x")
    assert refusal(mine.delete_bucket, Bucket="short-lived") == ("BucketNotEmpty", 409)
    mine.delete_object(Bucket="short-lived", Key="a/b")
    mine.delete_bucket(Bucket="short-lived")
    assert refusal(mine.head_bucket, Bucket="short-lived") == ("404", 404)
    assert refusal(mine.list_objects_v2, Bucket="short-lived") == ("NoSuchBucket", 404)


def test_first_object_makes_its_bucket(mine: Any) -> None:
    mine.put_object(Bucket="made-by-putting", Key="a", Body=b"x")
    assert "made-by-putting" in {bucket["Name"] for bucket in mine.list_buckets()["Buckets"]}


def test_no_action_reaches_a_bucket_of_another_folder(mine: Any, theirs: Any) -> None:
    mine.put_object(Bucket="boto3", Key="private", Body=b"x")
    upload = mine.create_multipart_upload(Bucket="boto3", Key="private")["UploadId"]
    bucket: dict[str, Any] = {"Bucket": "boto3"}
    this = {**bucket, "Key": "private"}
    part = {**this, "UploadId": upload}
    theirs.put_object(Bucket="theirs", Key="a", Body=b"x")
    attempts = [
        *(
            (theirs.get_object, this),
            (theirs.delete_object, this),
            (theirs.put_object, {**this, "Body": b"y"}),
        ),
        *((theirs.list_objects, bucket), (theirs.list_objects_v2, bucket), (theirs.delete_bucket, bucket)),
        (theirs.delete_objects, {**bucket, "Delete": {"Objects": [{"Key": "private"}]}}),
        (theirs.copy_object, {"Bucket": "theirs", "Key": "stolen", "CopySource": this}),
        (theirs.copy_object, {**this, "CopySource": "theirs/a"}),
        *((theirs.get_bucket_location, bucket), (theirs.get_bucket_versioning, bucket)),
        *((theirs.list_multipart_uploads, bucket), (theirs.create_multipart_upload, this)),
        *((theirs.list_parts, part), (theirs.abort_multipart_upload, part)),
        (theirs.upload_part, {**part, "PartNumber": 1, "Body": b"y"}),
        (theirs.upload_part_copy, {**part, "PartNumber": 1, "CopySource": "theirs/a"}),
        *((theirs.get_bucket_acl, bucket), (theirs.get_object_acl, this)),
        (theirs.put_object_acl, {**this, "ACL": "private"}),
        (theirs.complete_multipart_upload, part),
    ]
    for action, arguments in attempts:
        assert refusal(action, **arguments) == ("AccessDenied", 403), action
    assert refusal(theirs.head_object, **this) == refusal(theirs.head_bucket, **bucket) == ("403", 403)
    assert refusal(theirs.create_bucket, **bucket) == ("BucketAlreadyExists", 409)
    assert {each["Name"] for each in theirs.list_buckets()["Buckets"]} == {"theirs"}
    assert mine.get_object(**this)["Body"].read() == b"x"
    mine.abort_multipart_upload(**part)


@pytest.mark.parametrize(("roles", "may_write"), [((STORAGE_VIEWER,), False), ((STORAGE_UPLOADER,), True)])
def test_role_decides_what_a_key_may_do(
    service: Live, mine: Any, roles: tuple[str, ...], may_write: bool
) -> None:
    mine.put_object(Bucket="boto3", Key="roles", Body=b"x")
    limited = client(service.http, access_key(service, roles=roles))
    assert limited.get_object(Bucket="boto3", Key="roles")["Body"].read() == b"x"
    put = {"Bucket": "boto3", "Key": "written", "Body": b"x"}
    if may_write:
        limited.put_object(**put)
    else:
        assert refusal(limited.put_object, **put) == ("AccessDenied", 403)
    assert refusal(limited.delete_object, Bucket="boto3", Key="roles") == ("AccessDenied", 403)


def test_unknown_and_revoked_keys_are_refused(service: Live) -> None:
    known = access_key(service)
    assert refusal(client(service.http, ("nobody", "secret")).list_buckets) == ("InvalidAccessKeyId", 403)
    assert refusal(client(service.http, (known[0], "wrong")).list_buckets) == ("SignatureDoesNotMatch", 403)
    service.identities.access_keys.revoke(known[0])
    assert refusal(client(service.http, known).list_buckets) == ("InvalidAccessKeyId", 403)


@pytest.mark.parametrize("key", ["link.ogg", "папка/a+b %.ogg"])
def test_presigned_links_put_and_get(mine: Any, key: str) -> None:
    this = {"Bucket": "boto3", "Key": key}
    put = mine.generate_presigned_url("put_object", Params=this)
    assert requests.put(put, b"content", timeout=TIMEOUT_SECONDS).status_code == 200
    got = mine.generate_presigned_url("get_object", Params={**this, "ResponseContentType": "audio/ogg"})
    answer = requests.get(got, timeout=TIMEOUT_SECONDS)
    assert (answer.content, answer.headers["content-type"]) == (b"content", "audio/ogg")
    for changed in (
        got.replace("X-Amz-Expires=3600", "X-Amz-Expires=7200"),
        got[:-1] + "0" * (got[-1] != "0"),
    ):
        assert requests.get(changed, timeout=TIMEOUT_SECONDS).status_code == 403
    assert requests.put(got, b"other", timeout=TIMEOUT_SECONDS).status_code == 403
    copying = requests.put(put, headers={"x-amz-copy-source": "/boto3/private"}, timeout=TIMEOUT_SECONDS)
    assert copying.status_code == 403


@pytest.mark.parametrize("style", ["path", "virtual"])
async def test_recording_put_with_boto3_is_read_by_its_link(service: Live, mine: Any, style: str) -> None:
    """As the documented tutorials do: put, make the link, submit it; SpeechKit's host in the link."""
    key = "папка/звонок 1+1.ogg"
    mine.put_object(Bucket="boto3", Key=key, Body=b"content")
    yandex = client("https://storage.yandexcloud.net", ("any", "key"), s3={"addressing_style": style})
    link = yandex.generate_presigned_url("get_object", Params={"Bucket": "boto3", "Key": key})
    objects = Objects(Settings(data_dir=service.data_dir))
    assert await objects.head(link, service.folder_id) == b"content"
    assert await objects.head(link.partition("?")[0], service.folder_id) == b"content"
    with pytest.raises(PermissionDenied):
        await objects.head(link, OTHER_FOLDER)


@pytest.mark.parametrize("name", ["put_bucket_policy", "get_object_tagging", "list_object_versions"])
def test_what_is_not_served_says_so(mine: Any, name: str) -> None:
    calls = {
        "put_bucket_policy": (mine.put_bucket_policy, {"Policy": "{}"}),
        "get_object_tagging": (mine.get_object_tagging, {"Key": "a"}),
        "list_object_versions": (mine.list_object_versions, {}),
    }
    action, arguments = calls[name]
    assert refusal(action, Bucket="boto3", **arguments) == ("NotImplemented", 501)
