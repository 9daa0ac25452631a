"""Which action a request asks for, and the role it takes. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass

from govor.api.s3.addressing import Address
from govor.errors import S3Refusal
from govor.roles import STORAGE_EDITOR, STORAGE_UPLOADER, STORAGE_VIEWER

# Parameters that make a request mean something else; those without an action here are not implemented.
SUBRESOURCES = {
    *("accelerate", "acl", "analytics", "attributes", "cors", "delete", "encryption", "intelligent-tiering"),
    *(
        "inventory",
        "legal-hold",
        "lifecycle",
        "location",
        "logging",
        "metrics",
        "notification",
        "object-lock",
    ),
    *("ownershipControls", "policy", "policyStatus", "publicAccessBlock", "replication", "requestPayment"),
    *("restore", "retention", "select", "tagging", "torrent", "uploadId", "uploads", "versioning"),
    *("versions", "website"),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Action:
    """One of S3's actions."""

    name: str  # as in S3's reference
    role: str


TABLE: Mapping[tuple[str, str, str], Action] = {
    (method, level, subresource): Action(name=name, role=role)
    for method, level, subresource, name, role in (
        ("GET", "service", "", "ListBuckets", STORAGE_VIEWER),
        ("GET", "bucket", "", "ListObjects", STORAGE_VIEWER),
        ("GET", "bucket", "location", "GetBucketLocation", STORAGE_VIEWER),
        ("GET", "bucket", "acl", "GetBucketAcl", STORAGE_VIEWER),
        ("PUT", "bucket", "acl", "PutBucketAcl", STORAGE_EDITOR),
        ("GET", "object", "acl", "GetObjectAcl", STORAGE_VIEWER),
        ("PUT", "object", "acl", "PutObjectAcl", STORAGE_EDITOR),
        ("GET", "bucket", "versioning", "GetBucketVersioning", STORAGE_VIEWER),
        ("GET", "bucket", "uploads", "ListMultipartUploads", STORAGE_VIEWER),
        ("HEAD", "bucket", "", "HeadBucket", STORAGE_VIEWER),
        ("PUT", "bucket", "", "CreateBucket", STORAGE_EDITOR),
        ("DELETE", "bucket", "", "DeleteBucket", STORAGE_EDITOR),
        ("POST", "bucket", "delete", "DeleteObjects", STORAGE_EDITOR),
        ("GET", "object", "", "GetObject", STORAGE_VIEWER),
        ("HEAD", "object", "", "HeadObject", STORAGE_VIEWER),
        ("PUT", "object", "", "PutObject", STORAGE_UPLOADER),
        ("DELETE", "object", "", "DeleteObject", STORAGE_EDITOR),
        ("POST", "object", "uploads", "CreateMultipartUpload", STORAGE_UPLOADER),
        ("PUT", "object", "uploadId", "UploadPart", STORAGE_UPLOADER),
        ("POST", "object", "uploadId", "CompleteMultipartUpload", STORAGE_UPLOADER),
        ("DELETE", "object", "uploadId", "AbortMultipartUpload", STORAGE_UPLOADER),
        ("GET", "object", "uploadId", "ListParts", STORAGE_VIEWER),
    )
}
# What becomes of an action whose bytes come from another object.
COPIES: Mapping[str, Action] = {
    "PutObject": Action(name="CopyObject", role=STORAGE_UPLOADER),
    "UploadPart": Action(name="UploadPartCopy", role=STORAGE_UPLOADER),
}
METHODS = {method for method, _, _ in TABLE}


def action_of(method: str, address: Address, parameters: Mapping[str, str], *, copies: bool) -> Action:
    """The action; raises S3Refusal for one that is not implemented here."""
    if method not in METHODS:
        raise S3Refusal("MethodNotAllowed", f"The method {method} is not allowed.")
    asked = sorted(SUBRESOURCES & parameters.keys())
    found = TABLE.get((method, address.level, asked[0] if asked else "")) if len(asked) < 2 else None
    if found is None or (copies and found.name not in COPIES):
        what = " and ".join(asked) or "this"
        raise S3Refusal("NotImplemented", f"{method} of {what} on a {address.level} is not implemented here.")
    return COPIES[found.name] if copies else found
