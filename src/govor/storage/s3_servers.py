"""Which S3 server a bucket is on, and with whose credentials it is read.

    [buckets.calls]                  # a bucket; without an endpoint of its own it is on GOVOR_S3_ENDPOINT
    endpoint = "https://s3.example.org"
    access_key_id = "…"
    secret_access_key = "…"
    folders = ["b1g…"]               # only callers of these folders; left out: every caller
    [folders.b1g…]                   # whatever else the callers of this folder read
    access_key_id = "…"
    secret_access_key = "…"

Rule 1: the bucket's own entry decides, else the entry of the caller's folder, else the GOVOR_S3_… settings.
Rule 2: what an entry leaves out comes from the GOVOR_S3_… settings; their key is for their endpoint only.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from govor.errors import BadSetting, GovorError, PermissionDenied
from govor.settings import Settings
from govor.storage import uris
from govor.storage.uris import Origin

TEXTS = {"endpoint", "region", "access_key_id", "secret_access_key"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Server:
    """An S3 server and a way in; without a key: unsigned, or with the caller's own signed link."""

    endpoint: str
    region: str
    access_key_id: str = ""
    secret_access_key: str = field(default="", repr=False)
    virtual_hosted: bool = False  # BUCKET.HOST instead of HOST/BUCKET
    folders: frozenset[str] | None = None  # whose callers may use it; None: everybody's

    @property
    def origin(self) -> Origin:
        """Where it serves buckets."""
        return uris.origin_of(self.endpoint)


@dataclass(frozen=True, kw_only=True, slots=True)
class Servers:
    """Every server that the settings name."""

    default: Server
    buckets: Mapping[str, Server] = field(default_factory=dict)
    folders: Mapping[str, Server] = field(default_factory=dict)
    enforced: bool = True  # whether callers have folders at all

    def of(self, bucket: str, folder_id: str) -> Server:
        """Where this folder's callers find a bucket; PermissionDenied when it is not for them."""
        server = self.buckets.get(bucket) or self.folders.get(folder_id) or self.default
        if self.enforced and server.folders is not None and folder_id not in server.folders:
            raise PermissionDenied(
                f"Permission to [storage.bucket {bucket}] denied", "the bucket is for other folders"
            )
        return server

    @property
    def origins(self) -> tuple[Origin, ...]:
        """Everywhere buckets are served."""
        every = (self.default, *self.buckets.values(), *self.folders.values())
        return tuple(dict.fromkeys(server.origin for server in every))


def of_settings(settings: Settings) -> Servers:
    """The servers of the settings and of their credentials file; raises BadSetting."""
    default = Server(
        endpoint=settings.s3_endpoint,
        region=settings.s3_region,
        access_key_id=settings.s3_access_key_id,
        secret_access_key=settings.s3_secret_access_key,
        virtual_hosted=settings.s3_virtual_hosted,
    )
    document = read(settings.s3_credentials) if settings.s3_credentials else {}
    if unknown := document.keys() - {"buckets", "folders"}:
        raise wrong(f"unknown table {sorted(unknown)[0]}")
    servers = Servers(
        default=default,
        buckets={name: entry(default, name, each) for name, each in table(document, "buckets").items()},
        folders={name: entry(default, name, each) for name, each in table(document, "folders").items()},
        enforced=settings.auth == "keys",
    )
    try:
        assert servers.origins
    except GovorError as error:
        raise BadSetting("GOVOR_S3_ENDPOINT is not the address of a server", error.message) from error
    return servers


def read(path: Path) -> dict[str, Any]:
    """The credentials file."""
    try:
        return tomllib.loads(path.expanduser().read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise BadSetting(f"GOVOR_S3_CREDENTIALS cannot be read: {path}", type(error).__name__) from error


def table(document: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """One of its tables, or nothing."""
    found = document.get(name, {})
    if not isinstance(found, dict):
        raise wrong(f"{name} is not a table")
    return found


def entry(default: Server, name: str, given: Any) -> Server:
    """One bucket's or folder's server; never names a value, which may be a secret."""
    if not isinstance(given, dict):
        raise wrong(f"{name} is not a table")
    if unknown := given.keys() - {*TEXTS, "virtual_hosted", "folders"}:
        raise wrong(f"{name}: unknown name {sorted(unknown)[0]}")
    if not all(isinstance(given.get(each, ""), str) for each in TEXTS):
        raise wrong(f"{name}: {', '.join(sorted(TEXTS))} are texts")
    if ("access_key_id" in given) != ("secret_access_key" in given):
        raise wrong(f"{name}: access_key_id and secret_access_key come together")
    folders, hosted = given.get("folders"), given.get("virtual_hosted", default.virtual_hosted)
    if not isinstance(hosted, bool) or not (
        folders is None or (isinstance(folders, list) and all(isinstance(each, str) for each in folders))
    ):
        raise wrong(f"{name}: virtual_hosted is true or false, folders a list of texts")
    texts = {each: given[each] for each in TEXTS & given.keys()}
    if "endpoint" in given:
        texts = {"access_key_id": "", "secret_access_key": "", **texts}
    return replace(
        default,
        **texts,
        virtual_hosted=hosted,
        folders=None if folders is None else frozenset(folders),
    )


def wrong(text: str) -> BadSetting:
    """The error for a credentials file that says what it cannot."""
    return BadSetting(f"GOVOR_S3_CREDENTIALS: {text}", "docs/objects.md describes the file")
